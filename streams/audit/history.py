"""The recorded log as histories of deliveries, each in an order in which causes come first."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.kafka.position import Position
from schemas.envelope import Event
from streams.core.acceptance import USER_EVENTS

_SortKey = tuple[datetime, Position]


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event with its place in the log.

    Attributes:
        key: key of the Kafka record, '' where it has none.
    """

    position: Position
    key: str
    event: Event

    @property
    def id(self) -> str:
        """Id of the event."""
        return self.event.envelope.event_id

    @property
    def service(self) -> str:
        """Service whose stream the event belongs to; 'user' for events of people."""
        return self.event.envelope.stream_id.partition(":")[0]

    @property
    def is_by_user(self) -> bool:
        """Whether it is an event of people or of operations, which nothing decides."""
        return type(self.event.payload) in USER_EVENTS


def by_delivery(records: Iterable[RecordedEvent]) -> dict[str, list[RecordedEvent]]:
    """The records of each delivery, in the order given."""
    found: dict[str, list[RecordedEvent]] = {}
    for record in records:
        found.setdefault(record.event.envelope.delivery_id, []).append(record)
    return found


def causal_order(records: Sequence[RecordedEvent]) -> list[RecordedEvent]:
    """Records of one delivery so that causes precede effects, and streams and partitions keep order.

    Where nothing else orders two records, the earlier time comes first. Records whose order
    contradicts itself, as in a forged log, come last by time.
    """
    followers, waiting_for = _order_graph(records)
    ready = [_entry(records, index) for index in range(len(records)) if waiting_for[index] == 0]
    heapq.heapify(ready)
    ordered: list[int] = []
    while ready:
        index = heapq.heappop(ready)[1]
        ordered.append(index)
        for follower in followers[index]:
            waiting_for[follower] -= 1
            if waiting_for[follower] == 0:
                heapq.heappush(ready, _entry(records, follower))
    left = sorted(set(range(len(records))) - set(ordered), key=lambda index: _entry(records, index))
    return [records[index] for index in (*ordered, *left)]


def _entry(records: Sequence[RecordedEvent], index: int) -> tuple[_SortKey, int]:
    record = records[index]
    return (record.event.envelope.occurred_at, record.position), index


def _order_graph(records: Sequence[RecordedEvent]) -> tuple[list[list[int]], list[int]]:
    followers: list[list[int]] = [[] for _ in records]
    waiting_for = [0] * len(records)

    def precede(first: int, second: int) -> None:
        followers[first].append(second)
        waiting_for[second] += 1

    by_id = {record.id: index for index, record in reversed(list(enumerate(records)))}
    for index, record in enumerate(records):
        cause = by_id.get(record.event.envelope.causation_id)
        if cause is not None and cause != index:
            precede(cause, index)
    for chain in (*_partitions(records), *_streams(records)):
        for first, second in itertools.pairwise(chain):
            precede(first, second)
    return followers, waiting_for


def _partitions(records: Sequence[RecordedEvent]) -> list[list[int]]:
    chains: dict[tuple[str, int], list[int]] = {}
    for index, record in enumerate(records):
        chains.setdefault((record.position.topic, record.position.partition), []).append(index)
    return [sorted(chain, key=lambda index: records[index].position) for chain in chains.values()]


def _streams(records: Sequence[RecordedEvent]) -> list[list[int]]:
    chains: dict[str, list[int]] = {}
    for index, record in enumerate(records):
        if not record.is_by_user:
            chains.setdefault(record.event.envelope.stream_id, []).append(index)
    return [
        sorted(chain, key=lambda index: records[index].event.envelope.stream_version)
        for chain in chains.values()
    ]
