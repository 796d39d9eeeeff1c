"""Replay: the state of a delivery as of any moment, and the chain of causes of an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.kafka.position import Position
from schemas.errors import BadInputError
from streams.agents.registry import DECIDERS, AnyDecider, version_of
from streams.audit.history import RecordedEvent, causal_order
from streams.core.decider import fold


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A delivery as of a moment.

    Attributes:
        timeline: its events up to the moment, causes first.
        states: state of each service, as its decider sees the delivery.
    """

    delivery_id: str
    timeline: tuple[RecordedEvent, ...]
    states: dict[str, object]


def as_of_time(
    records: Sequence[RecordedEvent], moment: datetime, deciders: Mapping[str, AnyDecider] = DECIDERS
) -> Snapshot:
    """The delivery as of a time, that moment included."""
    ordered = causal_order(records)
    return _snapshot([r for r in ordered if r.event.envelope.occurred_at <= moment], ordered, deciders)


def as_of_position(
    records: Sequence[RecordedEvent], position: Position, deciders: Mapping[str, AnyDecider] = DECIDERS
) -> Snapshot:
    """The delivery just after the record at a position.

    Raises:
        BadInputError: no record of the delivery stands there.
    """
    ordered = causal_order(records)
    for index, record in enumerate(ordered):
        if record.position == position:
            return _snapshot(ordered[: index + 1], ordered, deciders)
    raise BadInputError(
        f"Replaying up to {position}",
        why="no event of the delivery stands there",
        todo="Take a position from: streamwright audit show DELIVERY",
    )


def as_of_now(records: Sequence[RecordedEvent], deciders: Mapping[str, AnyDecider] = DECIDERS) -> Snapshot:
    """The delivery after all its records."""
    ordered = causal_order(records)
    return _snapshot(ordered, ordered, deciders)


def chain_of_causes(records: Sequence[RecordedEvent], event_id: str) -> list[RecordedEvent]:
    """From the user's event that led to it down to the event itself.

    Raises:
        BadInputError: the event, or one of its causes, is not in the log.
    """
    by_id = {record.id: record for record in records}
    chain: list[RecordedEvent] = []
    wanted = event_id
    while wanted and all(record.id != wanted for record in chain):
        if wanted not in by_id:
            raise BadInputError(
                f"Following the causes of {event_id}",
                why=f"there is no event {wanted} in the delivery",
                todo="Check the log with: streamwright audit verify",
            )
        chain.append(by_id[wanted])
        wanted = "" if chain[-1].is_by_user else chain[-1].event.envelope.causation_id
    return chain[::-1]


def _snapshot(
    timeline: Sequence[RecordedEvent],
    all_records: Sequence[RecordedEvent],
    deciders: Mapping[str, AnyDecider],
) -> Snapshot:
    # An event of one service can have been left out though a later one of the same is in, where
    # clocks differ; its stream still counts only up to the gap.
    states: dict[str, object] = {}
    for name, decider in deciders.items():
        own = sorted(
            (record for record in timeline if record.service == name and not record.is_by_user),
            key=lambda record: record.event.envelope.stream_version,
        )
        began_with = version_of(decider, own[0].event.envelope.actor) if own else None
        states[name] = fold(began_with or decider, _unbroken(own))
    delivery_id = all_records[0].event.envelope.delivery_id if all_records else ""
    return Snapshot(delivery_id, tuple(timeline), states)


def _unbroken(own: Sequence[RecordedEvent]) -> list[object]:
    return [
        record.event.payload
        for expected, record in enumerate(own, start=1)
        if record.event.envelope.stream_version == expected
    ]
