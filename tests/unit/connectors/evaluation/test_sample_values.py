"""Values fit the schemas that they are made for."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connectors.evaluation.sample_values import SampleValues


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 30, "maxLength": 40},
        {"type": "string", "pattern": r"^[A-Z]{3}-\d{4}-[a-f]{2}$"},
        {"type": "string", "format": "email"},
        {"type": "string", "format": "date-time"},
        {"type": "integer", "minimum": 40, "maximum": 45},
        {"type": "number", "exclusiveMinimum": 7},
        {"type": "number", "multipleOf": 0.25, "minimum": 0.25, "maximum": 12},
        {"enum": ["low", "high"]},
        {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 3}},
        {"anyOf": [{"type": "null"}, {"type": "boolean"}]},
        {"type": "object", "properties": {"a": {"const": 5}}, "required": ["a"]},
    ],
)
@pytest.mark.parametrize("attempt", range(6))
def test_given_a_schema_when_a_value_is_made_then_it_is_valid(schema: dict[str, Any], attempt: int) -> None:
    value = SampleValues(date(2026, 1, 31)).value("field", schema, attempt)

    Draft202012Validator(schema).validate(value)


def test_given_texts_when_made_twice_then_they_differ() -> None:
    values = SampleValues(date(2026, 1, 31))
    schema = {"type": "string"}

    assert values.value("code", schema, 0) != values.value("code", schema, 0)


@pytest.mark.parametrize("attempt", range(6))
def test_given_a_start_and_an_end_when_made_then_the_start_comes_first(attempt: int) -> None:
    values = SampleValues(date(2026, 1, 31))
    schema = {"type": "string", "format": "date-time"}

    start, end = values.value("starts_at", schema, attempt), values.value("ends_at", schema, attempt)

    assert re.match(r"\d{4}-\d\d-\d\dT", start)
    assert start < end
