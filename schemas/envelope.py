"""The envelope: what every event carries, whatever its payload is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from typing_extensions import Doc


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Identity, causes and origin of an event. First field of every record, so that it can be
    read alone. CloudEvents attributes are made from it (see `schemas.cloudevents`)."""

    event_id: Annotated[str, Doc("UUID; uuid5 of (causation id, actor, ordinal) for an agent's event")]
    event_type: Annotated[str, Doc("Name of the event type, as RequirementSubmitted")]
    schema_version: Annotated[int, Doc("Version of the event type's schema, from 1")]
    delivery_id: Annotated[str, Doc("UUID of the delivery; also the key of the Kafka record")]
    stream_id: Annotated[str, Doc("'<service>:<delivery id>'; for events of people 'user:<delivery id>'")]
    stream_version: Annotated[int, Doc("1, 2, 3 ... in the stream; 0 for events of people")]
    correlation_id: Annotated[str, Doc("Id of the event that started the delivery")]
    causation_id: Annotated[str, Doc("Id of the event that led to this one, '' for events of people")]
    occurred_at: Annotated[datetime, Doc("When it was recorded, UTC, microseconds")]
    actor: Annotated[str, Doc("Service with its version, 'backend-developer/1', or 'user:<name>'")]
    traceparent: Annotated[str, Doc("W3C trace context of the work, '' if not traced")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event: envelope and payload."""

    envelope: Envelope
    payload: object
