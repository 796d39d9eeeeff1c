"""Publishing of users' events; agents publish through their outbox instead."""

from __future__ import annotations

from collections.abc import Iterable

from confluent_kafka import KafkaError, Message, Producer

from connectors.kafka.headers import headers_of
from connectors.kafka.position import Position
from schemas.catalogue import BY_NAME
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.errors import SetupError

_FLUSH_SECONDS = 30.0


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
                "delivery.timeout.ms": int(_FLUSH_SECONDS * 1000),
            }
        )

    def publish(self, event: Event) -> Position:
        """Publish to the topic of the event's type, keyed by delivery id.

        Raises:
            SetupError: the broker did not acknowledge within 30 seconds.
        """
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
        found: list[Message | KafkaError | None] = []
        for event in events:
            self._produce(event, found)
        self._producer.flush(_FLUSH_SECONDS + 1)
        return [self._position(each) for each in found]

    def _produce(self, event: Event, found: list[Message | KafkaError | None]) -> None:
        """Hand an event to the producer; what comes of it is put at the end of `found`."""
        number = len(found)
        found.append(None)

        def on_delivery(error: KafkaError | None, message: Message) -> None:
            found[number] = error or message

        topic, key = BY_NAME[event.envelope.event_type].topic, event.envelope.delivery_id.encode()
        value = self._codec.encode(event)
        headers: list[tuple[str, str | bytes | None]] = [*headers_of(event.envelope)]
        while True:
            try:
                self._producer.produce(topic, key=key, value=value, headers=headers, on_delivery=on_delivery)
                self._producer.poll(0)
                return
            except BufferError:
                self._producer.poll(0.1)

    def _position(self, found: Message | KafkaError | None) -> Position:
        if found is None or isinstance(found, KafkaError):
            raise SetupError(
                f"Publishing events at {self._brokers}",
                why=str(found or "no acknowledgement came in time"),
                todo="Check the broker with: streamwright status",
            )
        return Position(found.topic() or "", found.partition() or 0, found.offset() or 0)

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
