"""Kafka headers of an event: CloudEvents in binary mode, and W3C trace context.

Source: CloudEvents Kafka protocol binding 1.0.2, section 3.2 (binary content mode).
"""

from __future__ import annotations

from schemas.envelope import Envelope

CONTENT_TYPE = "application/vnd.confluent.avro"


def headers_of(envelope: Envelope) -> list[tuple[str, bytes]]:
    """The headers that the event's record carries."""
    headers = [
        ("content-type", CONTENT_TYPE),
        ("ce_specversion", "1.0"),
        ("ce_id", envelope.event_id),
        ("ce_type", f"streamwright.{envelope.event_type}.v{envelope.schema_version}"),
        ("ce_source", f"/streamwright/{envelope.actor}"),
        ("ce_subject", envelope.delivery_id),
        ("ce_time", envelope.occurred_at.isoformat()),
        ("ce_correlationid", envelope.correlation_id),
    ]
    if envelope.causation_id:
        headers.append(("ce_causationid", envelope.causation_id))
    if envelope.traceparent:
        headers.append(("traceparent", envelope.traceparent))
    return [(name, value.encode()) for name, value in headers]
