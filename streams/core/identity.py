"""Identities of recorded events: the same cause always gives the same event."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from schemas.catalogue import type_of
from schemas.envelope import Envelope, Event

_NAMESPACE = UUID("6c1b5e0a-6a0e-5d0c-9a51-0b0f7a0d9c11")


def event_id(causation_id: str, service: str, ordinal: int) -> str:
    """UUID of the ordinal-th event (from 0) that a service records upon one cause."""
    name = f"{causation_id}|{service}|{ordinal}".encode()
    digits = hashlib.sha1(_NAMESPACE.bytes + name, usedforsecurity=False).hexdigest()
    # As uuid.uuid5 does, in a fifth of the time: an audit makes one for each event of the log.
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def stream_id(service: str, delivery_id: str) -> str:
    """The stream of a service's own events for one delivery."""
    return f"{service}:{delivery_id}"


def record(
    payloads: Sequence[object],
    *,
    service: str,
    version: str,
    cause: Envelope,
    stream_version: int,
    occurred_at: datetime,
    traceparent: str = "",
) -> list[Event]:
    """Decided payloads as events.

    Args:
        cause: envelope of the event that was decided upon; for a work result, of the event that
            started the work.
        stream_version: version of the stream before these events.
    """
    return [
        Event(
            envelope=Envelope(
                event_id=event_id(cause.event_id, service, ordinal),
                event_type=type_of(payload).name,
                schema_version=type_of(payload).version,
                delivery_id=cause.delivery_id,
                stream_id=stream_id(service, cause.delivery_id),
                stream_version=stream_version + ordinal + 1,
                correlation_id=cause.correlation_id or cause.event_id,
                causation_id=cause.event_id,
                occurred_at=occurred_at,
                actor=f"{service}/{version}",
                traceparent=traceparent,
            ),
            payload=payload,
        )
        for ordinal, payload in enumerate(payloads)
    ]
