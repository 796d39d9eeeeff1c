"""Events that a service should have reacted to, and did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from connectors.kafka.position import Position
from schemas.catalogue import type_of
from streams.audit.findings import Mismatch, Pending, mismatch
from streams.audit.history import RecordedEvent
from streams.audit.stream_check import StreamReading, missing_with
from streams.core.saga import SagaState

_ENDED = ("paused", "succeeded", "failed", "compensated")


def missing_reactions(
    records: Sequence[RecordedEvent],
    readings: Mapping[str, StreamReading],
    set_aside: Set[Position],
) -> tuple[list[Mismatch], list[Pending]]:
    """Events without a (whole) reaction: mismatches, and those that are still to be reacted to.

    An event is still to come where its delivery is in flight, or a user has just sent it, unless the
    service has already reacted to a later record of the same partition.
    """
    in_flight = _in_flight(readings)
    wrong: list[Mismatch] = []
    pending: list[Pending] = []
    for reading in readings.values():
        if reading.unfinished is not None:
            record, rest = reading.unfinished
            if in_flight:
                pending.append(_pending(reading, record, rest))
            else:
                wrong.append(mismatch("missing_event", record, missing_with(rest)))
        for record in _unreacted_if_complete(reading, records, set_aside):
            expected = _expected(reading, record)
            if not expected:
                continue
            if (in_flight or record.is_by_user) and not _passed(reading, record):
                pending.append(_pending(reading, record, expected))
            else:
                why = f"{reading.decider.name} should have recorded {', '.join(expected)} upon it"
                wrong.append(mismatch("missing_reaction", record, why, service=reading.decider.name))
    return wrong, pending


def _in_flight(readings: Mapping[str, StreamReading]) -> bool:
    """Whether the saga has not ended the delivery, or a step is at an attempt that it does not know yet."""
    states = [reading.state for reading in readings.values()]
    ended = {state.attempt for state in states if isinstance(state, SagaState) and state.status in _ENDED}
    return not ended or any(_attempt_of(state) > max(ended) for state in states)


def _attempt_of(state: object) -> int:
    attempt = getattr(state, "attempt", 0)
    return attempt if isinstance(attempt, int) else 0


def unreacted(reading: StreamReading, records: Iterable[RecordedEvent]) -> list[RecordedEvent]:
    """Records that the stream's service consumes, that are not its own, and led to none of its events."""
    reacted = {reaction.cause.id for reaction in reading.reactions if reaction.cause is not None}
    consumes = reading.decider.consumes
    return [
        record
        for record in records
        if type(record.event.payload) in consumes
        and record.id not in reacted
        and record.service != reading.decider.name
    ]


def _unreacted_if_complete(
    reading: StreamReading, records: Iterable[RecordedEvent], set_aside: Set[Position]
) -> list[RecordedEvent]:
    if not reading.is_complete:
        return []
    return [record for record in unreacted(reading, records) if record.position not in set_aside]


def _expected(reading: StreamReading, record: RecordedEvent) -> tuple[str, ...]:
    """Names of the events that are missing; none where ignoring the record was right."""
    decider = reading.decider
    at_the_end = decider.decide(reading.state, record.event)
    if not at_the_end:
        return ()
    # It may have come when an earlier state held, in which it was rightly ignored, as a request to
    # try again does while the work goes on.
    if not _came_last(reading, record) and any(
        not decider.decide(state, record.event) for state in possible_states(reading, record)
    ):
        return ()
    return tuple(type_of(payload).name for payload in at_the_end)


def _came_last(reading: StreamReading, record: RecordedEvent) -> bool:
    if not reading.reactions:
        return True
    last = reading.reactions[-1].recorded[-1].event.envelope.occurred_at
    return record.event.envelope.occurred_at > last


def possible_states(reading: StreamReading, record: RecordedEvent) -> list[object]:
    """States in which the service can have met the record, by the order of its partition; at least one."""
    states: list[object] = [reading.decider.initial]
    for reaction in reading.reactions:
        order = _order_in_partition(reading, reaction.cause, record)
        if order < 0:
            states = []
        elif order > 0:
            break
        states.append(reaction.state)
    return states


def _order_in_partition(reading: StreamReading, cause: RecordedEvent | None, record: RecordedEvent) -> int:
    """-1 where the cause was read before the record in its partition, 1 after it, 0 where that is open.

    The end of the service's own work is not read from a topic, so its order says nothing.
    """
    if cause is None or cause.service == reading.decider.name:
        return 0
    here, there = cause.position, record.position
    if (here.topic, here.partition) != (there.topic, there.partition):
        return 0
    return -1 if here.offset < there.offset else 1


def _passed(reading: StreamReading, record: RecordedEvent) -> bool:
    return any(_order_in_partition(reading, reaction.cause, record) > 0 for reaction in reading.reactions)


def _pending(reading: StreamReading, record: RecordedEvent, expected: tuple[str, ...]) -> Pending:
    envelope = record.event.envelope
    return Pending(
        position=record.position,
        delivery_id=envelope.delivery_id,
        event_id=envelope.event_id,
        event_type=envelope.event_type,
        service=reading.decider.name,
        expected=expected,
    )
