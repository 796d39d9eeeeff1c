"""Kafka in memory, as read_committed readers see it: transactions, fencing, and control records between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from connectors.kafka.log import Headers, LogRecord
from streams.runtime.store import PartitionKey

_Produced = tuple[str, bytes, bytes, Headers]
PARTITIONS = 2


@dataclass
class MemoryBroker:
    """The log, the offsets of groups, and the latest epoch of each transactional id."""

    log: dict[PartitionKey, list[LogRecord]] = field(default_factory=dict)
    ends: dict[PartitionKey, int] = field(default_factory=dict)
    committed: dict[PartitionKey, int] = field(default_factory=dict)
    epoch: int = 0

    def append(self, topic: str, key: bytes, value: bytes, headers: Headers = ()) -> PartitionKey:
        """One record at the end of its key's partition."""
        place = (topic, sum(key) % PARTITIONS)
        offset = self.ends.get(place, 0)
        self.log.setdefault(place, []).append(LogRecord(*place, offset, key, value, headers, 0))
        self.ends[place] = offset + 1
        return place

    def control_record(self, place: PartitionKey) -> None:
        """The end of a transaction takes an offset that no reader sees."""
        self.ends[place] = self.ends.get(place, 0) + 1

    def read(self, place: PartitionKey, position: int, limit: int) -> list[LogRecord]:
        """Records from a position on."""
        return [record for record in self.log.get(place, []) if record.offset >= position][:limit]


class MemoryProducer:
    """A transactional producer, and the consumer whose group holds its position."""

    def __init__(self, broker: MemoryBroker) -> None:
        broker.epoch += 1
        self._broker = broker
        self._epoch = broker.epoch
        self._buffer: list[_Produced] = []
        self._positions: list[TopicPartition] = []

    def begin_transaction(self) -> None:
        self._buffer, self._positions = [], []

    def produce(
        self, topic: str, *, key: bytes, value: bytes, headers: Sequence[tuple[str, str | bytes]]
    ) -> None:
        encoded = tuple((name, each.encode() if isinstance(each, str) else each) for name, each in headers)
        self._buffer.append((topic, key, value, encoded))

    def poll(self, _seconds: float) -> int:
        return 0

    def send_offsets_to_transaction(
        self, positions: Sequence[TopicPartition], _group: object, _seconds: float
    ) -> None:
        self._refuse_if_fenced()
        self._positions = list(positions)

    def commit_transaction(self, _seconds: float) -> None:
        self._refuse_if_fenced()
        places = {self._broker.append(*record) for record in self._buffer}
        for place in sorted(places):
            self._broker.control_record(place)
        for each in self._positions:
            self._broker.committed[each.topic, each.partition] = each.offset

    def abort_transaction(self, _seconds: float) -> None:
        self._buffer = []

    def consumer_group_metadata(self) -> object:
        return None

    def _refuse_if_fenced(self) -> None:
        if self._epoch != self._broker.epoch:
            raise KafkaException(KafkaError(KafkaError._FENCED))
