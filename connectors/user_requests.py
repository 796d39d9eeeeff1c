"""Publishing what a person asks for, to a new delivery or one that is there."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.kafka.position import Position
from connectors.kafka.publisher import Publisher
from connectors.kafka.user_events import user_event
from connectors.schema_registry import codec_for
from connectors.settings import Settings
from schemas.envelope import Event


@dataclass(frozen=True, slots=True)
class PublishedRequest:
    """A person's event and where it stands."""

    event: Event
    position: Position

    def plain(self) -> dict[str, object]:
        """What is told of it, JSON-like."""
        envelope = self.event.envelope
        return {
            "delivery_id": envelope.delivery_id,
            "event_id": envelope.event_id,
            "event_type": envelope.event_type,
            "position": str(self.position),
        }


def publish_request(
    config: Settings, payload: object, *, user: str, delivery_id: str = ""
) -> PublishedRequest:
    """Publish the event, acknowledged by the broker.

    Args:
        user: who asks, '' if not known.
        delivery_id: the delivery it is about; '' begins a new one.

    Raises:
        BadInputError: there is no such delivery.
        SetupError: the broker cannot be reached, or does not take the event.
    """
    codec = codec_for(config)
    correlation = ""
    if delivery_id:
        from streams.audit.recorded_log import read_delivery

        records = read_delivery(config.kafka_brokers, codec, delivery_id)
        correlation = records[0].event.envelope.correlation_id
    event = user_event(payload, user=user, delivery_id=delivery_id, correlation_id=correlation)
    return PublishedRequest(event, Publisher(config.kafka_brokers, codec).publish(event))
