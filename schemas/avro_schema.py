"""Avro schemas made from the documented dataclasses, which are their single source.

Types: str and Literal -> string, int -> long, float -> double, bool -> boolean, datetime ->
timestamp-micros, tuple[X, ...] -> array, X | None -> union with null, dataclass -> record. A field that is
marked as personal has the property "personal".
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

from typing_extensions import Doc

from schemas.catalogue import EventType
from schemas.envelope import Envelope
from schemas.personal import personal_mark

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]

NAMESPACE = "streamwright"
_PRIMITIVES: dict[object, JsonValue] = {
    str: "string",
    int: "long",
    float: "double",
    bool: "boolean",
    datetime: {"type": "long", "logicalType": "timestamp-micros"},
}


def event_schema(event_type: EventType) -> dict[str, JsonValue]:
    """The Avro schema of an event: a record of the envelope and the payload's fields.

    Raises:
        TypeError: a field has a type that the mapping does not know, or no documentation.
    """
    defined: set[str] = set()
    envelope: JsonValue = {
        "name": "envelope",
        "doc": "Identity, causes and origin of the event",
        "type": _record(Envelope, defined),
    }
    return {
        "type": "record",
        "name": event_type.name,
        "namespace": f"{NAMESPACE}.events",
        "doc": _doc_of(event_type.payload),
        "fields": [envelope, *_fields(event_type.payload, defined)],
    }


def envelope_schema() -> dict[str, JsonValue]:
    """The Avro schema of the envelope alone: a prefix of every event's bytes."""
    return _record(Envelope, set())


def _record(cls: type, defined: set[str]) -> dict[str, JsonValue]:
    defined.add(cls.__name__)
    return {
        "type": "record",
        "name": cls.__name__,
        "namespace": NAMESPACE,
        "doc": _doc_of(cls),
        "fields": _fields(cls, defined),
    }


def _fields(cls: type, defined: set[str]) -> list[JsonValue]:
    hints = get_type_hints(cls, include_extras=True)
    return [_field(cls, field, hints[field.name], defined) for field in dataclasses.fields(cls)]


def _field(cls: type, field: dataclasses.Field[object], hint: object, defined: set[str]) -> JsonValue:
    doc = next((item.documentation for item in get_args(hint)[1:] if isinstance(item, Doc)), None)
    if get_origin(hint) is not Annotated or doc is None:
        raise TypeError(f"{cls.__name__}.{field.name} has no Doc")
    schema: dict[str, JsonValue] = {
        "name": field.name,
        "doc": doc,
        "type": _type(get_args(hint)[0], defined),
    }
    mark = personal_mark(hint)
    if mark is not None:
        schema["personal"] = mark.of
    if field.default is not dataclasses.MISSING:
        schema["default"] = _default(field.default)
    return schema


def _type(hint: object, defined: set[str]) -> JsonValue:
    if hint in _PRIMITIVES:
        return _PRIMITIVES[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return "string"
    if origin is Annotated:
        return _type(arguments[0], defined)
    if origin is tuple and arguments[1:] == (...,):
        return {"type": "array", "items": _type(arguments[0], defined)}
    if origin in (Union, UnionType):
        (inner,) = [argument for argument in arguments if argument is not type(None)]
        return ["null", _type(inner, defined)]
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        full_name = f"{NAMESPACE}.{hint.__name__}"
        return full_name if hint.__name__ in defined else _record(hint, defined)
    raise TypeError(f"no Avro type for {hint!r}")


def _default(value: object) -> JsonValue:
    if value == ():
        return []
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"no Avro default for {value!r}")


def _doc_of(cls: type) -> str:
    return " ".join((cls.__doc__ or "").split())
