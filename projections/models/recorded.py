"""An event as the projections see it: where it is recorded, its envelope, what they read of it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, TypedDict

from projections.models.table import Order
from schemas.plain_times import moment_of
from schemas.topics import EVENT_TOPICS

_TOPIC_INDEX = {topic: index for index, topic in enumerate(sorted(EVENT_TOPICS))}
_MAX_ATTEMPT = 999_999_999


class PlainEnvelope(TypedDict):
    """`schemas.envelope.Envelope` as decoded, with `occurred_at` in microseconds since 1970."""

    event_id: str
    event_type: str
    schema_version: int
    delivery_id: str
    stream_id: str
    stream_version: int
    correlation_id: str
    causation_id: str
    occurred_at: int
    actor: str
    traceparent: str


class Recorded(NamedTuple):
    """An event with its position.

    Attributes:
        payload: the fields that the projections read; see `projections.models.payloads`.
        occurred_at: when it was recorded, UTC.
        tail: the position as a part of orders, so that no two events have the same order.
    """

    topic: str
    partition: int
    offset: int
    envelope: PlainEnvelope
    payload: object
    occurred_at: datetime
    tail: tuple[int, int, int]

    @property
    def position(self) -> str:
        """The position as topic-partition-offset."""
        return f"{self.topic}-{self.partition}-{self.offset}"

    def order(self, attempt: int, rank: int) -> Order:
        """Order by attempt, then by rank (0 to 999), then by position."""
        return (min(max(attempt, 0), _MAX_ATTEMPT), rank, *self.tail)

    def order_first(self) -> Order:
        """Order by which the earliest position wins."""
        return (10**6 - self.partition, 10**18 - self.offset)

    def order_earliest(self) -> Order:
        """Order by which the earliest time wins."""
        return (10**18 - self.envelope["occurred_at"],)

    def order_latest(self) -> Order:
        """Order by which the latest time wins."""
        return (10**17 + self.envelope["occurred_at"], *self.tail)


def recorded(topic: str, partition: int, offset: int, envelope: PlainEnvelope, payload: object) -> Recorded:
    """An event with its position.

    Raises:
        KeyError: the topic is not one of `schemas.topics.EVENT_TOPICS`.
        OverflowError: the time is one that no calendar has.
    """
    tail = (_TOPIC_INDEX[topic], partition, offset)
    return Recorded(topic, partition, offset, envelope, payload, moment_of(envelope["occurred_at"]), tail)
