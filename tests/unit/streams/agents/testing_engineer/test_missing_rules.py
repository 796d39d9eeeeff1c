"""Strength: a service that was built without one rule does not pass the tests of the whole specification."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from schemas.artefacts import SourceBundle, SourceFile
from schemas.specification import Specification
from streams.agents.backend_developer.engine import implement
from streams.agents.testing_engineer.engine import write_tests
from streams.agents.testing_engineer.runner import run_tests
from tests.unit.streams.agents.testing_engineer.fixtures_by_name import FIXTURES


@dataclass(frozen=True)
class Missing:
    """A rule that the service lacks.

    Attributes:
        fixture: name of the specification.
        rules: its list of rules.
        rule: id of the one that is left out.
    """

    fixture: str
    rules: str
    rule: str


MISSING = (
    Missing("tasks", "effects", "task-done-at"),
    Missing("tasks", "uniques", "one-title-per-project"),
    Missing("expenses", "actions", "expense-approve-large"),
    Missing("fleet", "comparisons", "end-after-start"),
    Missing("fleet", "derivations", "trip-kilometres"),
    Missing("conference", "limits", "seats"),
    Missing("conference", "expiries", "ticket-expiry"),
    Missing("invoices", "locks", "lines-fixed"),
    Missing("inventory", "adjustments", "withdrawal-takes"),
    Missing("inventory", "notices", "low-stock"),
    Missing("room_booking", "overlaps", "massage-overlap"),
    Missing("room_booking", "permissions", "manager-keeps-rooms"),
    Missing("timesheets", "period_locks", "locked-week"),
    Missing("timesheets", "limits", "twelve-hours"),
)


def _about(specification: Specification, rule: str) -> Specification:
    """The specification with the criteria of one rule alone, so that only its tests are written."""
    stories = (
        replace(story, criteria=tuple(one for one in story.criteria if one.target == rule))
        for story in specification.stories
    )
    return replace(specification, stories=tuple(story for story in stories if story.criteria))


def _without(specification: Specification, missing: Missing) -> Specification:
    """The specification without the rule."""
    rules = getattr(specification, missing.rules)
    kept = tuple(rule for rule in rules if rule.id != missing.rule)
    assert len(kept) == len(rules) - 1
    return replace(specification, **{missing.rules: kept})


@pytest.mark.parametrize("missing", MISSING, ids=lambda missing: missing.rule)
def test_given_a_service_without_a_rule_when_the_tests_of_the_rule_run_then_they_fail(
    missing: Missing,
) -> None:
    specification = FIXTURES[missing.fixture]()
    about = _about(specification, missing.rule)
    tests = write_tests(about)
    complete = run_tests(about, _service(specification).merged(tests))
    assert (complete.failed, complete.error) == (0, "")
    assert complete.passed
    lacking = run_tests(about, _service(_without(specification, missing)).merged(tests))
    assert lacking.failed
    assert lacking.error == ""


def _service(specification: Specification) -> SourceBundle:
    """The service with a page that is as small as can be."""
    page = SourceFile(path=f"{specification.package}/static/index.html", content="<html lang=en></html>\n")
    return implement(specification).merged(SourceBundle(files=(page,)))
