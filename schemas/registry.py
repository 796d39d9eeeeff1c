"""Which schema a wire id means: the registry-less default, from the files of this package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol

import fastavro
from fastavro.types import Schema

from schemas.avro_schema import event_schema
from schemas.catalogue import BY_NAME, EVENT_TYPES, EventType
from schemas.errors import DecodeError
from schemas.export import RELEASED


@dataclass(frozen=True, slots=True)
class WriterSchema:
    """The schema that a record was written with.

    Attributes:
        event_type: current catalogue entry of the type.
        version: schema version of the record.
        schema: parsed Avro schema.
    """

    event_type: EventType
    version: int
    schema: Schema


class SchemaRegistry(Protocol):
    """Where wire ids and schemas meet."""

    def id_of(self, event_type: EventType) -> int:
        """Wire id of the current version of a type."""
        ...

    def writer_schema(self, schema_id: int) -> WriterSchema:
        """The schema of a wire id.

        Raises:
            DecodeError: the id is not known.
        """
        ...


class PackagedSchemas:
    """The default registry: ids stand in the catalogue, schemas in this package."""

    def id_of(self, event_type: EventType) -> int:
        """Wire id of the current version of a type."""
        return event_type.schema_id

    def writer_schema(self, schema_id: int) -> WriterSchema:
        """The schema of a wire id."""
        found = _packaged().get(schema_id)
        if found is None:
            raise DecodeError(
                f"Decoding a record with schema id {schema_id}",
                why="no event type in the catalogue has this id",
                todo="Publish with an id of schemas/catalogue.py, or set SCHEMA_REGISTRY_URL",
            )
        return found


@lru_cache(maxsize=1)
def _packaged() -> dict[int, WriterSchema]:
    found: dict[int, WriterSchema] = {}
    for event_type in EVENT_TYPES:
        for version, schema_id in enumerate(event_type.schema_ids, start=1):
            found[schema_id] = WriterSchema(event_type, version, parsed_schema(event_type.name, version))
    return found


def schema_text(name: str, version: int) -> str:
    """JSON text of a type's version: the current one from its class, older ones from files."""
    event_type = BY_NAME[name]
    if version == event_type.version:
        return json.dumps(event_schema(event_type))
    return (RELEASED / f"{name}.v{version}.avsc").read_text()


@cache
def parsed_schema(name: str, version: int) -> Schema:
    """Parsed schema of a type's version."""
    return fastavro.parse_schema(json.loads(schema_text(name, version)))
