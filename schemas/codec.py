"""Events to bytes and back: Confluent wire format (0, schema id in 4 bytes, Avro binary)."""

from __future__ import annotations

import dataclasses
import io
import re
import struct
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import TypeVar, cast, get_args, get_origin

import cattrs
import fastavro
from cattrs.cols import homogenous_tuple_structure_factory
from fastavro.types import Schema

from schemas.avro_schema import envelope_schema
from schemas.catalogue import BY_PAYLOAD, EventType, type_of
from schemas.envelope import Envelope, Event
from schemas.envelope_bytes import envelope_bytes
from schemas.errors import DecodeError
from schemas.events.outcome import PersonalDataErased
from schemas.personal import PersonalCipher, disguised, opened, sealed
from schemas.plain_times import micros_of, moment_of, plain_times
from schemas.registry import PackagedSchemas, SchemaRegistry, WriterSchema, parsed_schema
from schemas.upcasters import upcast

T = TypeVar("T")
Plain = dict[str, object]

_HEADER = struct.Struct(">bI")
_MAGIC = 0
_ENVELOPE_SCHEMA = fastavro.parse_schema(plain_times(envelope_schema()))

_converter = cattrs.Converter(detailed_validation=False)
_converter.register_unstructure_hook(datetime, lambda value: value)
_converter.register_structure_hook(datetime, lambda value, _: value)

_wire = cattrs.Converter(detailed_validation=False)
_wire.register_unstructure_hook(datetime, micros_of)
_wire.register_structure_hook(datetime, lambda micros, _: moment_of(micros))


def _is_of_one_kind(hint: object) -> bool:
    return get_origin(hint) is tuple and get_args(hint)[1:] == (...,)


def _is_of_texts(hint: object) -> bool:
    return _is_of_one_kind(hint) and get_args(hint)[0] is str


# cattrs looks up the items' hook for each tuple anew unless told to do so once for each type: 1.3 of
# the 6 µs from a plain record to an event. fastavro writes a tuple of texts as it is.
_wire.register_structure_hook_factory(_is_of_one_kind, homogenous_tuple_structure_factory)
_wire.register_unstructure_hook_func(_is_of_texts, lambda texts: texts)
_structured_envelope = cast("Callable[[object, type], Envelope]", _wire.get_structure_hook(Envelope))


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
    """Encodes and decodes events with the ids of one schema registry.

    Where a cipher is given, personal data is sealed by `encode` and opened by `decode`.
    """

    def __init__(self, registry: SchemaRegistry | None = None, cipher: PersonalCipher | None = None) -> None:
        self._registry: SchemaRegistry = registry or PackagedSchemas()
        self._cipher = cipher
        self._readings: dict[int, _Reading] = {}

    def encode(self, event: Event) -> bytes:
        """The event's bytes for the wire and for the event store.

        Raises:
            KeyError: the payload's class is not in the catalogue.
        """
        event_type = type_of(event.payload)
        writing = _writing(event_type.payload)
        envelope, plain = event.envelope, writing.plain(event.payload)
        if self._cipher is not None:
            envelope = disguised(envelope, self._cipher)
            plain = sealed(event_type.payload, envelope, plain, self._cipher)
        buffer = io.BytesIO()
        buffer.write(_HEADER.pack(_MAGIC, self._registry.id_of(event_type)))
        buffer.write(envelope_bytes(envelope))
        fastavro.schemaless_writer(buffer, writing.schema, plain)
        return buffer.getvalue()

    def decode(self, data: bytes) -> Event:
        """The event, upcast to the current version of its type.

        Raises:
            DecodeError: the bytes are not an event of ours; the message says where and why.
        """
        reading = self._reading(data)
        writer = reading.writer
        record = _read(data, reading.schema, writer)
        envelope = _checked_envelope(record.pop("envelope"), writer)
        event_type = writer.event_type
        if writer.version != event_type.version:
            record = upcast(event_type.name, writer.version, event_type.version, record)
        if self._cipher is not None:
            record = self.opened(event_type, envelope.event_id, record)
        try:
            payload = reading.structured(record, event_type.payload)
        except Exception as error:
            raise DecodeError(
                f"Decoding a {event_type.name} v{writer.version}",
                why=f"a value is not allowed ({error})",
                todo="Compare the record with the schema's documentation",
            ) from error
        return Event(envelope=envelope, payload=payload)

    def disguised(self, event: Event) -> Event:
        """The event as its headers may tell of it: with a pseudonym in place of a user's name."""
        if self._cipher is None:
            return event
        return Event(envelope=disguised(event.envelope, self._cipher), payload=event.payload)

    def opened(self, event_type: EventType, event_id: str, record: dict[str, object]) -> dict[str, object]:
        """The payload's record with sealed texts opened, or `ERASED` in place of each whose key is gone.

        Args:
            record: of the current version of its type.

        Raises:
            SetupError: the keys cannot be read.
        """
        if self._cipher is None:
            return record
        if event_type.payload is PersonalDataErased:
            self._cipher.forget()
        return opened(event_type.payload, event_id, record, self._cipher)

    def decode_envelope(self, data: bytes) -> Envelope:
        """The envelope alone, without reading the payload.

        Raises:
            DecodeError: the bytes are not an event of ours.
        """
        writer = self.writer_schema(data)
        return _checked_envelope(_read(data, _ENVELOPE_SCHEMA, writer, envelope_only=True), writer)

    def writer_schema(self, data: bytes) -> WriterSchema:
        """The schema that the bytes were written with.

        Raises:
            DecodeError: they have no wire header, or an unknown id.
        """
        return self._registry.writer_schema(_schema_id(data))

    def _reading(self, data: bytes) -> _Reading:
        schema_id = _schema_id(data)
        # Asked each time: a registry may come to know an id that it did not know before.
        writer = self._registry.writer_schema(schema_id)
        known = self._readings.get(schema_id)
        if known is None or known.writer is not writer:
            known = self._readings[schema_id] = _Reading(
                writer,
                fastavro.parse_schema(plain_times(writer.schema)),
                cast("Callable[[object, type], object]", _wire.get_structure_hook(writer.event_type.payload)),
            )
        return known


