"""Reading of topics with confluent-kafka (`read_committed`) and of tables with plain SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import psycopg
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from deploy.faults.checker.evidence import Evidence, LoggedEvent, ReadModels, StoredRow, TimelineRow
from deploy.faults.checker.wire import digest_of, read_event

TOPICS = (
    "requirement-events",
    "feature-events",
    "test-events",
    "build-events",
    "compensation-events",
    "outcome-events",
)
SERVICES = (
    "business-analyzer",
    "backend-developer",
    "frontend-developer",
    "testing-engineer",
    "deployment",
    "delivery-saga",
)
_METADATA_SECONDS = 60.0
_CONSUME_SECONDS = 1.0
_WHEEL_BYTES = 4_096
_Row = tuple[object, ...]


def read_evidence(brokers: str, database_url: str, artefacts: Path, published: Sequence[str]) -> Evidence:
    """Everything that the checks look at.

    Args:
        database_url: of a user who may read all schemas.
        artefacts: folder of what builds left outside the log.

    Raises:
        KafkaException: the broker does not answer.
        psycopg.Error: the database does not answer.
    """
    log: list[LoggedEvent] = []
    unreadable: list[str] = []
    for topic, partition, offset, key, value in _records(brokers, TOPICS):
        try:
            log.append(read_event(topic, partition, offset, key, value))
        except ValueError as error:
            unreadable.append(f"{topic}-{partition}-{offset}: {error}")
    with psycopg.connect(database_url) as connection:
        return Evidence(
            published=tuple(published),
            log=tuple(log),
            unreadable=tuple(unreadable),
            dead_letters=sum(1 for _ in _records(brokers, [f"{topic}.dlq" for topic in TOPICS])),
            stores=tuple(row for service in SERVICES for row in _store(connection, service)),
            work={service: _work(connection, service) for service in SERVICES},
            positions={key: at for service in SERVICES for key, at in _positions(connection, service)},
            read_models=_read_models(connection),
            artefacts=frozenset(_artefacts(artefacts)),
        )


def _records(brokers: str, topics: Sequence[str]) -> Iterator[tuple[str, int, int, bytes | None, bytes]]:
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "fault-checker",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
        }
    )
    try:
        known = consumer.list_topics(timeout=_METADATA_SECONDS).topics
        places = [TopicPartition(topic, n, 0) for topic in topics for n in known[topic].partitions]
        consumer.assign(places)
        ended: set[tuple[str | None, int | None]] = set()
        while len(ended) < len(places):
            for message in consumer.consume(2_000, timeout=_CONSUME_SECONDS):
                error = message.error()
                if error is None:
                    yield _plain(message)
                elif error.code() == KafkaError._PARTITION_EOF:
                    ended.add((message.topic(), message.partition()))
                elif not error.retriable():
                    raise KafkaException(error)
    finally:
        consumer.close()


def _plain(message: Message) -> tuple[str, int, int, bytes | None, bytes]:
    return (
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        _bytes(message.key()),
        _bytes(message.value()) or b"",
    )


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value


def _rows(connection: psycopg.Connection, statement: str) -> Iterator[_Row]:
    yield from connection.execute(statement.encode())


def _schema(service: str) -> str:
    return service.replace("-", "_")


def _store(connection: psycopg.Connection, service: str) -> Iterator[StoredRow]:
    statement = (
        f"SELECT originator_id::text, originator_version, topic, state FROM {_schema(service)}.stored_events"
    )
    for delivery, version, topic, state in _rows(connection, statement):
        yield StoredRow(
            service, str(delivery), cast(int, version), str(topic), digest_of(bytes(cast(bytes, state)))
        )


def _work(connection: psycopg.Connection, service: str) -> int:
    return cast(int, next(_rows(connection, f"SELECT count(*) FROM {_schema(service)}.work"))[0])


def _positions(connection: psycopg.Connection, service: str) -> Iterator[tuple[tuple[str, str, int], int]]:
    statement = f"SELECT application_name, notification_id FROM {_schema(service)}.notification_tracking"
    for name, position in _rows(connection, statement):
        topic, _, partition = str(name).rpartition("-")
        if topic in TOPICS:
            yield (service, topic, int(partition)), cast(int, position)


def _read_models(connection: psycopg.Connection) -> ReadModels:
    timeline = _rows(
        connection,
        "SELECT topic, partition, record_offset, event_id, event_type, delivery_id, stream_id, stream_version"
        " FROM projections.timeline ORDER BY topic, partition, record_offset",
    )
    statuses = _rows(connection, "SELECT delivery_id, attempt, status FROM projections.deliveries")
    outcomes = _rows(connection, "SELECT delivery_id, attempt, outcome FROM projections.outcomes")
    features = _rows(connection, "SELECT delivery_id, attempt, feature_id, status FROM projections.features")
    builds = _rows(
        connection,
        "SELECT delivery_id, attempt, discarded FROM projections.builds WHERE outcome = 'completed'",
    )
    skipped = _rows(connection, "SELECT topic, partition, record_offset, reason FROM projections.skipped")
    return ReadModels(
        timeline=tuple(TimelineRow(*row) for row in timeline),  # type: ignore[arg-type]
        statuses={row[0]: row[1:] for row in statuses},  # type: ignore[misc]
        outcomes={row[:2]: row[2] for row in outcomes},  # type: ignore[misc]
        features={row[:3]: row[3] for row in features},  # type: ignore[misc]
        builds={row[:2]: row[2] for row in builds},  # type: ignore[misc]
        skipped=tuple(f"{row[0]}-{row[1]}-{row[2]}: {row[3]}" for row in skipped),
    )


def _artefacts(root: Path) -> Iterator[tuple[str, int]]:
    """Delivery and attempt of each build that has its file; names with a dot are work of the store's own."""
    for delivery in root.iterdir():
        if not delivery.name.startswith("."):
            for attempt in delivery.iterdir():
                whole = (attempt / "books.whl").is_file() and (
                    attempt / "books.whl"
                ).stat().st_size == _WHEEL_BYTES
                yield delivery.name, int(attempt.name) if whole else -1
