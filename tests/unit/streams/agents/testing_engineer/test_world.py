"""What the tester takes a service to hold."""

from __future__ import annotations

from decimal import Decimal

from schemas.specification import Specification
from streams.agents.business_analyzer.engine import analyse
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.values import literal
from streams.agents.testing_engineer.world import World


def test_given_money_that_starts_at_zero_when_its_default_is_asked_for_then_it_has_two_places() -> None:
    found = analyse(
        "Each pupil has a name and a balance. A top-up has a pupil and an amount. Top-ups increase the"
        " balance. The balance cannot go below zero."
    )
    assert isinstance(found, Specification)
    pupil = found.entity("Pupil")
    value = World(Blueprint(found)).default(pupil, "balance")
    assert isinstance(value, Decimal)
    assert literal(value) == '"0.00"'
