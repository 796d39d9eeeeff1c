"""Events of people: a requirement, an answer, a cancellation, a retry."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from schemas.catalogue import type_of
from schemas.envelope import Envelope, Event


def user_event(payload: object, *, user: str = "", delivery_id: str = "", correlation_id: str = "") -> Event:
    """A person's payload as an event, recorded now.

    Args:
        user: who it comes from, '' if not known.
        delivery_id: the delivery it is about; '' begins a new one.
        correlation_id: id of the event that started the delivery; '' for the event itself.
    """
    event_id = str(uuid.uuid4())
    delivery = delivery_id or str(uuid.uuid4())
    event_type = type_of(payload)
    envelope = Envelope(
        event_id=event_id,
        event_type=event_type.name,
        schema_version=event_type.version,
        delivery_id=delivery,
        stream_id=f"user:{delivery}",
        stream_version=0,
        correlation_id=correlation_id or event_id,
        causation_id="",
        occurred_at=datetime.now(UTC),
        actor=f"user:{user or 'unknown'}",
    )
    return Event(envelope=envelope, payload=payload)
