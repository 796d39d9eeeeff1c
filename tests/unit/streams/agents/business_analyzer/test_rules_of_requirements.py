"""The rules of the example requirements: each expectation of the checklist must be met."""

from __future__ import annotations

import pytest

from schemas.specification import Specification
from streams.agents.business_analyzer.engine import analyse
from tests.unit.streams.agents.business_analyzer.checklist_of_requirements import EXPECTED
from tests.unit.streams.agents.business_analyzer.expectations import missing
from tests.unit.streams.agents.business_analyzer.requirement_texts import TEXTS


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_given_an_example_requirement_when_analysed_then_the_checklist_is_met(name: str) -> None:
    specification = analyse(TEXTS[name])

    assert isinstance(specification, Specification)
    assert missing(specification, EXPECTED[name]) == []
