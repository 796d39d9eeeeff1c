"""What we publish, read by the CloudEvents SDK's Kafka binding."""

from __future__ import annotations

from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from confluent_kafka import Consumer, TopicPartition

from connectors.kafka.position import Position
from connectors.kafka.publisher import Publisher
from connectors.kafka.topics import ensure_topics
from connectors.kafka.user_events import user_event
from schemas.codec import Codec
from schemas.events.requirement import RequirementSubmitted


def _record_at(brokers: str, position: Position) -> KafkaMessage:
    settings = {"bootstrap.servers": brokers, "group.id": "cloud-events", "enable.auto.commit": False}
    consumer = Consumer(settings)
    try:
        consumer.assign([TopicPartition(position.topic, position.partition, position.offset)])
        (message,) = consumer.consume(1, timeout=20)
        headers = {name: value for name, value in message.headers() or [] if value is not None}
        return KafkaMessage(headers=headers, key=message.key(), value=message.value() or b"")
    finally:
        consumer.close()


def test_given_a_published_event_when_the_cloud_events_sdk_reads_it_then_it_has_all_attributes(
    clean_brokers: str,
) -> None:
    ensure_topics(clean_brokers)
    event = user_event(RequirementSubmitted(requirement="Bücher", submitted_by="ada"), user="Ada Müller")
    position = Publisher(clean_brokers).publish(event)

    read = from_binary(_record_at(clean_brokers, position), JSONFormat())

    envelope = event.envelope
    assert (read.get_specversion(), read.get_id()) == ("1.0", envelope.event_id)
    assert read.get_type() == "streamwright.RequirementSubmitted.v2"
    assert read.get_source() == "/streamwright/user:Ada%20M%C3%BCller"
    assert (read.get_subject(), read.get_time()) == (envelope.delivery_id, envelope.occurred_at)
    assert read.get_datacontenttype() == "application/vnd.confluent.avro"
    assert read.get_extension("correlationid") == envelope.correlation_id
    assert read.get_extension("partitionkey") == envelope.delivery_id
    data = read.get_data()
    assert isinstance(data, bytes)
    assert Codec().decode(data) == event
