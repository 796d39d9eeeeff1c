"""Names that mean the same are found alike; others are not."""

from __future__ import annotations

import pytest

from connectors.evaluation.words import closeness, stems_in_order, stems_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DeliveryOrder", "delivery_orders"),
        ("e-mail address", "EmailAddresses"),
        ("number of beds", "number_beds"),
        ("Check-in date", "check_in_date"),
        ("today's reservations", "reservations today"),
    ],
)
def test_given_two_spellings_when_compared_then_they_are_the_same(one: str, other: str) -> None:
    assert stems_of(one) == stems_of(other)


def test_given_synonyms_when_compared_then_they_are_close_but_not_the_same() -> None:
    assert 0.8 < closeness(stems_of("client phone"), stems_of("customer telephone")) < 1.0


def test_given_a_name_within_another_when_compared_then_it_is_less_close_than_the_same_name() -> None:
    assert 0 < closeness(stems_of("start"), stems_of("start_time_utc")) < 0.9


@pytest.mark.parametrize(("one", "other"), [("ward", "patient"), ("first name", "last name"), ("", "name")])
def test_given_other_meanings_when_compared_then_nothing_agrees(one: str, other: str) -> None:
    assert closeness(stems_of(one), stems_of(other)) == 0


def test_given_irregular_forms_when_stemmed_then_they_meet_their_verb() -> None:
    assert stems_in_order("paid") == stems_in_order("pay")
    assert stems_in_order("cancelled") == stems_in_order("cancel")
