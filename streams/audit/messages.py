"""What a service had decided upon when it recorded a reaction."""

from __future__ import annotations

from collections.abc import Sequence

from streams.agents.registry import AnyDecider
from streams.audit.history import RecordedEvent
from streams.core.decider import Message, result_of_group


def message_upon(decider: AnyDecider, cause: RecordedEvent, payloads: Sequence[object]) -> Message | None:
    """What was decided upon: the cause, or the result of the work that it started; None for neither.

    Args:
        payloads: those of the reaction, which tell the result of work.
    """
    if cause.service != decider.name:
        return cause.event if type(cause.event.payload) in decider.consumes else None
    is_start = type(cause.event.payload) is decider.work_starts_with
    return result_of_group(decider, payloads) if is_start else None
