"""Decoding of what the projections need: payload fields that no read model shows are skipped."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import NamedTuple, cast

import fastavro
from fastavro.types import Schema

from projections.models.payloads import READ_OF
from projections.models.recorded import PlainEnvelope, Recorded, recorded
from schemas.codec import Codec
from schemas.errors import DecodeError
from schemas.upcasters import upcast

_HEADER_BYTES = 5
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TODO = "Compare the record with the schema's documentation and publish it again"


class RawRecord(NamedTuple):
    """A record of the log, not yet decoded."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp_ms: int

    @property
    def place(self) -> tuple[str, int]:
        """Topic and partition."""
        return self.topic, self.partition

    @property
    def position(self) -> str:
        """The position as topic-partition-offset."""
        return f"{self.topic}-{self.partition}-{self.offset}"


class Reader:
    """Decodes records to the events that the models take."""

    def __init__(self, codec: Codec | None = None) -> None:
        self._codec = codec or Codec()
        self._schemas: dict[int, tuple[str, int, int, str, Schema, Schema | None]] = {}

    def read(self, record: RawRecord) -> Recorded:
        """The event of a record.

        Raises:
            DecodeError: it is not an event of ours, or not one of this topic and key.
        """
        data = record.value
        if data is None:
            raise DecodeError(f"Decoding {record.position}", why="it has no value", todo=_TODO)
        name, version, current, topic, writer, reader = self._schemas_of(data)
        buffer = io.BytesIO(data)
        buffer.seek(_HEADER_BYTES)
        try:
            plain = cast("dict[str, object]", fastavro.schemaless_reader(buffer, writer, reader))
        except Exception as error:
            why = f"the bytes do not fit the schema of {name} v{version} ({error!r})"
            raise DecodeError(f"Decoding {record.position}", why=why, todo=_TODO) from error
        if buffer.tell() != len(data):
            why = f"{len(data) - buffer.tell()} bytes are left over"
            raise DecodeError(f"Decoding {record.position}", why=why, todo=_TODO)
        envelope = cast(PlainEnvelope, plain.pop("envelope"))
        problem = _problem(record, envelope, name, version, topic)
        if problem:
            raise DecodeError(f"Reading {record.position}", why=problem, todo=_TODO)
        if version != current:
            plain = upcast(name, version, current, plain)
        return recorded(record.topic, record.partition, record.offset, envelope, plain)

    def _schemas_of(self, data: bytes) -> tuple[str, int, int, str, Schema, Schema | None]:
        schema_id = int.from_bytes(data[:_HEADER_BYTES], "big")
        known = self._schemas.get(schema_id)
        if known is None or len(data) < _HEADER_BYTES:
            found = self._codec.writer_schema(data)
            event_type = found.event_type
            writer = _plain_times(found.schema)
            pruned = _pruned(writer, event_type.name)
            known = (
                event_type.name,
                found.version,
                event_type.version,
                event_type.topic,
                fastavro.parse_schema(writer),
                # Resolving a reader's schema takes as long as reading, so only where it leaves fields out.
                None if pruned == writer else fastavro.parse_schema(pruned),
            )
            self._schemas[schema_id] = known
        return known


def _problem(record: RawRecord, envelope: PlainEnvelope, name: str, version: int, topic: str) -> str:
    if envelope["event_type"] != name or envelope["schema_version"] != version:
        told = f"{envelope['event_type'][:80]} v{envelope['schema_version']}"
        return f"the envelope tells {told} but the schema id means {name} v{version}"
    if record.topic != topic:
        return f"{name} belongs to the topic {topic}"
    for value in (envelope["event_id"], envelope["delivery_id"]):
        if _UUID.fullmatch(value) is None:
            return f"the id '{value[:80]}' is not a UUID"
    if record.key != envelope["delivery_id"].encode():
        return f"the key is not the delivery id {envelope['delivery_id']}"
    return ""


def _plain_times(schema: object) -> Schema:
    """The schema without logical types: the same bytes, times as microseconds."""
    if isinstance(schema, Mapping):
        kept = {
            key: value for key, value in schema.items() if key not in ("logicalType", "__fastavro_parsed__")
        }
        return cast(
            Schema, {key: _plain_times(value) for key, value in kept.items() if not key.startswith("__")}
        )
    if isinstance(schema, list):
        return [_plain_times(item) for item in schema]
    return cast(Schema, schema)


def _pruned(schema: Schema, name: str) -> Schema:
    """The schema with only those payload fields that the models read."""
    record = cast("dict[str, list[dict[str, object]]]", schema)
    wanted = {"envelope", *READ_OF[name].__annotations__}
    return cast(
        Schema, {**record, "fields": [field for field in record["fields"] if field["name"] in wanted]}
    )
