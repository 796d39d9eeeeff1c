"""Logs to measure on: the real deciders' events of finished deliveries, small as the simulated work is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

from connectors.kafka.headers import headers_of
from connectors.kafka.publisher import producer_settings
from connectors.kafka.topics import ensure_topics
from schemas.catalogue import type_of
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.topics import EVENT_TOPICS, TOPICS
from tests.benchmarks.measuring import Sample, timed
from tests.servers import delete_topics
from tests.unit.streams.audit.recorded_histories import history

_SUCCESS = 0.85


def events(number: int) -> Iterator[Event]:
    """Events of whole deliveries of every kind: at least that many, the same each time."""
    made = 0
    for seed in count():
        if made >= number:
            return
        for record in history(seed, success=_SUCCESS):
            made += 1
            yield record.event


def new_topics(brokers: str, partitions: int = 0) -> None:
    """Replace the topics by empty ones.

    Args:
        partitions: of each topic; 0: as declared.
    """
    delete_topics(brokers)
    ensure_topics(brokers, [replace(topic, partitions=partitions or topic.partitions) for topic in TOPICS])


def publish_log(brokers: str, number: int, *, partitions: int = 0) -> int:
    """Replace the topics by ones with these events; gives how many there are.

    Making the events takes 130 µs each, for a million of them two to three minutes.
    """
    new_topics(brokers, partitions)
    codec = Codec()
    producer = Producer({**producer_settings(brokers), "linger.ms": 20})
    published = 0
    for event in events(number):
        produce(producer, event, codec)
        published += 1
    assert producer.flush(60) == 0
    return published


def produce(producer: Producer, event: Event, codec: Codec) -> None:
    """Hand an event to the producer, and wait where its buffer is full."""
    topic, value = type_of(event.payload).topic, codec.encode(event)
    key = event.envelope.delivery_id.encode()
    headers: list[tuple[str, str | bytes | None]] = [*headers_of(event.envelope)]
    while True:
        try:
            producer.produce(topic, key=key, value=value, headers=headers)
            producer.poll(0)
            return
        except BufferError:
            producer.poll(0.1)


def reading_consumer(brokers: str) -> Consumer:
    """A connected consumer that has no partitions yet, set as the projector's is."""
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "benchmark",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "queued.max.messages.kbytes": 65_536,
            "fetch.wait.max.ms": 100,
        }
    )
    consumer.list_topics(timeout=10)
    return consumer


def batches(consumer: Consumer, size: int = 5_000) -> Iterator[list[tuple[str, bytes]]]:
    """Topics and values of all event topics, up to the ends of all partitions."""
    known = consumer.list_topics(timeout=10).topics
    places = [TopicPartition(topic, part, 0) for topic in EVENT_TOPICS for part in known[topic].partitions]
    consumer.assign(places)
    waiting = len(places)
    while waiting:
        batch: list[tuple[str, bytes]] = []
        for message in consumer.consume(size, timeout=0.005):
            error = message.error()
            if error is None:
                batch.append((message.topic() or "", message.value() or b""))
            elif error.code() == KafkaError._PARTITION_EOF:
                waiting -= 1
            else:
                raise RuntimeError(str(error))
        if batch:
            yield batch


def consume_alone(brokers: str) -> Sample:
    """Read the log with a connected consumer, and do nothing with it."""
    consumer = reading_consumer(brokers)
    try:
        return timed(lambda: sum(len(batch) for batch in batches(consumer)))
    finally:
        consumer.close()


def values(brokers: str) -> list[bytes]:
    """The values of all events of the log."""
    consumer = reading_consumer(brokers)
    try:
        return [value for batch in batches(consumer) for _, value in batch]
    finally:
        consumer.close()


def sample_events(number: int) -> list[Event]:
    """Just that many events."""
    return list(islice(events(number), number))
