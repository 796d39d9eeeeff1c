"""Rules of short requirements from many domains: nearly all that a person reads must be found."""

from __future__ import annotations

from schemas.specification import Specification
from streams.agents.business_analyzer.engine import analyse
from tests.unit.streams.agents.business_analyzer import (
    checklist_of_paragraphs,
    checklist_of_stories,
    checklist_of_variants,
)
from tests.unit.streams.agents.business_analyzer.expectations import missing

_LEAST = 0.9


def _missed(texts: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[list[str], int]:
    missed: list[str] = []
    for text, expected in texts:
        found = analyse(text)
        gone = missing(found, expected) if isinstance(found, Specification) else list(expected)
        missed += [f"{text[:60]}: {expectation}" for expectation in gone]
    return missed, sum(len(expected) for _, expected in texts)


def test_given_paragraphs_of_many_domains_when_analysed_then_nine_of_ten_rules_are_found() -> None:
    missed, total = _missed(checklist_of_paragraphs.EXPECTED)

    assert len(missed) <= (1 - _LEAST) * total, "\n".join(missed)


def test_given_other_words_for_the_same_kinds_when_analysed_then_nine_of_ten_rules_are_found() -> None:
    missed, total = _missed(checklist_of_variants.EXPECTED)

    assert len(missed) <= (1 - _LEAST) * total, "\n".join(missed)


def test_given_stories_bullets_and_json_when_analysed_then_nine_of_ten_rules_are_found() -> None:
    missed, total = _missed(checklist_of_stories.EXPECTED)

    assert len(missed) <= (1 - _LEAST) * total, "\n".join(missed)
