"""Histories of the deciders, published as records to a real broker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random

from confluent_kafka import Message, Producer

from connectors.kafka.headers import headers_of
from connectors.kafka.position import Position
from connectors.kafka.topics import ensure_topics
from schemas.codec import Codec
from streams.audit.history import RecordedEvent
from tests.unit.streams.audit.recorded_histories import history


def many_histories(count: int, seed: int = 0) -> list[RecordedEvent]:
    """Finished deliveries of every kind, their records mixed as in a real log."""
    random = Random(seed)
    waiting = [history(seed + number, success=0.85) for number in range(count)]
    mixed: list[RecordedEvent] = []
    while waiting:
        log = random.choice(waiting)
        mixed.append(log.pop(0))
        if not log:
            waiting.remove(log)
    return mixed


def publish(brokers: str, records: Iterable[RecordedEvent]) -> list[Position]:
    """Publish the records in this order to their topics and partitions; give where each one stands."""
    codec = Codec()
    rows = [
        (each.position, each.key.encode(), codec.encode(each.event), headers_of(each.event.envelope))
        for each in records
    ]
    return publish_bytes(brokers, rows)


def publish_bytes(
    brokers: str,
    rows: Sequence[tuple[Position, bytes | None, bytes | None, list[tuple[str, bytes]]]],
) -> list[Position]:
    """Publish (place, key, value, headers) in this order; the offset of a place is not looked at."""
    ensure_topics(brokers)
    # Idempotent, so that a repeated request changes neither number nor order of the records.
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5, "enable.idempotence": True})
    standing: dict[int, Position] = {}

    def noted(number: int) -> object:
        def on_delivery(error: object, message: Message) -> None:
            assert error is None, error
            standing[number] = Position(
                message.topic() or "", message.partition() or 0, message.offset() or 0
            )

        return on_delivery

    for number, (place, key, value, headers) in enumerate(rows):
        producer.produce(
            place.topic,
            partition=place.partition,
            key=key,
            value=value,
            headers=list(headers),
            on_delivery=noted(number),
        )
        producer.poll(0)
    producer.flush(30)
    return [standing[number] for number in range(len(rows))]
