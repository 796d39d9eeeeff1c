"""Write the Avro schema files and the AsyncAPI document: `python -m schemas.export [--check]`.

`schemas/avro/<topic>/<EventType>.avsc` is the current version of each type, `docs/asyncapi.yaml` describes
the topics with references to them. Released versions are copied by `--release` to
`schemas/released/<EventType>.v<n>.avsc`, and never change afterwards.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml

from schemas.asyncapi import asyncapi_document
from schemas.avro_schema import JsonValue, event_schema
from schemas.catalogue import EVENT_TYPES, EventType

ROOT = Path(__file__).parent
CURRENT = ROOT / "avro"
RELEASED = ROOT / "released"
ASYNCAPI = ROOT.parent / "docs" / "asyncapi.yaml"


def schema_files() -> dict[Path, str]:
    """Path and text of each current schema file, and of the document that refers to them."""
    files = {_path_of(event_type): _text(event_schema(event_type)) for event_type in EVENT_TYPES}
    return {**files, ASYNCAPI: _asyncapi()}


def released_files() -> dict[Path, str]:
    """Path and text of the current versions as released files."""
    return {
        RELEASED / f"{event_type.name}.v{event_type.version}.avsc": _text(event_schema(event_type))
        for event_type in EVENT_TYPES
    }


def stale_files() -> list[Path]:
    """Schema files that differ from the classes they are made from, or have no class."""
    expected = schema_files()
    present = {*CURRENT.rglob("*.avsc"), *(path for path in (ASYNCAPI,) if path.exists())}
    wrong = [path for path, text in expected.items() if path not in present or path.read_text() != text]
    return sorted([*wrong, *(present - expected.keys())])


def _path_of(event_type: EventType) -> Path:
    return CURRENT / event_type.topic / f"{event_type.name}.avsc"


def _asyncapi() -> str:
    def reference(event_type: EventType) -> JsonValue:
        return {"$ref": f"../{_path_of(event_type).relative_to(ROOT.parent).as_posix()}"}

    return yaml.safe_dump(asyncapi_document(reference), sort_keys=False, allow_unicode=True, width=110)


def _text(schema: object) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _write(files: dict[Path, str], *, keep: bool) -> None:
    for path, text in files.items():
        if keep and path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def main(arguments: list[str]) -> int:
    """Exit code 1 where `--check` finds a stale file."""
    if "--check" in arguments:
        stale = stale_files()
        for path in stale:
            print(f"{path} is stale: run python -m schemas.export")
        return 1 if stale else 0
    _write(schema_files(), keep=False)
    if "--release" in arguments:
        _write(released_files(), keep=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
