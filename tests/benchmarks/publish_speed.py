"""Publishing many events beside a raw producer with fastavro; and one at a time, each acknowledged."""

from __future__ import annotations

import struct

from confluent_kafka import Producer
from fastavro.types import Schema

from connectors.kafka.publisher import Publisher
from connectors.kafka.topics import ensure_topics
from schemas.catalogue import type_of
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.registry import parsed_schema
from tests.benchmarks.bench import Bench
from tests.benchmarks.event_log import sample_events
from tests.benchmarks.measuring import Row, Sample, alternate, rate_row, timed
from tests.benchmarks.raw_avro import decode_all, encoded
from tests.servers import delete_topics

_ONE_BY_ONE = 20
_Raw = tuple[str, bytes, bytes, Schema, dict[str, object]]


def publish_rows(bench: Bench) -> list[Row]:
    """Rows on publishing."""
    delete_topics(bench.brokers)
    ensure_topics(bench.brokers)
    events = sample_events(bench.sizes.log)
    raw = [_raw(event) for event in events]
    samples = alternate(
        {
            "ours": lambda: publish_at_once(bench.brokers, events),
            "raw": lambda: _raw_producer(bench.brokers, raw),
            "ours one by one": lambda: _one_by_one(bench.brokers, events[:: _ONE_BY_ONE * 5]),
            "raw one by one": lambda: _raw_one_by_one(bench.brokers, raw[:: _ONE_BY_ONE * 5]),
        },
        bench.sizes.repetitions,
    )
    return [
        rate_row(
            "publish", samples["ours"], samples["raw"], "confluent-kafka + fastavro, without headers", bar=0.6
        ),
        rate_row(
            "publish, each awaited",
            samples["ours one by one"],
            samples["raw one by one"],
            "confluent-kafka + fastavro, flush after each",
        ),
    ]


def publish_at_once(brokers: str, events: list[Event]) -> Sample:
    """Publish the events with `Publisher.publish_all`, all acknowledged."""
    publisher = Publisher(brokers)

    def work() -> int:
        return len(publisher.publish_all(events))

    return timed(work)


def _one_by_one(brokers: str, events: list[Event]) -> Sample:
    publisher = Publisher(brokers)
    publisher.publish(events[0])

    def work() -> int:
        for event in events:
            publisher.publish(event)
        return len(events)

    return timed(work)


def _raw(event: Event) -> _Raw:
    """Topic, key, wire header, schema and plain record of an event."""
    value = Codec().encode(event)
    kind = type_of(event.payload)
    record = decode_all([value])[0]
    header = struct.pack(">bI", 0, kind.schema_id)
    return (
        kind.topic,
        event.envelope.delivery_id.encode(),
        header,
        parsed_schema(kind.name, kind.version),
        record,
    )


def _producer(brokers: str) -> Producer:
    producer = Producer(
        {"bootstrap.servers": brokers, "enable.idempotence": True, "compression.type": "zstd", "linger.ms": 5}
    )
    producer.list_topics(timeout=10)
    return producer


def _raw_producer(brokers: str, raw: list[_Raw]) -> Sample:
    producer = _producer(brokers)
    failures: list[object] = []

    def work() -> int:
        for topic, key, header, schema, record in raw:
            _produce(producer, topic, key, encoded(header, schema, record))
        assert producer.flush(60) == 0 and not failures
        return len(raw)

    return timed(work)


def _produce(producer: Producer, topic: str, key: bytes, value: bytes) -> None:
    while True:
        try:
            producer.produce(topic, key=key, value=value)
            producer.poll(0)
            return
        except BufferError:
            producer.poll(0.1)


def _raw_one_by_one(brokers: str, raw: list[_Raw]) -> Sample:
    producer = Producer({"bootstrap.servers": brokers, "enable.idempotence": True, "compression.type": "zstd",
                         "linger.ms": 0})  # fmt: skip
    producer.produce(raw[0][0], key=raw[0][1], value=b"first")
    producer.flush(30)

    def work() -> int:
        for topic, key, header, schema, record in raw:
            producer.produce(topic, key=key, value=encoded(header, schema, record))
            assert producer.flush(30) == 0
        return len(raw)

    return timed(work)
