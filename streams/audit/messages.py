"""What a service had decided upon when it recorded a reaction."""

from __future__ import annotations

from schemas.envelope import Event
from streams.agents.registry import AnyDecider
from streams.audit.history import RecordedEvent
from streams.core.decider import Message


def message_upon(decider: AnyDecider, cause: RecordedEvent, first: Event) -> Message | None:
    """What was decided upon: the cause, or the result of the work that it started; None for neither.

    Args:
        first: the first event of the reaction, which tells the result of work.
    """
    if cause.service != decider.name:
        return cause.event if type(cause.event.payload) in decider.consumes else None
    is_start = type(cause.event.payload) is decider.work_starts_with
    return decider.result_of(first.payload) if is_start else None
