"""What the analysis reads from requirements as people write them, against checklists."""

from __future__ import annotations

import pytest

from schemas.specification import Specification
from streams.agents.business_analyzer.engine import analyse
from streams.agents.business_analyzer.validation import problems

from .reading_score import Expected, all_expected, score

_CASES = all_expected()


def test_given_the_checklists_when_all_are_read_then_recall_stays_above_its_floor() -> None:
    counted = score(_CASES)
    told = "\n".join(counted.misses)
    assert counted.share("entities_found", "entities") >= 0.96, told
    assert counted.share("fields_found", "fields") >= 0.95, told
    assert counted.share("marks_right", "marks") >= 0.96, told


def test_given_the_checklists_when_all_are_read_then_few_entities_are_false() -> None:
    counted = score(_CASES)
    assert counted.entities_false <= 0.03 * counted.entities_built, "\n".join(counted.misses)


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.id)
def test_given_a_requirement_when_read_then_it_is_built_or_asked_about_as_it_should(case: Expected) -> None:
    counted = score([case])
    assert counted.outcomes_right == counted.outcomes, "\n".join(counted.misses)


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.id)
def test_given_a_requirement_when_built_then_its_specification_has_no_problems(case: Expected) -> None:
    found = analyse(case.text)
    assert not isinstance(found, Specification) or problems(found) == ()


@pytest.mark.parametrize("case", [c for c in _CASES if c.roles], ids=lambda case: case.id)
def test_given_roles_in_a_requirement_when_read_then_they_are_known(case: Expected) -> None:
    found = analyse(case.text)
    assert isinstance(found, Specification)
    assert set(case.roles) <= set(found.roles)


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.id)
def test_given_a_requirement_when_read_twice_then_the_result_is_the_same(case: Expected) -> None:
    assert analyse(case.text) == analyse(case.text)
