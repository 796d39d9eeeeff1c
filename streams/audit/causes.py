"""The tree of causes of a delivery: each event below the one that led to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streams.audit.history import RecordedEvent, causal_order


@dataclass(frozen=True, slots=True)
class CausedEvent:
    """An event in the tree.

    Attributes:
        depth: 0 for an event of people, or one whose cause is not in the log.
        seconds: time since its cause, 0 where there is none.
    """

    record: RecordedEvent
    depth: int
    seconds: float


def tree_of_causes(records: Sequence[RecordedEvent]) -> list[CausedEvent]:
    """All events of a delivery, each after its cause and before the next event of the same depth."""
    ordered = causal_order(records)
    known = {record.id for record in ordered}
    roots: list[RecordedEvent] = []
    effects: dict[str, list[RecordedEvent]] = {}
    for record in ordered:
        cause = record.event.envelope.causation_id
        if record.is_by_user or cause not in known or cause == record.id:
            roots.append(record)
        else:
            effects.setdefault(cause, []).append(record)
    return [caused for root in roots for caused in _below(root, effects)]


def _below(root: RecordedEvent, effects: dict[str, list[RecordedEvent]]) -> list[CausedEvent]:
    # Without recursion: a chain of causes can be longer than Python's stack.
    found: list[CausedEvent] = []
    waiting = [CausedEvent(root, 0, 0.0)]
    while waiting:
        current = waiting.pop()
        found.append(current)
        began = current.record.event.envelope.occurred_at
        # Taken out, so that causes which go round in a forged log end.
        for effect in reversed(effects.pop(current.record.id, [])):
            seconds = (effect.event.envelope.occurred_at - began).total_seconds()
            waiting.append(CausedEvent(effect, current.depth + 1, seconds))
    return found
