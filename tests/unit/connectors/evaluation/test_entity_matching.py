"""Entities and fields of the checks are found in what a service offers."""

from __future__ import annotations

import pytest

from connectors.evaluation.entity_matching import match_entities, match_fields, resource_named
from connectors.evaluation.service_description import Resource, described
from tests.unit.connectors.evaluation.lending_service import lending_service

_RESOURCES = described(lending_service().openapi()).resources


def test_given_a_service_when_described_then_collections_are_resources_and_actions_are_not() -> None:
    assert [resource.path for resource in _RESOURCES] == ["/loans", "/tools"]
    assert [action.path for action in _RESOURCES[0].actions] == [
        "/loans/{id}/grant",
        "/loans/{id}/return",
        "/loans/{id}/freeze",
    ]


def test_given_named_entities_when_matched_then_references_and_synonyms_count() -> None:
    (loan, tool) = match_entities({"ToolLoan": ["tool", "due date"], "Tool": ["tag", "price"]}, _RESOURCES)

    assert (loan.resource, dict(loan.fields)) == ("/loans", {"tool": "tool_id", "due date": "due_on"})
    assert tool.resource == "/tools"
    assert tool.fields["tag"] == "tag_number"


def test_given_an_entity_that_is_not_there_when_matched_then_it_and_its_fields_are_missing() -> None:
    (found,) = match_entities({"Invoice": ["number"]}, _RESOURCES)

    assert (found.resource, dict(found.fields)) == ("", {"number": None})


def test_given_near_names_when_matched_then_each_field_is_meant_once_and_the_same_name_wins() -> None:
    found = match_fields(["name", "first name"], ["first_name"])

    assert found == {"name": None, "first name": "first_name"}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Vaccine", "/vaccines"),
        ("Vaccination", "/vaccinations"),
        ("DeliveryOrder", "/orders"),
        ("OrderLine", ""),
        ("LeaveRequest", "/leaves"),
    ],
)
def test_given_names_that_are_near_when_matched_then_the_head_decides(name: str, path: str) -> None:
    paths = ("/vaccinations", "/vaccines", "/orders", "/leaves")

    found = resource_named(name, [Resource(path=each, fields={}) for each in paths])

    assert (found.path if found else "") == path
