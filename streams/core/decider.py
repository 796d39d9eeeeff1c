"""What a decider is: the pure heart of a service.

A service's state for one delivery is the fold of its own recorded events; a message (an event from
a topic, or the result of its own work) is decided upon by that state alone. So the same log always
gives the same events, and replay is the same code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Protocol, TypeVar

from schemas.envelope import Event
from schemas.events.outcome import ModelCalled

State = TypeVar("State")
RESULT_LOST = "The result was lost with the database. Ask for a retry"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDone:
    """The work of an attempt succeeded.

    Attributes:
        payload: the event that tells the result; the decider decides what is recorded with it.
        calls: language models that were asked on the way; recorded before the result.
    """

    attempt: int
    payload: object
    calls: tuple[ModelCalled, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFailed:
    """The work of an attempt failed, with the reason for people.

    Attributes:
        calls: language models that were asked on the way; recorded before the failure.
    """

    attempt: int
    reason: str
    evidence: object = None
    calls: tuple[ModelCalled, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTimedOut:
    """The work of an attempt took longer than its limit in seconds."""

    attempt: int
    limit_seconds: float


WorkResult = WorkDone | WorkFailed | WorkTimedOut
Message = Event | WorkDone | WorkFailed | WorkTimedOut


class Decider(Protocol[State]):
    """A service's pure part.

    Attributes:
        name: the service, as 'backend-developer'.
        version: version of the decisions; part of every recorded event's actor.
        initial: state of a delivery that the service has not seen.
        consumes: payload classes that it reacts to; any other message decides to nothing.
        work_starts_with: payload class whose recording starts work, None where it does none.
        undo_starts_with: payload class whose recording has something outside the log to be undone
            (files of a build), None where the event alone undoes it.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def initial(self) -> State: ...
    @property
    def consumes(self) -> frozenset[type]: ...
    @property
    def work_starts_with(self) -> type | None: ...
    @property
    def undo_starts_with(self) -> type | None: ...

    def evolve(self, state: State, payload: object) -> State:
        """The state after one of the service's own events."""
        ...

    def decide(self, state: State, message: Message) -> Sequence[object]:
        """Payloads to record in this state upon the message; none where nothing is to be done."""
        ...

    def result_of(self, payload: object) -> WorkResult | None:
        """The work result that a recorded payload tells, None where it does not come from work."""
        ...


def calls_of(result: WorkResult) -> tuple[ModelCalled, ...]:
    """The calls of language models that the result came by."""
    return () if isinstance(result, WorkTimedOut) else result.calls


def result_of_group(decider: Decider[State], payloads: Sequence[object]) -> WorkResult | None:
    """The work result that payloads recorded together tell, None where they do not come from work.

    Calls of language models stand before the payload that tells the result. Calls alone are a beginning
    whose result has not been published; where it is lost, the work has failed.
    """
    calls = tuple(each for each in takewhile(_is_call, payloads) if isinstance(each, ModelCalled))
    if calls and len(calls) == len(payloads):
        return WorkFailed(attempt=calls[0].attempt, reason=RESULT_LOST, calls=calls)
    result = decider.result_of(payloads[len(calls)])
    if result is None or isinstance(result, WorkTimedOut):
        return None if calls else result
    # A call of another attempt was altered; so it differs from what is decided.
    return replace(result, calls=tuple(replace(call, attempt=result.attempt) for call in calls))


def _is_call(payload: object) -> bool:
    return isinstance(payload, ModelCalled)


def fold(decider: Decider[State], payloads: Iterable[object], state: State | None = None) -> State:
    """The state after these payloads, from the given state or the initial one."""
    current = decider.initial if state is None else state
    for payload in payloads:
        current = decider.evolve(current, payload)
    return current
