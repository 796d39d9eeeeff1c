"""Following the log: committed events from a moment on, as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from connectors.kafka.log import LogRecord, from_message
from schemas.errors import SetupError

_TIMEOUT_SECONDS = 15.0
_BATCH = 500


class Follower:
    """Reads all partitions of the topics, from their ends at the time it was made.

    Args:
        brokers: host:port list.
        topics: topics that exist.

    Raises:
        SetupError: the broker cannot be reached, or a topic is missing.
    """

    def __init__(self, brokers: str, topics: Sequence[str]) -> None:
        self._brokers = brokers
        self._consumer = Consumer(
            {
                "bootstrap.servers": brokers,
                "group.id": "log-follower",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "error",
                "fetch.message.max.bytes": 16 * 1024 * 1024,
                "fetch.wait.max.ms": 50,
            }
        )
        try:
            self._consumer.assign(self._ends(topics))
        except KafkaException as error:
            self._consumer.close()
            raise SetupError(
                f"Following topics at {brokers}",
                why=str(error.args[0]),
                todo="Start the broker and create its topics with: streamwright up",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()

    def records(self, wait_seconds: float) -> Iterator[LogRecord]:
        """Records that have come; waits for the first of them no longer than this.

        Raises:
            SetupError: the broker says that it cannot go on; while it is only away, none come.
        """
        for message in self._consumer.consume(_BATCH, timeout=wait_seconds):
            error = message.error()
            if error is None:
                yield from_message(message)
            elif error.code() != KafkaError._ALL_BROKERS_DOWN and (error.fatal() or not error.retriable()):
                raise SetupError(
                    f"Following the log at {self._brokers}",
                    why=error.str(),
                    todo="Check the broker with: streamwright status",
                )

    def _ends(self, topics: Sequence[str]) -> list[TopicPartition]:
        metadata = self._consumer.list_topics(timeout=_TIMEOUT_SECONDS)
        partitions = [
            TopicPartition(topic, partition)
            for topic in topics
            for partition in sorted(metadata.topics[topic].partitions if topic in metadata.topics else ())
        ]
        for place in partitions:
            _, place.offset = self._consumer.get_watermark_offsets(place, timeout=_TIMEOUT_SECONDS)
        return partitions
