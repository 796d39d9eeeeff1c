"""The AsyncAPI document against the official JSON schema, and against the records that are really written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fastavro.schema
import pytest
import yaml
from hypothesis import given
from jsonschema import Draft7Validator

from schemas.asyncapi import asyncapi_document
from schemas.catalogue import EVENT_TYPES, EventType, type_of
from schemas.cloudevents import HEADERS, header_texts
from schemas.envelope import Event
from schemas.export import ASYNCAPI, stale_files
from schemas.topics import TOPICS
from tests.unit.schemas.test_codec import EVENTS, quick

OFFICIAL = Draft7Validator(json.loads((Path(__file__).parents[2] / "asyncapi" / "3.0.0.json").read_text()))
WHOLE: dict[str, Any] = asyncapi_document()


def _at(document: dict[str, Any], reference: str) -> Any:
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def _local_references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [each for value in node.values() for each in _local_references(value)]
    if isinstance(node, list):
        return [each for value in node for each in _local_references(value)]
    return []


def _headers_schema(event_type: EventType) -> dict[str, Any]:
    """The message's headers merged with its trait's, as AsyncAPI 3.0 says (RFC 7386)."""
    trait = WHOLE["components"]["messageTraits"]["event"]["headers"]
    own = WHOLE["components"]["messages"][event_type.name]["headers"]["properties"]
    properties = {name: {**trait["properties"][name], **own.get(name, {})} for name in trait["properties"]}
    return {**trait, "properties": properties}


@pytest.mark.parametrize("document", [WHOLE, yaml.safe_load(ASYNCAPI.read_text())], ids=["whole", "file"])
def test_given_the_document_when_checked_then_it_is_valid_asyncapi(document: dict[str, Any]) -> None:
    assert [f"{error.json_path}: {error.message[:200]}" for error in OFFICIAL.iter_errors(document)] == []
    for reference in _local_references(document):
        if reference.startswith("#/"):
            _at(document, reference)
        else:
            fastavro.schema.load_schema(str((ASYNCAPI.parent / reference).resolve()))


def test_given_a_wrong_document_when_checked_then_the_official_schema_refuses_it() -> None:
    assert not OFFICIAL.is_valid({**WHOLE, "channels": {"a": {"messages": []}}})


def test_given_the_catalogue_when_described_then_each_event_stands_in_its_topic_and_is_sent_or_received() -> (
    None
):
    assert {channel["address"] for channel in WHOLE["channels"].values()} == {topic.name for topic in TOPICS}
    for event_type in EVENT_TYPES:
        assert event_type.name in WHOLE["channels"][event_type.topic]["messages"]
    moved = [each["$ref"] for operation in WHOLE["operations"].values() for each in operation["messages"]]
    assert len(moved) == len(set(moved)) == len(EVENT_TYPES) + len(TOPICS) // 2


@quick
@given(event=EVENTS)
def test_given_any_event_when_its_headers_are_written_then_the_document_allows_them(event: Event) -> None:
    headers = dict(header_texts(event.envelope))

    assert headers.keys() <= HEADERS.keys()
    Draft7Validator(_headers_schema(type_of(event.payload))).validate(headers)


def test_given_the_files_when_compared_with_the_classes_then_none_is_stale() -> None:
    assert stale_files() == []


def test_given_an_old_document_when_compared_then_it_is_stale(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / "asyncapi.yaml"
    old.write_text("asyncapi: 3.0.0\n")
    monkeypatch.setattr("schemas.export.ASYNCAPI", old)

    assert stale_files() == [old]
