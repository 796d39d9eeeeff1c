"""Fields whose values rules keep alike are filtered by all the same, and empty values are seen."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from schemas.specification import Specification
from streams.agents.business_analyzer.engine import analyse
from streams.agents.testing_engineer.engine import write_tests
from tests.specifications.expenses import expenses
from tests.unit.streams.agents.business_analyzer.requirement_texts import TEXTS

ALIKE = {
    "birth_date": "A patient has a name and a birth date. The birth date must be in the past.",
    "status": (
        "A patient has a name. A prescription belongs to a patient and has a drug, a dose and an issue"
        " date. Prescriptions expire after 30 days."
    ),
    "net_pay": (
        "An employee has a name. A payslip belongs to an employee and has a gross pay and deductions. The"
        " net pay of a payslip is the gross pay minus the deductions."
    ),
    "due_at": (
        "A repair request has a description and an urgency (normal, emergency). Emergencies have to be"
        " fixed within 4 hours."
    ),
    "first_answer_at": TEXTS["12-support.txt"],
}


def _written(specification: Specification) -> str:
    return "\n".join(file.content for file in write_tests(specification).files)


@pytest.mark.parametrize("field", ALIKE)
def test_given_values_that_a_rule_keeps_alike_when_tests_are_written_then_the_filter_has_one(
    field: str,
) -> None:
    found = analyse(ALIKE[field])
    assert isinstance(found, Specification)
    assert any(entity.field(field) for entity in found.entities)
    assert re.search(rf"def test_\w+_filter_by_{field}\(", _written(found))


def test_given_a_group_that_may_be_empty_when_tests_are_written_then_the_report_shows_it_as_null() -> None:
    whole = expenses()
    entities = tuple(
        replace(
            entity,
            fields=tuple(
                replace(field, required=False) if field.name == "category" else field
                for field in entity.fields
            ),
        )
        for entity in whole.entities
    )
    text = _written(replace(whole, entities=entities))
    written = re.search(r"def test_\w+_without_category\(.*?\n\n\n", text, re.DOTALL)
    assert written is not None
    assert '"category": None' in written.group().partition('rows = report["rows"]')[2]


def test_given_fields_that_may_be_empty_when_tests_are_written_then_their_cells_are_checked() -> None:
    text = _written(expenses())
    assert 'assert row["receipt_link"] == ""' in text
    assert 'assert row["decided_at"] == ""' in text
