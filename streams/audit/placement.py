"""Where records stand: right topic and key, and each event once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from connectors.kafka.position import Position
from schemas.catalogue import type_of
from streams.audit.findings import Mismatch, mismatch
from streams.audit.history import RecordedEvent


def misplaced(records: Iterable[RecordedEvent]) -> list[Mismatch]:
    """Records on a topic that is not their type's, or with a key that is not their delivery's id."""
    found: list[Mismatch] = []
    for record in records:
        envelope = record.event.envelope
        topic = type_of(record.event.payload).topic
        if record.position.topic != topic:
            found.append(mismatch("misplaced", record, f"{envelope.event_type} belongs to the topic {topic}"))
        if record.key != envelope.delivery_id:
            why = f"its key is '{record.key[:80]}', not the delivery's id {envelope.delivery_id}"
            found.append(mismatch("misplaced", record, why))
    return found


def single_copies(
    records: Sequence[RecordedEvent], set_aside: Set[Position]
) -> tuple[list[RecordedEvent], list[Mismatch], list[Position]]:
    """Each event once, the mismatches of further copies, and users' events sent more than once.

    A copy that was set aside as a dead letter does not count where another one exists: driving it
    again writes it anew.
    """
    copies: dict[str, list[RecordedEvent]] = {}
    for record in records:
        copies.setdefault(record.id, []).append(record)
    kept: list[RecordedEvent] = []
    wrong: list[Mismatch] = []
    repeated: list[Position] = []
    for group in copies.values():
        if len(group) == 1:
            kept.append(group[0])
            continue
        first, *others = sorted(group, key=lambda record: (record.position in set_aside, record.position))
        kept.append(first)
        for other in others:
            if other.position in set_aside:
                continue
            if other.event != first.event:
                wrong.append(mismatch("altered", other, f"it has the id of {first.position}, but differs"))
            elif first.is_by_user:
                repeated.append(other.position)
            else:
                wrong.append(mismatch("duplicated", other, f"it is a copy of {first.position}"))
    return kept, wrong, repeated
