"""Things, data and deeds that requirements tell of in a roundabout way."""

from __future__ import annotations

import json

import pytest

from schemas.specification import Specification
from streams.agents.business_analyzer.engine import analyse
from streams.agents.business_analyzer.nominal_records import nouns_of


def _built(text: str) -> Specification:
    found = analyse(text)
    assert isinstance(found, Specification), found
    return found


def _fields(text: str, entity: str) -> set[str]:
    return {field.name for field in _built(text).entity(entity).fields}


@pytest.mark.parametrize(
    ("text", "entity", "fields"),
    [
        (
            "For each beehive keepers note inspections: date, temperature, remark. Beehives have a number.",
            "Inspection",
            {"beehive_id", "date", "temperature"},
        ),
        (
            "Customers drop parcels: we write down the weight, the size and the price. Staff list parcels.",
            "Parcel",
            {"weight", "size", "price"},
        ),
        (
            "A lease is a flat for a tenant from a start date to an end date with a rent. Flats have a number"
            " and a floor. Tenants have a name and a phone number.",
            "Lease",
            {"flat_id", "tenant_id", "start_date", "end_date", "rent"},
        ),
        (
            "Boats have a name and a length. I want to set a weekly price for each boat.",
            "WeeklyPrice",
            {"boat_id", "amount"},
        ),
        (
            "Articles have a title and a text. Comments: article, author, text.",
            "Comment",
            {"article_id", "author", "text"},
        ),
        (
            "Vets prescribe drugs for an animal with dose, start date and end date. Animals have a name and a"
            " species. Owners see every prescription.",
            "Prescription",
            {"dose", "start_date", "end_date"},
        ),
        (
            "Artists apply for a residency with a portfolio link, a start date and a phone number.",
            "Application",
            {"start_date", "phone_number"},
        ),
    ],
)
def test_given_a_roundabout_sentence_when_read_then_the_record_has_its_data(
    text: str, entity: str, fields: set[str]
) -> None:
    assert fields <= _fields(text, entity)


def test_given_data_that_come_later_when_read_then_they_are_optional() -> None:
    text = (
        "Paintings have a title and a minimum price. "
        "When a painting is sold we note the selling price and the sale date."
    )
    entity = _built(text).entity("Painting")
    later = {f.name: f.required for f in entity.fields if f.name in ("selling_price", "sale_date")}
    assert later == {"selling_price": False, "sale_date": False}


def test_given_a_club_that_has_things_when_read_then_the_things_are_kept_and_not_the_club() -> None:
    text = "The rowing club has boats. Each boat has a name, a length and a year of construction."
    assert [entity.name for entity in _built(text).entities] == ["Boat"]


def test_given_deeds_of_two_words_when_read_then_they_are_actions_that_note_when() -> None:
    specification = _built(
        "Orders have a number and a customer name. The cook fries an order, packs it and hands it over."
    )
    actions = {action.name for action in specification.actions if action.entity == "Order"}
    assert {"fry", "pack"} <= actions
    assert any(name.startswith("hand-o") for name in actions)
    stamps = {effect.field for effect in specification.effects if effect.entity == "Order"}
    assert "fried_at" in stamps
    assert any("fry" in question.text for question in specification.open_questions)


@pytest.mark.parametrize(
    "sentence",
    [
        "A shelf is identified by a code.",
        "Customers see their orders.",
        "Shelves are mounted in a hall.",
        "Orders can be cancelled up to the day of delivery.",
    ],
)
def test_given_a_sentence_without_a_step_when_read_then_no_action_is_invented(sentence: str) -> None:
    specification = _built(
        f"Shelves have a code and a width. Orders have a number and a delivery date. {sentence}"
    )
    assert {action.name for action in specification.actions} <= {"cancel"}


def test_given_features_with_data_in_json_when_read_then_each_is_a_record_with_its_operations() -> None:
    specification = _built(
        json.dumps(
            {
                "title": "Tool library",
                "features": [
                    {"feature": "Tools", "data": ["name", "serial number (unique)", "daily rate"]},
                    {
                        "feature": "Loans",
                        "data": ["tool", "member email", "due date"],
                        "operations": ["hand out", "take back"],
                    },
                ],
            }
        )
    )
    assert [entity.name for entity in specification.entities] == ["Tool", "Loan"]
    assert {"tool_id", "member_email", "due_date"} <= {f.name for f in specification.entity("Loan").fields}
    assert {"hand-out", "take-back"} <= {a.name for a in specification.actions if a.entity == "Loan"}


def test_given_something_that_can_be_full_when_read_then_the_places_are_limited() -> None:
    specification = _built(
        "A cruise has a name, a date and a maximum number of passengers. Guests book a cruise with their name"
        " and e-mail. When a cruise is full, no more bookings are taken."
    )
    assert [(limit.entity, limit.maximum) for limit in specification.limits] == [
        ("Booking", "cruise_id.maximum_number_of_passengers")
    ]


def test_given_a_report_by_data_of_what_is_referred_to_when_read_then_it_groups_by_these() -> None:
    specification = _built(
        "Machines have a name and a category. A rental has a machine, a date and a total price."
        " Report the income per machine category."
    )
    assert [report.group_by for report in specification.reports] == [("machine_id.category",)]


@pytest.mark.parametrize(
    ("verb", "noun"),
    [
        ("prescribe", "prescription"),
        ("treat", "treatment"),
        ("donate", "donation"),
        ("apply", "application"),
        ("refer", "referral"),
        ("deliver", "delivery"),
        ("admit", "admission"),
    ],
)
def test_given_a_verb_when_its_nouns_are_made_then_the_usual_one_is_there(verb: str, noun: str) -> None:
    assert noun in nouns_of(verb)
