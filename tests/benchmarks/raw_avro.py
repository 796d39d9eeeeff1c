"""Encoding and decoding with fastavro alone, as one writes it by hand: the reference for ours."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import cast

import fastavro
from fastavro.types import Schema

from schemas.registry import PackagedSchemas

_HEADER_BYTES = 5


def decode_all(values: Iterable[bytes]) -> list[dict[str, object]]:
    """Each value as a plain record."""
    registry, read = PackagedSchemas(), fastavro.schemaless_reader
    schemas: dict[bytes, Schema] = {}
    found: list[object] = []
    for value in values:
        head = value[:_HEADER_BYTES]
        schema = schemas.get(head)
        if schema is None:
            schema = schemas[head] = registry.writer_schema(int.from_bytes(head, "big")).schema
        buffer = io.BytesIO(value)
        buffer.seek(_HEADER_BYTES)
        found.append(read(buffer, schema, None))
    return cast("list[dict[str, object]]", found)


def encoded(header: bytes, schema: Schema, record: dict[str, object]) -> bytes:
    """One plain record with the wire header."""
    buffer = io.BytesIO()
    buffer.write(header)
    fastavro.schemaless_writer(buffer, schema, record)
    return buffer.getvalue()