@dataclasses.dataclass(frozen=True, slots=True)
class _Reading:
    """How records of one schema id are read.

    Attributes:
        schema: the writer's, with times as microseconds.
        structured: makes the payload from plain values and its class.
    """

    writer: WriterSchema
    schema: Schema
    structured: Callable[[object, type], object]


@dataclasses.dataclass(frozen=True, slots=True)
class _Writing:
    """How payloads of one type are written.

    Attributes:
        schema: of the fields behind the envelope.
        plain: the payload as a mapping of plain values.
    """

    schema: Schema
    plain: Callable[[object], Plain]


@cache
def _writing(payload: type) -> _Writing:
    event_type = BY_PAYLOAD[payload]
    whole = cast("dict[str, list[object]]", plain_times(parsed_schema(event_type.name, event_type.version)))
    _, *behind_the_envelope = whole["fields"]
    schema = fastavro.parse_schema(cast(Schema, {**whole, "fields": behind_the_envelope}))
    return _Writing(schema, cast("Callable[[object], Plain]", _wire.get_unstructure_hook(payload)))


def _schema_id(data: bytes) -> int:
    if len(data) < _HEADER.size or data[0] != _MAGIC:
        raise DecodeError(
            f"Decoding a record of {len(data)} bytes",
            why="it does not start with a zero byte and a schema id (Confluent wire format)",
            todo="Serialise with the schemas in schemas/avro and prepend the header",
        )
    return int.from_bytes(data[1 : _HEADER.size], "big")


def _read(data: bytes, schema: Schema, writer: WriterSchema, *, envelope_only: bool = False) -> Plain:
    buffer = io.BytesIO(data)
    buffer.seek(_HEADER.size)
    try:
        record = fastavro.schemaless_reader(buffer, schema, None)
    except Exception as error:
        raise _unreadable(
            writer, f"the bytes do not fit the schema near byte {buffer.tell()} ({error!r})", envelope_only
        ) from error
    read = buffer.tell()
    if read != len(data) and not envelope_only:
        raise _unreadable(writer, f"{len(data) - read} bytes are left over after byte {read}", envelope_only)
    if not isinstance(record, dict):
        raise _unreadable(writer, "it is not a record", envelope_only)
    return record


def _unreadable(writer: WriterSchema, why: str, envelope_only: bool) -> DecodeError:
    name = writer.event_type.name
    what = f"the envelope of a {name}" if envelope_only else f"a {name} v{writer.version}"
    return DecodeError(f"Decoding {what}", why=why, todo="Serialise with just the schema that the id names")


def _checked_envelope(plain: object, writer: WriterSchema) -> Envelope:
    try:
        envelope = _structured_envelope(plain, Envelope)
        problem = _envelope_problem(envelope, writer)
    except OverflowError:
        problem = "occurred_at is a time that no calendar has"
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
    for name, value in (("event_id", envelope.event_id), ("delivery_id", envelope.delivery_id)):
        if _UUID.fullmatch(value) is None:
            return f"{name} '{value[:80]}' is not a UUID"
    return ""


_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def replace_envelope(event: Event, **changes: object) -> Event:
    """The event with some attributes of its envelope replaced."""
    return Event(envelope=dataclasses.replace(event.envelope, **changes), payload=event.payload)  # type: ignore[arg-type]
