"""Verify: run the deciders over the recorded log, and compare what they give with what is recorded.

What a decider decides is checked in full. The result of work (generated files, a test report) is
recorded, not decided: of it are checked that it was due then, its identity, its order, and that the
requirement and specification are those of the step before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from connectors.kafka.position import Position
from streams.agents.registry import DECIDERS, AnyDecider
from streams.audit.findings import Mismatch, Verification, mismatch, total
from streams.audit.handover import altered_on_the_way
from streams.audit.history import RecordedEvent, by_delivery
from streams.audit.placement import misplaced, single_copies
from streams.audit.reactions import missing_reactions
from streams.audit.stream_check import StreamReading, check_stream

NOTHING_SET_ASIDE: frozenset[Position] = frozenset()


def verify(
    records: Iterable[RecordedEvent],
    deciders: Mapping[str, AnyDecider] = DECIDERS,
    set_aside: Set[Position] = NOTHING_SET_ASIDE,
) -> Verification:
    """Verify the records of any number of deliveries.

    Args:
        set_aside: positions of records that have a dead letter.
    """
    deliveries = by_delivery(records).values()
    return total(verify_delivery(delivery, deciders, set_aside) for delivery in deliveries)


def verify_delivery(
    records: Sequence[RecordedEvent],
    deciders: Mapping[str, AnyDecider] = DECIDERS,
    set_aside: Set[Position] = NOTHING_SET_ASIDE,
) -> Verification:
    """Verify all records of one delivery."""
    kept, wrong, repeated = single_copies(records, set_aside)
    wrong.extend(misplaced(record for record in records if record.position not in set_aside))
    by_id = {record.id: record for record in kept}
    streams = _streams(kept, deciders, wrong)
    redriven = {record.id for record in records if record.position in set_aside}
    readings = {
        name: check_stream(deciders[name], stream, by_id, redriven) for name, stream in streams.items()
    }
    for reading in readings.values():
        wrong.extend(reading.mismatches)
    wrong.extend(altered_on_the_way(kept, by_id))
    unreacted, pending = missing_reactions(kept, readings, set_aside)
    wrong.extend(unreacted)
    return Verification(
        events=len(records),
        verified=len(records) - _faulty(wrong, readings),
        mismatches=tuple(sorted(wrong, key=lambda found: found.position)),
        pending=tuple(sorted(pending, key=lambda each: (each.position, each.service))),
        repeated=tuple(repeated),
    )


def _streams(
    records: Iterable[RecordedEvent], deciders: Mapping[str, AnyDecider], wrong: list[Mismatch]
) -> dict[str, list[RecordedEvent]]:
    streams: dict[str, list[RecordedEvent]] = {name: [] for name in deciders}
    for record in records:
        if record.is_by_user:
            wrong.extend(_user_event_problem(record, deciders))
        elif record.service in streams:
            streams[record.service].append(record)
        else:
            wrong.append(mismatch("foreign", record, f"there is no service '{record.service[:80]}'"))
    return streams


def _user_event_problem(record: RecordedEvent, deciders: Mapping[str, AnyDecider]) -> list[Mismatch]:
    if record.service not in deciders:
        return []
    return [mismatch("foreign", record, f"{record.service} does not record events of people")]


def _faulty(wrong: Iterable[Mismatch], readings: Mapping[str, StreamReading]) -> int:
    positions = {found.position for found in wrong}
    for reading in readings.values():
        positions.update(reading.unchecked)
    return len(positions)
