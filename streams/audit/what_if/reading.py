"""The recorded deliveries that a what-if is asked about, read from the topics and from nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Set
from dataclasses import dataclass

from connectors.kafka.log import LogRecord, read_log
from connectors.kafka.position import Position
from schemas.codec import Codec
from schemas.errors import BadInputError
from schemas.topics import EVENT_TOPICS
from streams.audit.history import RecordedEvent
from streams.audit.recorded_log import (
    by_delivery_of,
    dead_letter_positions,
    decode,
    delivery_of,
    whole_deliveries,
    without_forged,
)

_TOLD_EVERY = 5_000


@dataclass(frozen=True, slots=True)
class RecordedDelivery:
    """One delivery.

    Attributes:
        set_aside: positions of records of the log that have a dead letter.
    """

    records: list[RecordedEvent]
    set_aside: Set[Position]


def recorded_deliveries(
    brokers: str,
    codec: Codec,
    deliveries: Collection[str],
    on_read: Callable[[int], object] = lambda _: None,
) -> Iterator[RecordedDelivery]:
    """Deliveries of the log, a small part of it in memory at a time.

    Args:
        deliveries: ids of those that are wanted; all where there is none.
        on_read: is told the number of records read so far, now and then.

    Raises:
        SetupError: the broker cannot be reached, or a topic is missing.
        BadInputError: the log has no event of a delivery that is named.
    """
    missing, set_aside = set(deliveries), dead_letter_positions(brokers)
    for part in whole_deliveries(_wanted(brokers, codec, deliveries, on_read), codec):
        for raw in by_delivery_of(part, codec):
            missing.discard(delivery_of(raw[0], codec))
            events, _ = without_forged(decode(raw, codec).events, set_aside)
            if events:
                yield RecordedDelivery(events, set_aside)
    if missing:
        raise BadInputError(
            f"Reading the delivery {min(missing)[:80]}",
            why="no event in the log belongs to it",
            todo="List the deliveries with: streamwright query deliveries",
        )


def _wanted(
    brokers: str, codec: Codec, deliveries: Collection[str], on_read: Callable[[int], object]
) -> Iterator[LogRecord]:
    for number, record in enumerate(read_log(brokers, EVENT_TOPICS, with_headers=False), start=1):
        if number % _TOLD_EVERY == 0:
            on_read(number)
        if not deliveries or delivery_of(record, codec) in deliveries:
            yield record
