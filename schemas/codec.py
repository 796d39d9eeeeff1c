"""Events to bytes and back: Confluent wire format (0, schema id in 4 bytes, Avro binary)."""

from __future__ import annotations

import dataclasses
import io
import re
import struct
from datetime import datetime
from typing import TypeVar

import cattrs
import fastavro
from fastavro.types import Schema

from schemas.avro_schema import envelope_schema
from schemas.catalogue import type_of
from schemas.envelope import Envelope, Event
from schemas.errors import DecodeError
from schemas.registry import PackagedSchemas, SchemaRegistry, WriterSchema, parsed_schema
from schemas.upcasters import upcast

T = TypeVar("T")

_HEADER = struct.Struct(">bI")
_MAGIC = 0
_ENVELOPE_SCHEMA = fastavro.parse_schema(envelope_schema())

_converter = cattrs.Converter(detailed_validation=False)
_converter.register_unstructure_hook(datetime, lambda value: value)
_converter.register_structure_hook(datetime, lambda value, _: value)


def to_plain(value: object) -> dict[str, object]:
    """A dataclass of ours as a plain mapping of JSON-like values."""
    plain: dict[str, object] = _converter.unstructure(value)
    return plain


def from_plain(plain: object, cls: type[T]) -> T:
    """A dataclass of ours from a plain mapping.

    Raises:
        Exception: whatever cattrs finds wrong with it.
    """
    return _converter.structure(plain, cls)


class Codec:
    """Encodes and decodes events with the ids of one schema registry."""

    def __init__(self, registry: SchemaRegistry | None = None) -> None:
        self._registry: SchemaRegistry = registry or PackagedSchemas()

    def encode(self, event: Event) -> bytes:
        """The event's bytes for the wire and for the event store.

        Raises:
            KeyError: the payload's class is not in the catalogue.
        """
        event_type = type_of(event.payload)
        record = {"envelope": to_plain(event.envelope), **to_plain(event.payload)}
        buffer = io.BytesIO()
        buffer.write(_HEADER.pack(_MAGIC, self._registry.id_of(event_type)))
        fastavro.schemaless_writer(buffer, parsed_schema(event_type.name, event_type.version), record)
        return buffer.getvalue()

    def decode(self, data: bytes) -> Event:
        """The event, upcast to the current version of its type.

        Raises:
            DecodeError: the bytes are not an event of ours; the message says where and why.
        """
        writer = self.writer_schema(data)
        record = _read(data, writer.schema, f"a {writer.event_type.name} v{writer.version}")
        envelope = _checked_envelope(record.pop("envelope"), writer)
        record = upcast(writer.event_type.name, writer.version, writer.event_type.version, record)
        try:
            payload: object = from_plain(record, writer.event_type.payload)
        except Exception as error:
            raise DecodeError(
                f"Decoding a {writer.event_type.name} v{writer.version}",
                why=f"a value is not allowed ({error})",
                todo="Compare the record with the schema's documentation",
            ) from error
        return Event(envelope=envelope, payload=payload)

    def decode_envelope(self, data: bytes) -> Envelope:
        """The envelope alone, without reading the payload.

        Raises:
            DecodeError: the bytes are not an event of ours.
        """
        writer = self.writer_schema(data)
        record = _read(data, _ENVELOPE_SCHEMA, f"the envelope of a {writer.event_type.name}", prefix=True)
        return _checked_envelope(record, writer)

    def writer_schema(self, data: bytes) -> WriterSchema:
        """The schema that the bytes were written with.

        Raises:
            DecodeError: they have no wire header, or an unknown id.
        """
        if len(data) < _HEADER.size or data[0] != _MAGIC:
            raise DecodeError(
                f"Decoding a record of {len(data)} bytes",
                why="it does not start with a zero byte and a schema id (Confluent wire format)",
                todo="Serialise with the schemas in schemas/avro and prepend the header",
            )
        return self._registry.writer_schema(_HEADER.unpack_from(data)[1])


def _read(data: bytes, schema: Schema, what: str, *, prefix: bool = False) -> dict[str, object]:
    buffer = io.BytesIO(data)
    buffer.seek(_HEADER.size)
    try:
        record = fastavro.schemaless_reader(buffer, schema, None)
    except Exception as error:
        raise DecodeError(
            f"Decoding {what}",
            why=f"the bytes do not fit the schema near byte {buffer.tell()} ({error!r})",
            todo="Serialise with just the schema that the id names",
        ) from error
    if not prefix and buffer.tell() != len(data):
        raise DecodeError(
            f"Decoding {what}",
            why=f"{len(data) - buffer.tell()} bytes are left over after byte {buffer.tell()}",
            todo="Serialise with just the schema that the id names",
        )
    if not isinstance(record, dict):
        raise DecodeError(
            f"Decoding {what}", why="it is not a record", todo="Use the schemas in schemas/avro"
        )
    return record


_REQUIRED_IDS = ("event_id", "delivery_id")


def _checked_envelope(plain: object, writer: WriterSchema) -> Envelope:
    envelope = from_plain(plain, Envelope)
    problem = _envelope_problem(envelope, writer)
    if problem:
        raise DecodeError(
            f"Decoding the envelope of a {writer.event_type.name}",
            why=problem,
            todo="Fill the envelope as schemas/envelope.py says",
        )
    return envelope


def _envelope_problem(envelope: Envelope, writer: WriterSchema) -> str:
    if envelope.event_type != writer.event_type.name:
        return f"event_type is '{envelope.event_type[:80]}' but the schema id means {writer.event_type.name}"
    if envelope.schema_version != writer.version:
        return f"schema_version is {envelope.schema_version} but the schema id means {writer.version}"
    for name in _REQUIRED_IDS:
        if not _is_uuid(getattr(envelope, name)):
            return f"{name} '{str(getattr(envelope, name))[:80]}' is not a UUID"
    return ""


_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def replace_envelope(event: Event, **changes: object) -> Event:
    """The event with some attributes of its envelope replaced."""
    return Event(envelope=dataclasses.replace(event.envelope, **changes), payload=event.payload)  # type: ignore[arg-type]
