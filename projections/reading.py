"""Decoding of events to plain mappings, which is all that the projections need.

Whole payloads are read: a reader's schema that leaves out fields costs more than reading them (10 µs
instead of 5 for AnalysisStarted, 48 instead of 17 for SpecificationWritten, 22 instead of 19 for
BackendImplemented of 475 bytes).
"""

from __future__ import annotations

import io
import re
from typing import NamedTuple, cast

import fastavro
from fastavro.types import Schema

from projections.models.recorded import PlainEnvelope, Recorded, recorded
from schemas.catalogue import BY_NAME
from schemas.codec import Codec
from schemas.errors import DecodeError
from schemas.plain_times import plain_times
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


class _Known(NamedTuple):
    """How records of one schema id are read.

    Attributes:
        schema: the writer's, with times as microseconds.
    """

    name: str
    version: int
    current: int
    topic: str
    schema: Schema


class Reader:
    """Decodes records to the events that the models take."""

    def __init__(self, codec: Codec | None = None) -> None:
        self._codec = codec or Codec()
        self._known: dict[bytes, _Known] = {}

    def read(self, record: RawRecord) -> Recorded:
        """The event of a record.

        Raises:
            DecodeError: it is not an event of ours, or not one of this topic and key.
        """
        data = record.value
        if data is None:
            raise DecodeError(f"Decoding {record.position}", why="it has no value", todo=_TODO)
        name, version, current, topic, schema = self._known.get(data[:_HEADER_BYTES]) or self._learned(data)
        buffer = io.BytesIO(data)
        buffer.seek(_HEADER_BYTES)
        try:
            plain = cast("dict[str, object]", fastavro.schemaless_reader(buffer, schema, None))
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
        plain = self._codec.opened(BY_NAME[name], envelope["event_id"], plain)
        return recorded(record.topic, record.partition, record.offset, envelope, plain)

    def _learned(self, data: bytes) -> _Known:
        found = self._codec.writer_schema(data)
        event_type = found.event_type
        schema = fastavro.parse_schema(plain_times(found.schema))
        known = _Known(event_type.name, found.version, event_type.version, event_type.topic, schema)
        self._known[data[:_HEADER_BYTES]] = known
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
