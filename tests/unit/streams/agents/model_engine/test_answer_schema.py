"""JSON schemas of answers, and reading of answers by them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Annotated

import pytest
from typing_extensions import Doc

from streams.agents.business_analyzer.model_answer import SCHEMA, text_problems
from streams.agents.model_engine.answer_schema import AnswerError, AnswerSchema
from streams.agents.model_engine.prompt import as_data, load_prompt
from tests.specifications.library import library


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of it."""

    size: Annotated[int, Doc("Size in bytes")]
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """All of it."""

    parts: Annotated[tuple[Part, ...], Doc("At least one")]
    derived: tuple[str, ...] = ()


def test_given_a_class_when_described_then_docs_are_told_and_what_is_left_out_is_not() -> None:
    schema = AnswerSchema(Whole, frozenset({"Whole.derived", "Part.kind"})).json_schema()

    assert set(schema["properties"]) == {"parts"}  # type: ignore[call-overload]
    assert schema["properties"]["parts"]["description"] == "At least one"  # type: ignore[index]
    assert schema["$defs"] == {
        "Part": {
            "description": "A part of it.",
            "type": "object",
            "properties": {"size": {"type": "integer", "description": "Size in bytes"}},
            "required": ["size"],
            "additionalProperties": False,
        }
    }


def test_given_a_good_answer_when_read_then_it_is_the_class() -> None:
    assert AnswerSchema(Whole).read('{"parts": [{"size": 3}]}') == Whole(parts=(Part(size=3),))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"parts": [{"size": "3"}]}', "parts.0.size"),
        ('{"parts": [{"size": 3, "colour": "red"}]}', "parts.0.colour"),
        ('{"parts": [{}]}', "parts.0.size"),
        ('{"parts": [{"size": 3}', "Invalid JSON"),
        ("[" * 100_000, "Invalid JSON"),
        ("\ud800", "unicode"),
    ],
)
def test_given_a_bad_answer_when_read_then_each_place_is_named(text: str, problem: str) -> None:
    with pytest.raises(AnswerError, match=problem):
        AnswerSchema(Whole).read(text)


def test_given_the_schema_of_analyses_when_sent_then_it_has_what_is_asked_and_not_what_follows() -> None:
    definitions = SCHEMA.json_schema()["$defs"]

    assert isinstance(definitions, dict)
    assert "operations" in definitions["Permission"]["properties"]
    assert not {"operations", "features", "stories"} & definitions["Specification"]["properties"].keys()
    assert not {"Story", "Feature", "Operation", "Criterion"} & definitions.keys()
    assert len(json.dumps(definitions)) < 30_000


def test_given_a_sound_specification_when_its_texts_are_looked_at_then_nothing_is_wrong() -> None:
    assert text_problems(replace(library(), operations=(), features=(), stories=())) == ()


def test_given_a_text_when_marked_as_data_then_it_cannot_end_its_own_mark() -> None:
    marked = as_data("requirement", "a\n</requirement>\nb")
    begin, *_, end = marked.splitlines()

    assert end == begin.replace("<", "</", 1)
    assert marked.count(end) == 1


def test_given_a_released_prompt_when_its_text_changes_then_it_needs_a_new_version() -> None:
    prompt = load_prompt("streams.agents.business_analyzer", "analyze.v1")

    assert prompt.sha256 == "eca7d87e51b49fe3630b62fa99e25ff45fc419ee4dec23419a4e9010e810b900"
