"""The saga: how a delivery ends, and the undoing of one that failed, was late or was cancelled.

The way forward is choreographed: each agent reacts to the step before. The saga watches, and when
a step fails it asks for the compensation of each step done, last first, one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from schemas.envelope import Event
from schemas.events import build, compensation, feature, outcome, requirement, test
from schemas.events.compensation import CompensationRequested, CompensationStarted, Step
from streams.core.decider import Message, WorkResult

STEPS: tuple[Step, ...] = get_args(Step)
Cause = Literal["failed", "cancelled", "timed_out"]
SagaStatus = Literal["new", "running", "paused", "compensating", "succeeded", "failed", "compensated"]

_FAILURES: dict[type, Step] = {
    requirement.AnalysisFailed: "analysis",
    feature.BackendFailed: "backend",
    feature.FrontendFailed: "frontend",
    test.TestsFailed: "tests",
    build.BuildFailed: "build",
}
_DISCARDED: dict[type, Step] = {
    compensation.SpecificationDiscarded: "analysis",
    compensation.BackendDiscarded: "backend",
    compensation.FrontendDiscarded: "frontend",
    compensation.TestsDiscarded: "tests",
    compensation.BuildDiscarded: "build",
}


@dataclass(frozen=True, slots=True)
class SagaState:
    """What the saga knows of one delivery.

    Attributes:
        attempt: latest attempt it has heard of.
        remaining: steps still to be undone, the first is being undone now.
        plan: all steps of the compensation.
    """

    attempt: int = 0
    status: SagaStatus = "new"
    cause: Cause = "failed"
    failed_step: str = ""
    reason: str = ""
    plan: tuple[Step, ...] = ()
    remaining: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class SagaDecider:
    """Decisions of the `delivery-saga` service."""

    name: str = "delivery-saga"
    version: str = "2"
    initial: SagaState = SagaState()

    @property
    def consumes(self) -> frozenset[type]:
        """Beginnings, failures, ends and confirmations of undoing."""
        return frozenset(
            (
                requirement.RequirementSubmitted,
                requirement.ClarificationAnswered,
                requirement.ClarificationRequested,
                requirement.CancellationRequested,
                requirement.RetryRequested,
                build.BuildCompleted,
                outcome.StepTimedOut,
                *_FAILURES,
                *_DISCARDED,
            )
        )

    @property
    def work_starts_with(self) -> type | None:
        """The saga does no work."""
        return None

    @property
    def undo_starts_with(self) -> type | None:
        """Nothing outside the log has to be undone."""
        return None

    def evolve(self, state: SagaState, payload: object) -> SagaState:
        """The state after one of the saga's own events."""
        match payload:
            case outcome.DeliveryStarted():
                return SagaState(attempt=payload.attempt, status="running")
            case outcome.DeliveryPaused():
                return replace(state, attempt=payload.attempt, status="paused")
            case outcome.DeliverySucceeded():
                return replace(state, attempt=payload.attempt, status="succeeded")
            case outcome.DeliveryFailed():
                return replace(state, attempt=payload.attempt, status="failed")
            case outcome.DeliveryCompensated():
                return replace(state, status="compensated", remaining=())
            case CompensationStarted():
                return SagaState(
                    attempt=payload.attempt,
                    status="compensating",
                    cause=payload.cause,
                    failed_step=payload.failed_step,
                    reason=payload.reason,
                    plan=payload.plan,
                    remaining=payload.plan,
                )
            case CompensationRequested():
                position = state.plan.index(payload.step)
                return replace(state, remaining=state.plan[position:])
        raise TypeError(f"{self.name} does not record {type(payload).__name__}")

    def decide(self, state: SagaState, message: Message) -> Sequence[object]:
        """What the saga records upon an event of the agents or of a user.

        Topics may overtake each other: where the end of an attempt comes before the request that it
        began with, the attempt is recorded as started first, and the request then changes nothing.
        """
        if not isinstance(message, Event):
            return []
        decided = decided_upon(state, message.payload)
        attempt = _attempt_of(decided[0]) if decided else 0
        if attempt > state.attempt and not isinstance(decided[0], outcome.DeliveryStarted):
            return [outcome.DeliveryStarted(attempt=attempt), *decided]
        return decided

    def result_of(self, payload: object) -> WorkResult | None:  # noqa: ARG002
        """The saga does no work."""
        return None


