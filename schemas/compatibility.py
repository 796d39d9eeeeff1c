"""Compatibility of the current schemas with all released ones: `python -m schemas.compatibility`.

FULL_TRANSITIVE: what any released version wrote, the current one reads, and the other way round. On
top of Avro's rules, which let a field with a default go and take text for bytes: no field is removed
or renamed, no type changes, and a released version never changes, but for its documentation.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.errors import AvroException
from avro.schema import Schema, parse

from schemas.avro_schema import NAMESPACE, JsonValue, event_schema
from schemas.catalogue import EVENT_TYPES, EventType
from schemas.export import RELEASED

JsonSchema = dict[str, JsonValue]
Released = Mapping[str, Mapping[int, JsonSchema]]

_FILE = re.compile(r"(?P<name>\w+)\.v(?P<version>\d+)\.avsc")


def problems(current: Mapping[str, JsonSchema], versions: Mapping[str, int], released: Released) -> list[str]:
    """What is not compatible, for people; empty where all is well.

    Args:
        current: schema of each event type.
        versions: current version of each event type.
        released: released schemas of each event type by version.
    """
    found = [f"{name}: it was released and is gone" for name in sorted(released.keys() - current.keys())]
    for name, schema in current.items():
        for version, old in sorted(released.get(name, {}).items()):
            found += [f"{name}: {each}, against v{version}" for each in _against(schema, old)]
            if version >= versions[name] and _bare(old) != _bare(schema):
                found.append(f"{name}: v{version} is released and has changed; raise the version")
        missing = set(range(1, versions[name])) - released.get(name, {}).keys()
        found += [f"{name}: the released file of v{version} is missing" for version in sorted(missing)]
    return found


def _against(new: JsonSchema, old: JsonSchema) -> list[str]:
    try:
        parsed_new, parsed_old = _parsed(new), _parsed(old)
    except AvroException as error:
        return [f"a schema is not Avro ({error})"]
    return [
        *_resolution_problems(parsed_new, parsed_old, "cannot read what the older wrote"),
        *_resolution_problems(parsed_old, parsed_new, "cannot be read by the older"),
        *_kept_problems(new, old),
    ]


def _parsed(schema: JsonSchema) -> Schema:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return parse(json.dumps(schema))


def _resolution_problems(reader: Schema, writer: Schema, what: str) -> Iterator[str]:
    checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]
    result = checker.get_compatibility(reader, writer)
    if result.compatibility is not SchemaCompatibilityType.compatible:
        for message, place in zip(sorted(result.messages), sorted(result.locations), strict=False):
            yield f"{what}: {message} (at {place})"


def _kept_problems(new: JsonSchema, old: JsonSchema) -> Iterator[str]:
    after, before = dict(_fields(new)), dict(_fields(old))
    for place, type_before in before.items():
        if place not in after:
            yield f"the field {place} is removed or renamed"
        elif _shape(after[place]) != _shape(type_before):
            yield f"the type of the field {place} has changed"


def _fields(schema: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    """Record and name, and the type, of each field, those of records within too."""
    if isinstance(schema, list):
        for branch in schema:
            yield from _fields(branch)
    elif isinstance(schema, dict):
        fields = schema.get("fields")
        for field in fields if isinstance(fields, list) else []:
            if isinstance(field, dict):
                yield f"{schema['name']}.{field['name']}", field["type"]
                yield from _fields(field["type"])
        for inner in ("items", "values", "type"):
            yield from _fields(schema.get(inner))


def _shape(schema: JsonValue) -> JsonValue:
    """The type with records by their names alone."""
    if isinstance(schema, list):
        return [_shape(branch) for branch in schema]
    if isinstance(schema, dict):
        if schema.get("type") == "record":
            return f"{schema.get('namespace', NAMESPACE)}.{schema['name']}"
        return {key: _shape(value) for key, value in schema.items() if key != "doc"}
    return schema


def _bare(schema: JsonValue) -> JsonValue:
    """The schema without documentation, of which the mark of personal data is a part: it changes no byte."""
    if isinstance(schema, list):
        return [_bare(each) for each in schema]
    if isinstance(schema, dict):
        return {key: _bare(value) for key, value in schema.items() if key not in ("doc", "personal")}
    return schema


def released_schemas(folder: Path = RELEASED) -> dict[str, dict[int, JsonSchema]]:
    """The released schemas of a folder, by event type and version."""
    found: dict[str, dict[int, JsonSchema]] = {}
    for path in sorted(folder.glob("*.avsc")):
        match = _FILE.fullmatch(path.name)
        if match is not None:
            found.setdefault(match["name"], {})[int(match["version"])] = json.loads(path.read_text())
    return found


def current_problems(event_types: Sequence[EventType] = EVENT_TYPES, folder: Path = RELEASED) -> list[str]:
    """What of the current catalogue is not compatible with the released schemas of the folder."""
    current = {event_type.name: event_schema(event_type) for event_type in event_types}
    versions = {event_type.name: event_type.version for event_type in event_types}
    return problems(current, versions, released_schemas(folder))


def main() -> int:
    """Print what is not compatible; exit code 1 where anything is."""
    found = current_problems()
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
