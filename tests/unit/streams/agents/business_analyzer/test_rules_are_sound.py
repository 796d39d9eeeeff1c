"""Whatever the words, what comes out can be built: no problem is left, and each rule has a criterion."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.specification import Specification
from streams.agents.business_analyzer import validation
from streams.agents.business_analyzer.engine import analyse
from tests.unit.streams.agents.business_analyzer import (
    checklist_of_paragraphs,
    checklist_of_stories,
    checklist_of_variants,
)
from tests.unit.streams.agents.business_analyzer.requirement_texts import TEXTS

_ALL = [
    *TEXTS.values(),
    *(
        text
        for text, _ in (
            *checklist_of_paragraphs.EXPECTED,
            *checklist_of_stories.EXPECTED,
            *checklist_of_variants.EXPECTED,
        )
    ),
]
_SENTENCES = [sentence.strip() for text in _ALL if not text.startswith("{") for sentence in text.split(". ")]


def _assert_sound(text: str) -> None:
    specification = analyse(text)
    if not isinstance(specification, Specification):
        return
    assert validation.problems(specification) == ()
    checked = {criterion.target for story in specification.stories for criterion in story.criteria}
    assert [rule.id for rule in validation.all_rules(specification) if rule.id not in checked] == []
    for machine in specification.state_machines:
        targets = {
            rule.target
            for rule in (*specification.actions, *specification.expiries)
            if rule.entity == machine.entity
        }
        targets |= {rule.value.lstrip("=") for rule in specification.effects if rule.field == machine.field}
        assert set(machine.states) <= {machine.initial, *machine.creatable, *targets}


@pytest.mark.parametrize("text", _ALL, ids=range(len(_ALL)))
def test_given_a_requirement_when_analysed_then_the_rules_can_be_built_and_have_criteria(text: str) -> None:
    _assert_sound(text)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_given_sentences_mixed_at_random_when_analysed_then_the_rules_can_be_built(seed: int) -> None:
    chosen = random.Random(seed).sample(_SENTENCES, 6)

    _assert_sound(". ".join(chosen) + ".")


@pytest.mark.parametrize("text", _ALL[:6], ids=range(6))
def test_given_the_same_requirement_twice_when_analysed_then_the_result_is_the_same(text: str) -> None:
    assert analyse(text) == analyse(text)
