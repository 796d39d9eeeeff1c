"""Events of `compensation-events`: undoing what was done, last step first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from typing_extensions import Doc

from schemas.events.feature import Attempt
from schemas.personal import PERSONAL

Step = Literal["analysis", "backend", "frontend", "tests", "build"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationStarted:
    """The saga undoes a delivery."""

    attempt: Attempt
    cause: Annotated[Literal["failed", "cancelled", "timed_out"], Doc("What led to it")]
    failed_step: Annotated[str, Doc("Step that failed or was late, '' for a cancellation")]
    reason: Annotated[str, Doc("Why, as the failed step or the user told"), PERSONAL]
    plan: Annotated[tuple[Step, ...], Doc("Steps to undo, in this order")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationRequested:
    """The saga asks the agent of one step to undo it."""

    attempt: Attempt
    step: Annotated[Step, Doc("Step to undo")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildDiscarded:
    """The build is undone: its files are no longer offered."""

    attempt: Attempt
    was_done: Annotated[bool, Doc("False where there was nothing to undo")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsDiscarded:
    """The tests are undone."""

    __test__ = False

    attempt: Attempt
    was_done: Annotated[bool, Doc("False where there was nothing to undo")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontendDiscarded:
    """The page is undone."""

    attempt: Attempt
    was_done: Annotated[bool, Doc("False where there was nothing to undo")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendDiscarded:
    """The service's code is undone."""

    attempt: Attempt
    was_done: Annotated[bool, Doc("False where there was nothing to undo")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureDeleted:
    """One feature of the delivery ends deleted; all of them are, last created first."""

    attempt: Attempt
    feature_id: Annotated[str, Doc("Feature")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecificationDiscarded:
    """The analysis is undone: its features are deleted."""

    attempt: Attempt
    was_done: Annotated[bool, Doc("False where there was nothing to undo")]
