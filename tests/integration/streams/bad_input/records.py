"""Records that no service can process, each with what its dead letter has to say."""

from __future__ import annotations

import io
import json
import random
import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import fastavro

from connectors.kafka.user_events import user_event
from schemas.avro_schema import event_schema
from schemas.catalogue import BY_NAME
from schemas.codec import Codec, replace_envelope, to_plain
from schemas.envelope import Event
from schemas.events.feature import BackendFailed
from schemas.events.requirement import RequirementSubmitted
from schemas.topics import FEATURE_EVENTS, REQUIREMENT_EVENTS
from streams.core import identity
from tests.integration.streams.bad_input.touchy_process import QUICK, TOUCHY_WORD

Header = tuple[str, bytes | None]
TEN_MEGABYTES = 10 * 1024 * 1024
# A header may come more than once, and with bytes that are no text.
HEADERS: tuple[Header, ...] = (("a", b"1"), ("a", b"2"), ("bytes", b"\xff\x00\xfe"), ("empty", b""))


@dataclass(frozen=True)
class BadRecord:
    """A record, and a part of the reason why it is refused."""

    value: bytes | None
    reason: str
    key: bytes | None = b"someone"
    topic: str = REQUIREMENT_EVENTS
    headers: tuple[Header, ...] = field(default=HEADERS)


def requirement(words: str = QUICK + "}", delivery_id: str = "") -> Event:
    """A requirement, which is quickly worked on."""
    return user_event(RequirementSubmitted(requirement=words), user="test", delivery_id=delivery_id)


def touchy_requirement() -> Event:
    """A requirement upon whose specification a decider raises."""
    return requirement(f'{QUICK}, "note": "{TOUCHY_WORD}"}}')


def key_of(event: Event) -> bytes:
    return event.envelope.delivery_id.encode()


def changed(**changes: object) -> bytes:
    """The bytes of a requirement whose envelope has something wrong."""
    return Codec().encode(replace_envelope(requirement(), **changes))


def written(change: Callable[[dict[str, Any]], None]) -> bytes:
    """The bytes of a requirement, written without logical types, so that times may be any number."""
    event = requirement()
    plain = {"envelope": to_plain(event.envelope), **to_plain(event.payload)}
    plain["envelope"]["occurred_at"] = 0  # type: ignore[index]
    change(plain)
    event_type = BY_NAME["RequirementSubmitted"]
    text = json.dumps(event_schema(event_type)).replace('"logicalType"', '"told"')
    buffer = io.BytesIO()
    buffer.write(struct.pack(">bI", 0, event_type.schema_id))
    fastavro.schemaless_writer(buffer, fastavro.parse_schema(json.loads(text)), plain)
    return buffer.getvalue()


def at_time(micros: int) -> bytes:
    return written(lambda plain: plain["envelope"].update(occurred_at=micros))


def by_somebody_else(delivery_id: str, event_id: str = "") -> Event:
    """An event of the backend developer that it has not recorded, in a version that is taken."""
    (event,) = identity.record(
        [BackendFailed(attempt=1, reason="says somebody else")],
        service="backend-developer",
        version="1",
        cause=requirement(delivery_id=delivery_id).envelope,
        stream_version=1,
        occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return replace_envelope(event, event_id=event_id or event.envelope.event_id)


def bad_records(delivered: str) -> dict[str, BadRecord]:
    """All of them by name.

    Args:
        delivered: a delivery that has succeeded.
    """
    good = requirement()
    value, other = Codec().encode(good), requirement()
    forged = by_somebody_else(delivered, str(uuid.uuid4()))
    marked = value.index(b"user:")
    return {
        "no Avro": BadRecord(b"hello", "Confluent wire format"),
        "empty value": BadRecord(b"", "Confluent wire format"),
        "no value": BadRecord(None, "Confluent wire format"),
        "wrong magic byte": BadRecord(b"\x01" + value[1:], "Confluent wire format", key_of(good)),
        "unknown schema id": BadRecord(b"\x00\x00\x0f\x42\x3f" + value[5:], "no event type in the catalogue"),
        "newer schema version": BadRecord(changed(schema_version=3), "schema_version is 3 but"),
        "cut off": BadRecord(value[:-9], "do not fit the schema"),
        "bytes left over": BadRecord(value + b"xyz", "bytes are left over"),
        "text of 2**60 bytes": BadRecord(value[:5] + b"\x80" * 8 + b"\x20" + value[6:], "do not fit"),
        "half a character": BadRecord(value[:marked] + b"\xed\xa0\x80" + value[marked + 3 :], "do not fit"),
        "wrong key": BadRecord(value, "is not its delivery id", key_of(other)),
        "no key": BadRecord(value, "key b'' is not its delivery id", None),
        "unknown event type": BadRecord(
            changed(event_type="RequirementSung"), "event_type is 'RequirementSung'"
        ),
        "delivery id that is none": BadRecord(changed(delivery_id="../etc"), "is not a UUID", b"../etc"),
        "time after all calendars": BadRecord(at_time(2**62), "a time that no calendar has"),
        "time before all calendars": BadRecord(at_time(-(2**62)), "a time that no calendar has"),
        "value that the type lacks": BadRecord(
            written(lambda plain: plain.update(format="latin")), "a value is not allowed"
        ),
        "correlation id of a megabyte": BadRecord(
            Codec().encode(replace_envelope(good, correlation_id="x" * 2**20)),
            "the correlation_id of its envelope has 1048576 characters",
            key_of(good),
        ),
        "ten megabytes of garbage": BadRecord(
            value[:5] + random.Random(7).randbytes(TEN_MEGABYTES), "do not fit the schema"
        ),
        "wrong topic": BadRecord(
            value, "belongs to the topic requirement-events", key_of(good), FEATURE_EVENTS
        ),
        "event by somebody else": BadRecord(
            Codec().encode(forged), "is not one that backend-developer gives", key_of(forged), FEATURE_EVENTS
        ),
    }  # fmt: skip
