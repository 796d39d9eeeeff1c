"""What every step hands on unchanged: the requirement and the specification of the attempt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from streams.audit.differences import difference
from streams.audit.findings import Mismatch, mismatch
from streams.audit.history import RecordedEvent

_HANDED_ON = ("requirement", "specification")


def altered_on_the_way(
    records: Iterable[RecordedEvent], by_id: Mapping[str, RecordedEvent]
) -> list[Mismatch]:
    """Results of work whose requirement or specification is not that of the step before.

    A result's cause is the start of its work, and the cause of that is the step before.
    """
    found: list[Mismatch] = []
    for record in records:
        started = by_id.get(record.event.envelope.causation_id)
        before = by_id.get(started.event.envelope.causation_id) if started is not None else None
        if started is None or before is None or started.service != record.service:
            continue
        for name in _HANDED_ON:
            given = getattr(started.event.payload, name, getattr(before.event.payload, name, None))
            handed_on = getattr(record.event.payload, name, None)
            differs = given is not None and handed_on is not None and difference(given, handed_on)
            if differs:
                why = f"its {name} is not that of {before.position}: {differs}"
                found.append(mismatch("altered", record, why))
    return found
