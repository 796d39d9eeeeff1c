"""Answers to questions lead on to a build."""

from __future__ import annotations

import json

import pytest

from schemas.specification import Answer, Question, Specification
from streams.agents.business_analyzer.engine import analyse

_CONTRADICTION = (
    "Store members with a name and an e-mail address. The e-mail address is required and unique."
    " Members may register without an e-mail address."
)


def _asked(text: str, answers: tuple[Answer, ...] = ()) -> tuple[Question, ...]:
    found = analyse(text, "auto", answers)
    assert not isinstance(found, Specification)
    return found


def _built(text: str, *said: tuple[str, str]) -> Specification:
    found = analyse(text, "auto", tuple(Answer(question_id=name, text=words) for name, words in said))
    assert isinstance(found, Specification)
    return found


def test_given_a_contradiction_when_analysed_then_the_question_names_both_statements() -> None:
    (question,) = _asked(_CONTRADICTION)
    assert "e-mail address" in question.text
    assert "required" in question.about and "without an e-mail" in question.about
    assert len(question.suggestions) == 2
    assert question.assumption == ""


@pytest.mark.parametrize(
    ("answer", "required"),
    [
        ("required", True),
        ("It is optional.", False),
        ("The e-mail address is required", True),
        ("Members may register without an e-mail address", False),
        ("The e-mail address is not required.", False),
    ],
)
def test_given_a_contradiction_when_answered_then_the_answer_holds(answer: str, required: bool) -> None:
    spec = _built(_CONTRADICTION, ("Q01", answer))
    field = spec.entity("Member").field("email_address")
    assert field is not None
    assert (field.required, field.unique) == (required, True)


def test_given_a_vague_requirement_when_answered_with_details_then_it_is_built_from_them() -> None:
    spec = _built("Make our company more efficient with AI.", ("Q01", "A customer has a name and an e-mail."))
    assert [entity.name for entity in spec.entities] == ["Customer"]


def test_given_what_is_out_of_scope_when_answered_with_records_then_these_are_built() -> None:
    text = "Create a 3D racing game for consoles."
    spec = _built(text, ("Q01", "A player has a name and a country. A race has a track and a date."))
    assert [entity.name for entity in spec.entities] == ["Player", "Race"]


def test_given_vague_json_when_answered_then_the_answer_is_part_of_it() -> None:
    text = json.dumps({"title": "Shop", "goal": "Sell more"})
    spec = _built(text, ("Q01", "A product has a name and a price."))
    assert spec.name == "Shop"
    assert spec.entity("Product").field("price") is not None


def test_given_a_second_round_when_asked_then_its_questions_have_numbers_of_their_own() -> None:
    first = Answer(
        question_id="Q01", text="A customer has a name. The name is required. The name is optional."
    )
    asked = _asked("Improve our processes.", (first,))
    assert [question.id for question in asked] == ["Q03"]
    spec = _built("Improve our processes.", ("Q01", first.text), ("Q03", "It is required."))
    field = spec.entity("Customer").field("name")
    assert field is not None and field.required


def test_given_an_empty_answer_when_analysed_then_the_same_is_asked_again() -> None:
    text = "Automate everything."
    assert _asked(text, (Answer(question_id="Q01", text="  "),)) == _asked(text)
