"""Events of `outcome-events`: how a delivery ends, told by the saga."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from typing_extensions import Doc

from schemas.artefacts import Build
from schemas.events.compensation import Step
from schemas.events.feature import Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStarted:
    """A delivery, or a new attempt of one, has begun."""

    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySucceeded:
    """The build is there."""

    attempt: Attempt
    build: Annotated[Build, Doc("The artefact")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPaused:
    """The delivery waits for answers of the user, and costs nothing while it does."""

    attempt: Attempt
    question_ids: Annotated[tuple[str, ...], Doc("Questions to be answered")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailed:
    """Nothing was done yet when it failed, so there was nothing to undo."""

    attempt: Attempt
    failed_step: Annotated[Step, Doc("Step that failed")]
    reason: Annotated[str, Doc("Why, as the step told")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryCompensated:
    """All that was done has been undone."""

    attempt: Attempt
    cause: Annotated[Literal["failed", "cancelled", "timed_out"], Doc("What led to it")]
    failed_step: Annotated[str, Doc("Step that failed or was late, '' for a cancellation")]
    reason: Annotated[str, Doc("Why, as the failed step or the user told")]
    undone: Annotated[tuple[Step, ...], Doc("Steps undone, in order")]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTimedOut:
    """A step took longer than it may."""

    attempt: Attempt
    step: Annotated[Step, Doc("Step that was late")]
    limit_seconds: Annotated[float, Doc("Time it had, in seconds")]
