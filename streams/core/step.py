"""The decider that backend, frontend, tests and build have in common: one step of a delivery.

A step begins with an event of the step before (its trigger), records that it started, and records
the result of its work. It can be undone, also before it began: a trigger that comes after its
compensation is ignored. A retry is the same step with a higher attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, cast

from schemas.envelope import Event
from schemas.events.compensation import CompensationRequested, Step
from schemas.events.outcome import ModelCalled, StepTimedOut
from streams.core.decider import Message, WorkDone, WorkFailed, WorkResult, WorkTimedOut

StepStatus = Literal["idle", "working", "done", "failed", "undone"]


class Attempted(Protocol):
    """A payload that belongs to an attempt."""

    @property
    def attempt(self) -> int: ...


class _Failed(Attempted, Protocol):
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True, slots=True)
class StepState:
    """What a step knows of one delivery.

    Attributes:
        attempt: latest attempt it started, 0 before the first.
        status: where that attempt stands.
        undone: latest attempt it was told to undo.
    """

    attempt: int = 0
    status: StepStatus = "idle"
    undone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDecider:
    """The decisions of one step; the payload classes make it that of one agent.

    Attributes:
        started: makes the event that the step has started, from the attempt.
        failed: makes the event that it failed, from attempt, reason and evidence (may be None).
        discarded: makes the event that it is undone, from attempt and whether it was done.
    """

    name: str
    version: str
    step: Step
    trigger: type
    started_type: type
    done_type: type
    failed_type: type
    discarded_type: type
    started: Callable[[int], object]
    failed: Callable[[int, str, object], object]
    discarded: Callable[[int, bool], object]
    initial: StepState = StepState()
    undo_starts_with: type | None = None

    @property
    def consumes(self) -> frozenset[type]:
        """The trigger, and the saga's request to undo."""
        return frozenset((self.trigger, CompensationRequested))

    @property
    def work_starts_with(self) -> type | None:
        """Recording that the step has started puts its work into the queue."""
        return self.started_type

    def evolve(self, state: StepState, payload: object) -> StepState:
        """The state after one of the step's own events."""
        kind, attempt = type(payload), cast(Attempted, payload).attempt
        if kind is ModelCalled:
            return state
        if kind is self.started_type:
            return replace(state, attempt=attempt, status="working")
        if kind is self.done_type:
            return replace(state, status="done")
        if kind is self.failed_type or kind is StepTimedOut:
            return replace(state, status="failed")
        if kind is self.discarded_type:
            status = "undone" if state.attempt <= attempt else state.status
            return replace(state, status=status, undone=max(state.undone, attempt))
        raise TypeError(f"{self.name} does not record {kind.__name__}")

    def decide(self, state: StepState, message: Message) -> Sequence[object]:
        """Start on the trigger, record the result of the work, undo on the saga's request."""
        if isinstance(message, WorkDone | WorkFailed | WorkTimedOut):
            return self._on_result(state, message)
        return self._on_event(state, message)

    def result_of(self, payload: object) -> WorkResult | None:
        """The work result that a recorded payload tells."""
        if isinstance(payload, StepTimedOut):
            return WorkTimedOut(attempt=payload.attempt, limit_seconds=payload.limit_seconds)
        if type(payload) is self.done_type:
            return WorkDone(attempt=cast(Attempted, payload).attempt, payload=payload)
        if type(payload) is self.failed_type:
            failed = cast(_Failed, payload)
            evidence = getattr(payload, "report", None)
            return WorkFailed(attempt=failed.attempt, reason=failed.reason, evidence=evidence)
        return None

    def _on_event(self, state: StepState, event: Event) -> Sequence[object]:
        payload = event.payload
        if type(payload) is self.trigger:
            attempt = cast(Attempted, payload).attempt
            stale = attempt <= state.attempt or attempt <= state.undone
            return [] if stale else [self.started(attempt)]
        if isinstance(payload, CompensationRequested) and payload.step == self.step:
            if payload.attempt <= state.undone:
                return []
            was_done = state.attempt == payload.attempt and state.status == "done"
            return [self.discarded(payload.attempt, was_done)]
        return []

    def _on_result(self, state: StepState, result: WorkResult) -> Sequence[object]:
        if state.status != "working" or result.attempt != state.attempt:
            return []
        if isinstance(result, WorkDone):
            return [*result.calls, result.payload]
        if isinstance(result, WorkFailed):
            return [*result.calls, self.failed(result.attempt, result.reason, result.evidence)]
        return [StepTimedOut(attempt=result.attempt, step=self.step, limit_seconds=result.limit_seconds)]
