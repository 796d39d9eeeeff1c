"""Publishing of users' events; agents publish through their outbox instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from confluent_kafka import KafkaError, Message, Producer

from connectors.kafka.headers import headers_of
from connectors.kafka.position import Position
from schemas.catalogue import BY_NAME
from schemas.cloudevents import header_texts
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.errors import SetupError

_FLUSH_SECONDS = 30.0
# Many events at once go out in large batches; one that is awaited is flushed without waiting for more.
_LINGER_MS = 5
# Acknowledgements are taken so often: asking after each event costs 1 µs, as much as producing it.
_POLL_EVERY = 100

_Headers = list[tuple[str, str | bytes | None]]
_Told = tuple[str | None, int | None, int | None] | KafkaError | None
"""Where an event was put, why it was not, or nothing yet."""


def producer_settings(brokers: str) -> dict[str, str | int | float | bool]:
    """What every producer of ours is set to.

    Partitions are chosen as Kafka's own client for Java does, and with it most others, so that all
    events of a delivery are in the same partition, whichever client published them.
    """
    return {
        "bootstrap.servers": brokers,
        "partitioner": "murmur2_random",
        "compression.type": "zstd",
        "message.max.bytes": 16 * 1024 * 1024,
        "linger.ms": 0,
    }


class Publisher:
    """Publishes events one by one, each acknowledged by all in-sync replicas."""

    def __init__(self, brokers: str, codec: Codec | None = None) -> None:
        self._brokers = brokers
        self._codec = codec or Codec()
        self._producer = Producer(
            {
                **producer_settings(brokers),
                "enable.idempotence": True,
                "linger.ms": _LINGER_MS,
                "delivery.timeout.ms": int(_FLUSH_SECONDS * 1000),
            }
        )

    def publish(self, event: Event) -> Position:
        """Publish to the topic of the event's type, keyed by delivery id.

        Raises:
            SetupError: the broker did not acknowledge within 30 seconds.
        """
        event = self._codec.disguised(event)
        return self.publish_bytes(
            BY_NAME[event.envelope.event_type].topic,
            key=event.envelope.delivery_id.encode(),
            value=self._codec.encode(event),
            headers=headers_of(event.envelope),
        )

    def publish_all(self, events: Iterable[Event]) -> list[Position]:
        """Publish many events, in this order in each partition; gives where each one stands.

        Returns when all are acknowledged; those before one that is refused may be in the log.

        Raises:
            SetupError: the broker did not acknowledge each within 30 seconds.
        """
        found: list[_Told] = []
        for event in events:
            self._produce(event, found)
        self._producer.flush(_FLUSH_SECONDS + 1)
        return [self._position(each) for each in found]

    def _produce(self, event: Event, found: list[_Told]) -> None:
        """Hand an event to the producer; what comes of it is put at the end of `found`."""
        number, event = len(found), self._codec.disguised(event)
        found.append(None)

        def on_delivery(error: KafkaError | None, message: Message) -> None:
            found[number] = error or (message.topic(), message.partition(), message.offset())

        envelope = event.envelope
        headers = cast(_Headers, header_texts(envelope))
        value, key, topic = (
            self._codec.encode(event),
            envelope.delivery_id,
            BY_NAME[envelope.event_type].topic,
        )
        while True:
            try:
                self._producer.produce(topic, value, key, headers=headers, on_delivery=on_delivery)
                break
            except BufferError:
                self._producer.poll(0.1)
        if number % _POLL_EVERY == 0:
            self._producer.poll(0)

    def _position(self, told: _Told) -> Position:
        if told is None or isinstance(told, KafkaError):
            raise SetupError(
                f"Publishing events at {self._brokers}",
                why=str(told or "no acknowledgement came in time"),
                todo="Check the broker with: streamwright status",
            )
        topic, partition, offset = told
        return Position(topic or "", partition or 0, offset or 0)

    def publish_bytes(
        self, topic: str, *, key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]
    ) -> Position:
        """Publish bytes as they are.

        Raises:
            SetupError: the broker did not acknowledge within 30 seconds.
        """
        acknowledged: list[Message] = []
        failed: list[KafkaError] = []

        def on_delivery(error: KafkaError | None, message: Message) -> None:
            failed.append(error) if error is not None else acknowledged.append(message)

        self._producer.produce(topic, key=key, value=value, headers=list(headers), on_delivery=on_delivery)
        self._producer.flush(_FLUSH_SECONDS + 1)
        if not acknowledged:
            raise SetupError(
                f"Publishing to {topic} at {self._brokers}",
                why=str(failed[0]) if failed else "no acknowledgement came in time",
                todo="Check the broker with: streamwright status",
            )
        message = acknowledged[0]
        return Position(topic, message.partition() or 0, message.offset() or 0)
