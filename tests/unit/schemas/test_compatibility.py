from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastavro
import pytest
from fastavro.utils import generate_many

from schemas.avro_schema import event_schema
from schemas.catalogue import BY_NAME
from schemas.compatibility import current_problems, main, problems, released_schemas
from schemas.export import stale_files

Schema = dict[str, Any]
NAME = "BackendImplemented"
RELEASED = event_schema(BY_NAME[NAME])


def field(schema: Schema, *path: str) -> Schema:
    """The field at a path of names, through records, arrays and unions."""
    found = schema
    for name in path:
        kind = found.get("type")
        record = found if "fields" in found else kind if isinstance(kind, dict) else {}
        record = record.get("items", record)
        found = next(each for each in record["fields"] if each["name"] == name)
    return found


def found_in(new: Schema, version: int = 2) -> list[str]:
    """Problems of a new version of the event type whose version 1 is released."""
    return problems({NAME: new}, {NAME: version}, {NAME: {1: RELEASED}})


def test_given_the_catalogue_when_checked_then_it_fits_all_released_schemas() -> None:
    assert current_problems() == []
    assert main() == 0


def test_given_the_schema_files_when_checked_then_none_is_stale() -> None:
    assert stale_files() == []


def test_given_the_released_schemas_when_counted_then_every_version_of_the_catalogue_is_there() -> None:
    released = released_schemas()
    for name, event_type in BY_NAME.items():
        assert sorted(released[name]) == list(range(1, event_type.version + 1)), name


def without(schema: Schema) -> None:
    schema["fields"] = [each for each in schema["fields"] if each["name"] != "openapi"]


def renamed(schema: Schema) -> None:
    field(schema, "openapi")["name"] = "openapi_text"


def with_other_type(schema: Schema) -> None:
    field(schema, "attempt")["type"] = "string"


def with_narrower_type(schema: Schema) -> None:
    field(schema, "attempt")["type"] = "int"


def with_new_field_without_default(schema: Schema) -> None:
    schema["fields"].append({"name": "language", "type": "string"})


def with_other_namespace(schema: Schema) -> None:
    schema["name"] = "BackendWritten"


def with_nullable_field(schema: Schema) -> None:
    field(schema, "openapi")["type"] = ["null", "string"]


def without_nested_default_field(schema: Schema) -> None:
    envelope = field(schema, "envelope")["type"]
    envelope["fields"] = [each for each in envelope["fields"] if each["name"] != "traceparent"]


def with_renamed_nested_default_field(schema: Schema) -> None:
    field(schema, "envelope", "traceparent")["name"] = "trace_parent"


def with_nested_type_changed(schema: Schema) -> None:
    field(schema, "sources", "files", "content")["type"] = "bytes"


def without_logical_type(schema: Schema) -> None:
    field(schema, "envelope", "occurred_at")["type"] = "long"


BREAKING: list[tuple[Callable[[Schema], None], str]] = [
    (without, "BackendImplemented.openapi is removed or renamed"),
    (renamed, "BackendImplemented.openapi is removed or renamed"),
    (with_other_type, "cannot read what the older wrote"),
    (with_narrower_type, "cannot read what the older wrote"),
    (with_new_field_without_default, "cannot read what the older wrote"),
    (with_other_namespace, "cannot read what the older wrote"),
    (with_nullable_field, "cannot be read by the older"),
    (without_nested_default_field, "Envelope.traceparent is removed or renamed"),
    (with_renamed_nested_default_field, "Envelope.traceparent is removed or renamed"),
    (with_nested_type_changed, "the type of the field SourceFile.content has changed"),
    (without_logical_type, "the type of the field Envelope.occurred_at has changed"),
]


@pytest.mark.parametrize(("change", "told"), BREAKING, ids=[change.__name__ for change, _ in BREAKING])
def test_given_a_breaking_change_when_checked_then_it_is_told(
    change: Callable[[Schema], None], told: str
) -> None:
    new = copy.deepcopy(RELEASED)
    change(new)

    assert any(told in problem for problem in found_in(new)), found_in(new)


def test_given_a_new_field_with_a_default_when_checked_then_both_read_each_other() -> None:
    new: Schema = copy.deepcopy(RELEASED)
    new["fields"].append({"name": "language", "type": "string", "default": "python"})

    assert found_in(new) == []
    plain = {"attempt": 1, "engine": "x", "requirement": "r", "openapi": "{}", "sources": {"files": []}}
    for writer, reader in ((RELEASED, new), (new, RELEASED)):
        record = fastavro.schemaless_reader(
            io.BytesIO(written(writer, plain)), parsed(writer), parsed(reader)
        )
        assert isinstance(record, dict)
        assert ("language" in record) is (reader is new)


def parsed(schema: Schema) -> Any:
    return fastavro.parse_schema(json.loads(json.dumps(schema)))


def written(schema: Schema, plain: Schema) -> bytes:
    buffer = io.BytesIO()
    generated = next(iter(generate_many(parsed(schema), 1)))
    fastavro.schemaless_writer(buffer, parsed(schema), {**generated, **plain})  # type: ignore[dict-item]
    return buffer.getvalue()


def test_given_a_released_version_when_its_schema_changes_then_the_version_must_be_raised() -> None:
    new: Schema = copy.deepcopy(RELEASED)
    new["fields"].append({"name": "language", "type": "string", "default": "python"})

    assert any("raise the version" in problem for problem in found_in(new, version=1))


def test_given_other_words_in_the_documentation_when_checked_then_it_is_compatible() -> None:
    new: Schema = copy.deepcopy(RELEASED)
    new["doc"] = "Other words"
    field(new, "openapi")["doc"] = "Other words"

    assert found_in(new, version=1) == []


def test_given_a_released_event_type_when_it_is_gone_then_it_is_told() -> None:
    assert problems({}, {}, {NAME: {1: RELEASED}}) == [f"{NAME}: it was released and is gone"]


def test_given_an_older_version_without_its_file_when_checked_then_it_is_told(tmp_path: Path) -> None:
    assert "RequirementSubmitted: the released file of v1 is missing" in current_problems(folder=tmp_path)
