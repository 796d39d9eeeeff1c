"""The checker's own table of wire ids, against the catalogue."""

from __future__ import annotations

from deploy.faults.checker.reading import SERVICES, TOPICS
from deploy.faults.checker.streams import READS
from deploy.faults.checker.wire import WIRE_IDS
from schemas.catalogue import EVENT_TYPES
from schemas.topics import EVENT_TOPICS
from streams.agents.registry import DECIDERS, topics_of

_ABOUT_NO_DELIVERY = {
    "DeadLetterRedriven",
    "DeadLetterDiscarded",
    "CircuitBreakerChanged",
    "PersonalDataErased",
}


def test_given_the_catalogue_when_compared_then_the_checker_knows_each_event_of_a_delivery() -> None:
    catalogue = {each.schema_id: f"{each.topic}/{each.name}" for each in EVENT_TYPES}
    wanted = {key: place for key, place in catalogue.items() if place.split("/")[1] not in _ABOUT_NO_DELIVERY}

    assert wanted == WIRE_IDS


def test_given_the_services_when_compared_then_the_checker_knows_what_each_reads() -> None:
    assert set(SERVICES) == set(DECIDERS)
    assert set(TOPICS) == set(EVENT_TOPICS)
    assert {name: set(topics_of(decider)) for name, decider in DECIDERS.items()} == {
        name: set(topics) for name, topics in READS.items()
    }
