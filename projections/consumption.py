"""Reading batches of committed records from given positions, without a consumer group."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from projections.reading import RawRecord
from schemas.errors import SetupError
from schemas.topics import EVENT_TOPICS

_METADATA_SECONDS = 10.0
_PROBE_SECONDS = 1.0
_GATHER_SECONDS = 0.005
# Two batches of small events. With 64 MiB a rebuild of 100,000 events took 267 MiB instead of 229.
_AHEAD_KIB = 8 * 1024

Place = tuple[str, int]


class Gathered(NamedTuple):
    """Records, and the ends of partitions that were reached."""

    records: list[RawRecord]
    ends: dict[Place, int]


class LogConsumer:
    """A `read_committed` consumer of all event topics."""

    def __init__(self, brokers: str) -> None:
        self._brokers = brokers
        self._down = False
        self._ask_again_at = 0.0
        self._consumer = Consumer(
            {
                "bootstrap.servers": brokers,
                "group.id": "projections",
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                "auto.offset.reset": "error",
                "fetch.message.max.bytes": 16 * 1024 * 1024,
                "queued.max.messages.kbytes": _AHEAD_KIB,
                "fetch.wait.max.ms": 100,
                "reconnect.backoff.max.ms": 2_000,
                "error_cb": self._on_error,
            }
        )

    def __enter__(self) -> LogConsumer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()

    def is_connected(self) -> bool:
        """Whether a broker can be reached; one that could not be is asked again every second, as a
        log without new records would not tell that it is back."""
        if self._down and time.monotonic() >= self._ask_again_at:
            with suppress(KafkaException):
                self._consumer.list_topics(EVENT_TOPICS[0], timeout=_PROBE_SECONDS)
                self._down = False
            self._ask_again_at = time.monotonic() + _PROBE_SECONDS
        return not self._down

    def partitions(self) -> list[Place]:
        """All partitions of the event topics.

        Raises:
            KafkaException: no broker can be reached.
            SetupError: a topic is missing.
        """
        topics = self._consumer.list_topics(timeout=_METADATA_SECONDS).topics
        missing = [topic for topic in EVENT_TOPICS if topic not in topics]
        if missing:
            raise SetupError(
                f"Reading the topics at {self._brokers}",
                why=f"there is no topic {', '.join(missing)}",
                todo="Create the topics with: streamwright up",
            )
        self._down = False
        return [
            (topic, partition) for topic in EVENT_TOPICS for partition in sorted(topics[topic].partitions)
        ]

    def assign(self, positions: Mapping[Place, int]) -> None:
        """Read from these offsets on."""
        self._consumer.assign(
            [TopicPartition(topic, partition, offset) for (topic, partition), offset in positions.items()]
        )

    def gather(self, limit: int, wait_seconds: float) -> Gathered:
        """Up to `limit` records: waits for the first, then takes what is there.

        Raises:
            KafkaException: the log cannot be read from the assigned offsets.
        """
        first = self._consumer.poll(wait_seconds)
        if first is None:
            return Gathered([], {})
        messages = [first, *self._consumer.consume(limit - 1, timeout=_GATHER_SECONDS)]
        gathered = Gathered([], {})
        for message in messages:
            _take(message, gathered)
        self._down = False
        return gathered

    def lag(self, positions: Mapping[Place, int]) -> dict[Place, int]:
        """Records of each partition behind these positions, as far as known without asking."""
        lags: dict[Place, int] = {}
        for (topic, partition), offset in positions.items():
            known = self._consumer.get_watermark_offsets(TopicPartition(topic, partition), cached=True)
            if known and known[1] >= 0:
                lags[topic, partition] = max(0, known[1] - offset)
        return lags

    def _on_error(self, error: KafkaError) -> None:
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            self._down = True


def _take(message: Message, gathered: Gathered) -> None:
    error = message.error()
    topic, partition, offset = message.topic() or "", message.partition() or 0, message.offset() or 0
    if error is None:
        record = RawRecord(
            topic, partition, offset, _bytes(message.key()), _bytes(message.value()), message.timestamp()[1]
        )
        gathered.records.append(record)
    elif error.code() == KafkaError._PARTITION_EOF:
        gathered.ends[topic, partition] = offset
    elif error.code() == KafkaError._AUTO_OFFSET_RESET:
        raise SetupError(
            f"Reading {topic}-{partition}",
            why="the log does not have the offset that the read models have reached",
            todo="It is another log than before: rebuild the read models with: streamwright rebuild",
        )
    elif error.fatal():
        raise KafkaException(error)
    else:
        time.sleep(0.05)


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
