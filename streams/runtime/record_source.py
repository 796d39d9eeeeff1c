"""The source of a service's records: Kafka tells which partitions are ours, the store where to read on.

Membership and assignment are those of a consumer group. A partition is read from the position that the
service's store tracks, never from an offset that the group has committed: so no crash, rebalance or
restart can put the source ahead of what has been processed. The committed offsets are only told to the
broker, for those who watch the lag.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass

import structlog
from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)
from eventsourcing.persistence import PersistenceError

from connectors.kafka.log import LogRecord, from_message
from schemas.errors import SetupError
from streams.runtime.store import PartitionKey

_log = structlog.get_logger()
_BATCH = 1_000
_WAIT_SECONDS = 0.1
_GATHER_SECONDS = 0.002
_RETRY_SECONDS = 1.0
_TELL_SECONDS = 1.0
# A handler that takes longer gets no more records meanwhile: the partitions are paused.
_PATIENCE_SECONDS = 2.0
# A silent worker is a dead one: its partitions go to others soon. The broker takes no less than 6 s.
_SESSION_SECONDS = 10
_BUFFER_KILOBYTES = 16_384


@dataclass(frozen=True, slots=True)
class Batch:
    """Records, in order in each partition.

    Attributes:
        starts: for each partition, the position that its first record follows without a gap.
    """

    records: Sequence[LogRecord]
    starts: Mapping[PartitionKey, int]


Positions = Callable[[Sequence[PartitionKey]], Mapping[PartitionKey, int]]
Deliver = Callable[[Batch], "Future[object]"]


class RecordSource:
    """A thread that reads committed records and delivers them in batches, one after the other.

    At most one batch is handled and one more is waiting; beyond them librdkafka holds no more than
    16 MiB. While the handler takes long, nothing is fetched, and the group's membership is kept.
    """

    def __init__(
        self, group: str, brokers: str, topics: Sequence[str], positions: Positions, deliver: Deliver
    ) -> None:
        """Nothing is read before `start`.

        Args:
            positions: next offset of each partition, from the store; may raise PersistenceError.
            deliver: hands a batch over; the future is done when it is handled.
        """
        self._group = group
        self._brokers = brokers
        self._topics = list(topics)
        self._positions = positions
        self._deliver = deliver
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"{group}-source", daemon=True)
        self._next: dict[PartitionKey, int] = {}
        self._held: list[Message] = []
        self._told: dict[PartitionKey, int] = {}
        self._told_at = 0.0
        self.problem = "the consumer group has assigned no partition yet"

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_seconds: float) -> None:
        """Read no more, and leave the group, so that others take over at once."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._stop.is_set():
            consumer = Consumer(_consumer_settings(self._group, self._brokers))
            try:
                consumer.subscribe(self._topics, on_assign=self._on_assign, on_revoke=self._on_revoke)
                self._read(consumer)
            except (KafkaException, SetupError) as error:
                self.problem = str(error)
                _log.warning("source starts again", group=self._group, error=self.problem)
            except Exception as error:
                # Whatever it is: a service whose source has ended without a word would wait for ever.
                self.problem = f"{type(error).__name__}: {error}"
                _log.exception("source starts again", group=self._group)
            finally:
                consumer.close()
                self._next.clear()
                self._held.clear()
            self._stop.wait(_RETRY_SECONDS)

    def _read(self, consumer: Consumer) -> None:
        handled: Future[object] | None = None
        while not self._stop.is_set():
            batch = self._gather(consumer)
            if handled is not None:
                self._wait_for(handled, consumer)
            handled = self._deliver(batch) if batch.records else None
            self._tell_progress(consumer)

    def _gather(self, consumer: Consumer) -> Batch:
        """Waits a moment for a first record, then takes what is there."""
        messages, self._held = self._held, []
        if not messages:
            first = consumer.poll(_WAIT_SECONDS)
            messages = [] if first is None else [first]
        if messages:
            messages += consumer.consume(_BATCH - len(messages), timeout=_GATHER_SECONDS)
        return self._batch(messages)

    def _batch(self, messages: Sequence[Message]) -> Batch:
        records, starts = list[LogRecord](), dict[PartitionKey, int]()
        for message in messages:
            if not _is_record(message):
                continue
            record = from_message(message)
            place = (record.topic, record.partition)
            # A partition may be taken away between the records of one call; then others read it.
            if place in self._next:
                starts.setdefault(place, self._next[place])
                self._next[place] = record.offset + 1
                records.append(record)
        return Batch(records, starts)

    def _wait_for(self, handled: Future[object], consumer: Consumer) -> None:
        """Until the batch is handled. The consumer is polled on, or it would lose its membership."""
        is_paused = False
        wait([handled], timeout=_PATIENCE_SECONDS)
        while not handled.done() and not self._stop.is_set():
            if not is_paused:
                consumer.pause(consumer.assignment())
                is_paused = True
            message = consumer.poll(_WAIT_SECONDS)
            if message is not None and _is_record(message):
                # It was on its way, or is of a partition that has just been assigned.
                self._held.append(message)
                is_paused = False
        if is_paused:
            consumer.resume(consumer.assignment())

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        places = [(each.topic, each.partition) for each in partitions]
        positions = self._positions_when_there(places)
        if positions is None:
            return
        self._next.update(positions)
        consumer.incremental_assign(
            [TopicPartition(*place, positions[place] or OFFSET_BEGINNING) for place in places]
        )
        # librdkafka keeps a partition paused beyond its loss: one that came back would never be read.
        consumer.resume(partitions)
        self.problem = ""
        _log.info("partitions assigned", group=self._group, number=len(self._next))

    def _positions_when_there(self, places: Sequence[PartitionKey]) -> Mapping[PartitionKey, int] | None:
        """The positions, however long the database is away; None where the source is to stop."""
        while not self._stop.is_set():
            try:
                return self._positions(places)
            except PersistenceError as error:
                self.problem = f"the database does not tell the positions: {error}"
                self._stop.wait(_RETRY_SECONDS)
        return None

    def _on_revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        for each in partitions:
            self._next.pop((each.topic, each.partition), None)
        consumer.incremental_unassign(partitions)

    def _tell_progress(self, consumer: Consumer) -> None:
        """Commit what was read up to now, for those who watch the group's lag; nothing relies on it."""
        if time.monotonic() < self._told_at + _TELL_SECONDS or self._told == self._next:
            return
        offsets = [TopicPartition(*place, offset) for place, offset in self._next.items()]
        with suppress(KafkaException):
            consumer.commit(offsets=offsets, asynchronous=True)
        self._told_at, self._told = time.monotonic(), dict(self._next)


