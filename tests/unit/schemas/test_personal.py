"""Which fields of events are sealed."""

from __future__ import annotations

from typing import Annotated, Literal, get_args, get_origin, get_type_hints

import pytest

from schemas.avro_schema import event_schema
from schemas.catalogue import BY_NAME, EVENT_TYPES, EventType
from schemas.personal import personal_mark

# Texts of our own making, that tell nothing of a person.
_OUR_OWN = {
    "engine", "story_ids", "failed_step", "feature_id", "question_ids", "dead_letter", "record", "service",
    "corrections", "breaker", "process", "instance", "cause", "key_id", "deliveries", "provider", "model",
    "purpose", "prompt_version", "prompt_sha256", "cost", "subject",
}  # fmt: skip


def _inner(hint: object) -> object:
    return _inner(get_args(hint)[0]) if get_origin(hint) is Annotated else hint


def _may_hold_text(hint: object) -> bool:
    inner = _inner(hint)
    of_numbers = inner in (int, float, bool) or get_origin(inner) is Literal
    of_literals = get_origin(inner) is tuple and get_origin(_inner(get_args(inner)[0])) is Literal
    return not (of_numbers or of_literals)


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=lambda each: each.name)
def test_given_an_event_type_when_a_field_holds_text_then_it_is_marked_or_known_as_our_own(
    event_type: EventType,
) -> None:
    hints = get_type_hints(event_type.payload, include_extras=True)
    unmarked = {name for name, hint in hints.items() if _may_hold_text(hint) and personal_mark(hint) is None}

    assert unmarked <= _OUR_OWN


def test_given_a_marked_field_when_its_schema_is_made_then_it_has_the_property() -> None:
    fields = event_schema(BY_NAME["RequirementSubmitted"])["fields"]

    assert isinstance(fields, list)
    marks = {field["name"]: field.get("personal") for field in fields if isinstance(field, dict)}
    assert marks == {"envelope": None, "requirement": "delivery", "format": None, "submitted_by": "author"}
