"""Kafka headers of an event: CloudEvents in binary mode, and W3C trace context.

Source: CloudEvents Kafka protocol binding 1.0.2, section 3.2 (binary content mode).
"""

from __future__ import annotations

from functools import lru_cache

from schemas.envelope import Envelope

CONTENT_TYPE = "application/vnd.confluent.avro"
_CONTENT_TYPE = ("content-type", CONTENT_TYPE)
_SPEC_VERSION = ("ce_specversion", "1.0")


def headers_of(envelope: Envelope) -> list[tuple[str, bytes]]:
    """The headers that the event's record carries."""
    return [(name, value.encode()) for name, value in header_texts(envelope)]


def header_texts(envelope: Envelope) -> list[tuple[str, str]]:
    """The same headers as texts, which a producer takes as they are."""
    headers = [
        _CONTENT_TYPE,
        _SPEC_VERSION,
        ("ce_id", envelope.event_id),
        _type_header(envelope.event_type, envelope.schema_version),
        _source_header(envelope.actor),
        ("ce_subject", envelope.delivery_id),
        ("ce_time", envelope.occurred_at.isoformat()),
        ("ce_correlationid", envelope.correlation_id),
    ]
    if envelope.causation_id:
        headers.append(("ce_causationid", envelope.causation_id))
    if envelope.traceparent:
        headers.append(("traceparent", envelope.traceparent))
    return headers


# There are few types and agents, though many people: kept, they cost a third of making them anew.
@lru_cache(maxsize=512)
def _type_header(event_type: str, version: int) -> tuple[str, str]:
    return "ce_type", f"streamwright.{event_type}.v{version}"


@lru_cache(maxsize=512)
def _source_header(actor: str) -> tuple[str, str]:
    return "ce_source", f"/streamwright/{actor}"
