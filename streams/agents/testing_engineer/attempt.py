"""A test that a criterion asks for: how it is named, and how its steps are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from schemas.specification import Criterion
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Attempt:
    """One test to write.

    Attributes:
        name: end of the test's name, snake_case.
        says: what it shows, one sentence.
        build: writes the steps, or raises CannotSatisfyError.
    """

    name: str
    says: str
    build: Callable[[Scenario], None]


Check = Callable[[Blueprint, Criterion], Iterator[Attempt]]
