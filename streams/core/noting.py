"""The decider of an added agent: it works upon one event of a delivery, and notes what it found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from schemas.events.note import AgentNoted, AgentTaskFailed, AgentTaskStarted
from streams.core.decider import Message, WorkDone, WorkFailed, WorkResult, WorkTimedOut
from streams.core.step import Attempted


@dataclass(frozen=True, slots=True)
class TaskState:
    """What an added agent knows of one delivery.

    Attributes:
        attempt: latest attempt that it worked on, 0 before the first.
        status: where its work on that attempt stands.
    """

    attempt: int = 0
    status: Literal["idle", "working", "noted", "failed"] = "idle"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotingDecider:
    """Starts its work upon the trigger, once for each attempt, and records the note or the failure.

    It takes no part in the saga: it holds nothing up, and nothing of it is undone.

    Attributes:
        name: of the agent, as 'licence-checker'.
        version: of its decisions.
        trigger: payload class with an `attempt`, as BuildCompleted.
    """

    name: str
    version: str
    trigger: type
    initial: TaskState = TaskState()
    undo_starts_with: type | None = None

    @property
    def consumes(self) -> frozenset[type]:
        """The trigger."""
        return frozenset((self.trigger,))

    @property
    def work_starts_with(self) -> type | None:
        """Recording that it has started puts its work into the queue."""
        return AgentTaskStarted

    def evolve(self, state: TaskState, payload: object) -> TaskState:
        """The state after one of its own events."""
        match payload:
            case AgentTaskStarted():
                return TaskState(attempt=payload.attempt, status="working")
            case AgentNoted():
                return replace(state, status="noted")
            case AgentTaskFailed():
                return replace(state, status="failed")
        raise TypeError(f"{self.name} does not record {type(payload).__name__}")

    def decide(self, state: TaskState, message: Message) -> Sequence[object]:
        """Start on the trigger, record the result of the work."""
        match message:
            case WorkDone() | WorkFailed() | WorkTimedOut():
                is_awaited = state.status == "working" and message.attempt == state.attempt
                return [_told(message)] if is_awaited else []
            case _ if type(message.payload) is self.trigger:
                attempt = cast(Attempted, message.payload).attempt
                return [AgentTaskStarted(attempt=attempt)] if attempt > state.attempt else []
        return []

    def result_of(self, payload: object) -> WorkResult | None:
        """The work result that a recorded payload tells."""
        match payload:
            case AgentNoted():
                return WorkDone(attempt=payload.attempt, payload=payload)
            case AgentTaskFailed():
                return WorkFailed(attempt=payload.attempt, reason=payload.reason)
        return None


def _told(result: WorkResult) -> object:
    match result:
        case WorkDone(payload=AgentNoted()):
            return result.payload
        case WorkDone():
            wrong = type(result.payload).__name__
            return AgentTaskFailed(
                attempt=result.attempt, reason=f"its work gave a {wrong}, not an AgentNoted"
            )
        case WorkFailed():
            return AgentTaskFailed(attempt=result.attempt, reason=result.reason)
        case WorkTimedOut():
            reason = f"it took longer than {result.limit_seconds:g} seconds"
            return AgentTaskFailed(attempt=result.attempt, reason=reason)
