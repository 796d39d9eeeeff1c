"""Events of `test-events`: tests written, run and judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from schemas.artefacts import SourceBundle, TestReport
from schemas.events.feature import Attempt, Engine, Reason
from schemas.personal import PERSONAL
from schemas.specification import Specification


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsStarted:
    """The Testing Engineer has taken backend and frontend."""

    __test__ = False

    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsPassed:
    """All tests passed on just these files."""

    __test__ = False

    attempt: Attempt
    engine: Engine
    requirement: Annotated[str, Doc("The requirement it comes from"), PERSONAL]
    specification: Annotated[Specification, Doc("What is built"), PERSONAL]
    sources: Annotated[SourceBundle, Doc("Files of the service, its page and its tests, as tested"), PERSONAL]
    report: Annotated[TestReport, Doc("Results and coverage"), PERSONAL]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsFailed:
    """A test failed, or the tests could not be run."""

    __test__ = False

    attempt: Attempt
    reason: Reason
    report: Annotated[TestReport | None, Doc("Results and coverage, null where none came"), PERSONAL] = None