def _is_record(message: Message) -> bool:
    """Whether it holds a record; False for a passing error, which librdkafka gets over by itself.

    Raises:
        SetupError: the log has not what the store has processed.
        KafkaException: an error that it does not get over.
    """
    error = message.error()
    if error is None:
        return True
    if error.code() == KafkaError._AUTO_OFFSET_RESET:
        raise SetupError(
            f"Reading {message.topic()}-{message.partition()}",
            why="the log does not have the offset that the service's store has reached",
            todo="It is another log than before: restore the stores from it with: "
            "streamwright rebuild --part services",
        )
    if error.fatal():
        raise KafkaException(error)
    return False


def _consumer_settings(group: str, brokers: str) -> dict[str, str | int | bool]:
    return {
        "bootstrap.servers": brokers,
        "group.id": group,
        "partition.assignment.strategy": "cooperative-sticky",
        "isolation.level": "read_committed",
        "auto.offset.reset": "error",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "session.timeout.ms": _SESSION_SECONDS * 1000,
        "heartbeat.interval.ms": 3_000,
        "fetch.wait.max.ms": 100,
        "fetch.message.max.bytes": _BUFFER_KILOBYTES * 1024,
        "queued.max.messages.kbytes": _BUFFER_KILOBYTES,
        "reconnect.backoff.max.ms": 2_000,
    }
