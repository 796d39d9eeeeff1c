"""Publishing of whole histories to a real broker, in transactions as the outbox relays do."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from confluent_kafka import Producer

from connectors.kafka.headers import headers_of
from streams.audit.history import RecordedEvent
from tests.unit.projections.rich_deliveries import CODEC

_PER_TRANSACTION = 50


def publish(brokers: str, records: Iterable[RecordedEvent]) -> None:
    """Publish the records in this order to their topics and partitions; some transactions are aborted
    first, so that the log has records that no reader may see, and offsets without an event."""
    producer = Producer(
        {"bootstrap.servers": brokers, "transactional.id": f"test-{uuid.uuid4()}", "linger.ms": 5}
    )
    producer.init_transactions(30)
    waiting = list(records)
    for number, start in enumerate(range(0, len(waiting), _PER_TRANSACTION)):
        part = waiting[start : start + _PER_TRANSACTION]
        if number % 5 == 0:
            _transact(producer, part)
            producer.abort_transaction(30)
        _transact(producer, part)
        producer.commit_transaction(30)


def _transact(producer: Producer, records: Sequence[RecordedEvent]) -> None:
    producer.begin_transaction()
    for record in records:
        producer.produce(
            record.position.topic,
            partition=record.position.partition,
            key=record.key.encode(),
            value=CODEC.encode(record.event),
            headers=list(headers_of(record.event.envelope)),
        )
        producer.poll(0)
    producer.flush(30)


def publish_values(brokers: str, topic: str, records: Iterable[tuple[bytes | None, bytes | None]]) -> None:
    """Publish keys and values as they are, to the first partition."""
    producer = Producer({"bootstrap.servers": brokers})
    for key, value in records:
        producer.produce(topic, partition=0, key=key, value=value)
    assert producer.flush(30) == 0