def decided_upon(state: SagaState, payload: object) -> Sequence[object]:
    """What the saga records upon a payload, where it knows of the attempt that the payload tells of."""
    if type(payload) in _FAILURES:
        return _on_failure(state, _FAILURES[type(payload)], payload)
    if type(payload) in _DISCARDED:
        return _on_discarded(state, _DISCARDED[type(payload)], payload)
    return _on_other(state, payload)


def _on_other(state: SagaState, payload: object) -> Sequence[object]:
    match payload:
        case requirement.RequirementSubmitted():
            return [outcome.DeliveryStarted(attempt=1)] if state.status == "new" else []
        case requirement.ClarificationAnswered():
            return _restart(state, ("paused",))
        case requirement.RetryRequested():
            return _restart(state, ("compensated", "failed"))
        case requirement.ClarificationRequested():
            ids = tuple(question.id for question in payload.questions)
            paused = outcome.DeliveryPaused(attempt=payload.attempt, question_ids=ids)
            return [paused] if _is_open(state, payload.attempt) else []
        case requirement.CancellationRequested():
            return _on_cancellation(state, payload.reason)
        case build.BuildCompleted():
            succeeded = outcome.DeliverySucceeded(attempt=payload.attempt, build=payload.build)
            return [succeeded] if _is_open(state, payload.attempt) else []
        case outcome.StepTimedOut():
            return _on_timeout(state, payload)
    return []


def _is_open(state: SagaState, attempt: int) -> bool:
    """Whether the attempt has not ended yet; one that the saga has not heard of is open."""
    return attempt > state.attempt or (attempt == state.attempt and state.status in ("new", "running"))


def _restart(state: SagaState, from_statuses: tuple[SagaStatus, ...]) -> Sequence[object]:
    if state.status not in from_statuses:
        return []
    return [outcome.DeliveryStarted(attempt=state.attempt + 1)]


def _on_failure(state: SagaState, step: Step, payload: object) -> Sequence[object]:
    attempt, reason = _attempt_of(payload), str(getattr(payload, "reason", ""))
    if not _is_open(state, attempt):
        return []
    done = STEPS[: STEPS.index(step)]
    if not done:
        return [outcome.DeliveryFailed(attempt=attempt, failed_step=step, reason=reason)]
    return _compensate(attempt, "failed", step, reason, done)


def _on_timeout(state: SagaState, payload: outcome.StepTimedOut) -> Sequence[object]:
    if not _is_open(state, payload.attempt):
        return []
    reason = f"The step '{payload.step}' took longer than {payload.limit_seconds:g} seconds"
    done = STEPS[: STEPS.index(payload.step) + 1]
    return _compensate(payload.attempt, "timed_out", payload.step, reason, done)


def _on_cancellation(state: SagaState, reason: str) -> Sequence[object]:
    if state.status in ("compensating", "compensated", "failed"):
        return []
    return _compensate(max(state.attempt, 1), "cancelled", "", reason, STEPS)


def _compensate(
    attempt: int, cause: Cause, failed_step: str, reason: str, done: tuple[Step, ...]
) -> Sequence[object]:
    plan = tuple(reversed(done))
    return [
        CompensationStarted(attempt=attempt, cause=cause, failed_step=failed_step, reason=reason, plan=plan),
        CompensationRequested(attempt=attempt, step=plan[0]),
    ]


def _on_discarded(state: SagaState, step: Step, payload: object) -> Sequence[object]:
    waiting = state.status == "compensating" and state.remaining[:1] == (step,)
    if not waiting or _attempt_of(payload) != state.attempt:
        return []
    following = state.remaining[1:]
    if following:
        return [CompensationRequested(attempt=state.attempt, step=following[0])]
    return [
        outcome.DeliveryCompensated(
            attempt=state.attempt,
            cause=state.cause,
            failed_step=state.failed_step,
            reason=state.reason,
            undone=state.plan,
        )
    ]


def _attempt_of(payload: object) -> int:
    attempt = getattr(payload, "attempt", 0)
    return attempt if isinstance(attempt, int) else 0
