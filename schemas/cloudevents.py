"""Headers of a record, made from the envelope: CloudEvents in binary mode, and W3C trace context.

Source: CloudEvents Kafka protocol binding 1.0.2, section 3.2 (binary content mode).
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from schemas.envelope import Envelope

CONTENT_TYPE = "application/vnd.confluent.avro"
SPEC_VERSION = "1.0"

HEADERS: dict[str, str] = {
    "content-type": "Media type of the value: Avro in the Confluent wire format",
    "ce_specversion": "Version of CloudEvents",
    "ce_id": "Id of the event",
    "ce_type": "Type and version of the event",
    "ce_source": "Who recorded it, as a URI reference: a service with its version, or a person",
    "ce_subject": "Id of the delivery, as the key",
    "ce_time": "When it was recorded, RFC 3339",
    "ce_correlationid": "Id of the event that started the delivery",
    "ce_causationid": "Id of the event that led to this one; absent where nobody but a person did",
    "traceparent": "W3C trace context of the work; absent where it is not traced",
}
"""Every header that the system writes, with its meaning."""

OPTIONAL_HEADERS = frozenset({"ce_causationid", "traceparent"})

_CONTENT_TYPE = ("content-type", CONTENT_TYPE)
_SPEC_VERSION = ("ce_specversion", SPEC_VERSION)


def header_texts(envelope: Envelope) -> list[tuple[str, str]]:
    """The headers that the event's record carries, as texts."""
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


def cloud_event_type(event_type: str, version: int) -> str:
    """The CloudEvents type of an event type in one version."""
    return f"streamwright.{event_type}.v{version}"


# There are few types and agents, though many people: kept, they cost a third of making them anew.
@lru_cache(maxsize=512)
def _type_header(event_type: str, version: int) -> tuple[str, str]:
    return "ce_type", cloud_event_type(event_type, version)


@lru_cache(maxsize=512)
def _source_header(actor: str) -> tuple[str, str]:
    # A source is a URI reference, and people's names hold spaces and letters of all kinds.
    return "ce_source", f"/streamwright/{quote(actor, safe='/:')}"
