"""Reading the log: committed records of topics, from given offsets to the present end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import methodcaller
from typing import NamedTuple, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from connectors.kafka.position import Position
from schemas.errors import BadInputError, SetupError

Headers = tuple[tuple[str, bytes], ...]
# In place of those of a record that has a header whose name is no text.
UNREADABLE_HEADERS: Headers = (("headers-unreadable", b"a name is not UTF-8; see the record in its topic"),)
_BATCH = 2_000
_TIMEOUT_SECONDS = 15.0
# A batch that is not full waits that long for more, as at the end of the log.
_GATHER_SECONDS = 0.01
# Read ahead while records are looked at; the client's own 64 MiB would be most of an audit's memory.
_AHEAD_KIB = 8 * 1024


class LogRecord(NamedTuple):
    """A record of a topic as Kafka keeps it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int

    @property
    def position(self) -> Position:
        """Where it stands."""
        return Position(self.topic, self.partition, self.offset)


def read_log(
    brokers: str,
    topics: Sequence[str],
    start: Mapping[tuple[str, int], int] | None = None,
    *,
    only: tuple[str, int] | None = None,
    with_headers: bool = True,
) -> Iterator[LogRecord]:
    """All committed records up to the end at the time of the call; in order in each partition.

    Args:
        start: first offset for (topic, partition); the beginning for those not named.
        only: the one (topic, partition) to read; all of the topics where it is None.
        with_headers: False leaves them empty, for a reader that needs none: the ten headers of an
            event take 4 of the 7 µs that it takes to read a record.

    Raises:
        SetupError: the broker cannot be reached, or a topic is missing.
    """
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "log-reader",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "fetch.message.max.bytes": 16 * 1024 * 1024,
            "queued.max.messages.kbytes": _AHEAD_KIB,
            # That long the broker waits before it tells that a partition has ended.
            "fetch.wait.max.ms": 10,
        }
    )
    try:
        partitions = _partitions(consumer, brokers, topics, start or {})
        if only is not None:
            partitions = [each for each in partitions if (each.topic, each.partition) == only]
        consumer.assign(partitions)
        yield from _until_ends(consumer, len(partitions), with_headers)
    finally:
        consumer.close()


def read_record(brokers: str, position: Position) -> LogRecord:
    """The committed record at a position.

    Raises:
        SetupError: the broker cannot be reached, or the topic is missing.
        BadInputError: no record stands there.
    """
    place = (position.topic, position.partition)
    for record in read_log(brokers, [position.topic], {place: position.offset}, only=place):
        if record.offset == position.offset:
            return record
        break
    raise BadInputError(
        f"Reading {position}",
        why="no committed record stands there",
        todo="Take a position from: streamwright audit show DELIVERY",
    )


def from_message(message: Message, *, with_headers: bool = True) -> LogRecord:
    """A consumed message as a plain record."""
    return LogRecord(
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        _bytes(message.key()),
        _bytes(message.value()),
        _headers(message) if with_headers else (),
        message.timestamp()[1],
    )


# Where a name is no text, the client gives a broken list with its error. A plain `message.headers()`, once
# Python has optimised it, does not look for the error, and the broken list ends the process.
_headers_in = methodcaller("headers")


def _headers(message: Message) -> Headers:
    try:
        pairs = cast("list[tuple[str, bytes | None]]", _headers_in(message) or [])
    except (SystemError, UnicodeDecodeError):
        # The client cannot give a name that is not UTF-8, which Kafka and some other clients take.
        return UNREADABLE_HEADERS
    if None in [value for _, value in pairs]:
        return tuple((name, value or b"") for name, value in pairs)
    return cast(Headers, tuple(pairs))


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value


def _partitions(
    consumer: Consumer, brokers: str, topics: Sequence[str], start: Mapping[tuple[str, int], int]
) -> list[TopicPartition]:
    try:
        metadata = consumer.list_topics(timeout=_TIMEOUT_SECONDS)
    except KafkaException as error:
        raise SetupError(
            f"Reading topics from {brokers}",
            why=str(error.args[0]),
            todo="Start the broker (streamwright up) or correct KAFKA_BROKERS",
        ) from error
    missing = [topic for topic in topics if topic not in metadata.topics]
    if missing:
        raise SetupError(
            f"Reading topics from {brokers}",
            why=f"there is no topic {', '.join(missing)}",
            todo="Create the topics with: streamwright up",
        )
    earliest = -2
    return [
        TopicPartition(topic, partition, start.get((topic, partition), earliest))
        for topic in topics
        for partition in sorted(metadata.topics[topic].partitions)
    ]


def _until_ends(consumer: Consumer, partitions: int, with_headers: bool) -> Iterator[LogRecord]:
    ended: set[tuple[str | None, int | None]] = set()
    while len(ended) < partitions:
        for message in consumer.consume(_BATCH, timeout=_GATHER_SECONDS):
            error = message.error()
            if error is None:
                yield from_message(message, with_headers=with_headers)
            elif error.code() == KafkaError._PARTITION_EOF:
                ended.add((message.topic(), message.partition()))
            elif error.fatal() or not error.retriable():
                raise KafkaException(error)
