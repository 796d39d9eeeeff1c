"""Every bad record ends as a dead letter with all that it had, and everything else goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from connectors.kafka.dead_letters import StandingLetter
from connectors.postgres.roles import service_url
from connectors.settings import Settings
from deploy.local.prepare import prepare
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.errors import DecodeError
from schemas.events.outcome import DeliverySucceeded
from schemas.topics import REQUIREMENT_EVENTS
from streams.audit.whole_log import verify_log
from tests.integration.connectors.command_line.command import Ran, streamwright
from tests.integration.projections.conftest import client_of
from tests.integration.projections.processes import eventually
from tests.integration.streams.bad_input.hostile import EXECUTED, HOSTILE, HOSTILE_ENDS, ODD
from tests.integration.streams.bad_input.records import bad_records, requirement
from tests.integration.streams.bad_input.system import (
    Sent,
    System,
    delivery_named_as,
    new_id,
    system_with_bad_input,
)
from tests.integration.streams.bad_input.touchy_process import TOUCHY_SERVICE, mended_file
from tests.servers import delete_topics, new_database

NAMES = sorted(bad_records(new_id()))


@pytest.fixture(scope="module")
def system(
    kafka_brokers: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """One system for all tests of this file."""
    folder = tmp_path_factory.mktemp("bad-input")
    delete_topics(kafka_brokers)
    with new_database(database_url) as url:
        settings = Settings(kafka_brokers=kafka_brokers, database_url=url, home=folder / "home")
        prepare(settings)
        with system_with_bad_input(settings, folder) as running:
            yield running


@pytest.mark.parametrize("name", NAMES)
def test_given_a_bad_record_when_it_comes_then_its_dead_letter_has_all_of_it_and_its_partition_goes_on(
    system: System, name: str
) -> None:
    sent = system.sent[name]

    letter = system.letters()[sent.position]

    assert (letter.service, letter.stack) == ("delivery-saga", "")
    assert sent.record.reason in letter.reason
    assert (letter.key, letter.value, letter.headers) == (
        sent.record.key,
        sent.record.value,
        sent.record.headers,
    )
    ends = [type(event.payload) for event in system.services.events_of(sent.follower)]
    assert ends.count(DeliverySucceeded) == 1


def test_given_a_decider_that_raises_when_its_event_comes_then_the_dead_letter_has_the_stack(
    system: System,
) -> None:
    def its_letters() -> list[StandingLetter]:
        key = system.touchy.encode()
        return [letter for letter in system.letters().values() if letter.key == key]

    (letter,) = eventually(its_letters)

    assert letter.service == TOUCHY_SERVICE
    assert letter.reason == "ZeroDivisionError: an error of programming"
    assert "Traceback" in letter.stack
    assert "touchy_process.py" in letter.stack
    assert Codec().decode(letter.value or b"").envelope.event_type == "SpecificationWritten"


def redrive(system: System, letter: StandingLetter, *options: str) -> Ran:
    return streamwright(system.settings, "dlq", "redrive", str(letter.position), *options, "--json")


def delivery_in(letter: StandingLetter) -> str:
    return Codec().decode_envelope(letter.value or b"").delivery_id


def outcomes_of(system: System, delivery: str) -> list[str]:
    told = [event.envelope.event_type for event in system.services.events_of(delivery)]
    return [name for name in told if name.startswith("Delivery") and name != "DeliveryStarted"]


def test_given_letters_of_one_requirement_when_redriven_with_corrections_then_it_is_delivered_once(
    system: System,
) -> None:
    wrong_key, no_key, wrong_topic = (
        system.letters()[system.sent[name].position] for name in ("wrong key", "no key", "wrong topic")
    )
    delivery = delivery_in(wrong_key)

    assert redrive(system, wrong_key, "--key", delivery).code == 0
    system.services.wait_for_end([delivery])
    assert redrive(system, no_key, "--key", delivery).code == 0
    assert redrive(system, wrong_topic, "--topic", REQUIREMENT_EVENTS).code == 0
    later = system.services.submit()
    system.services.wait_for_end([later])

    assert outcomes_of(system, delivery) == ["DeliverySucceeded"]
    types = [event.envelope.event_type for event in system.services.events_of(delivery)]
    assert (types.count("AnalysisStarted"), types.count("BuildCompleted")) == (1, 1)
    assert types.count("DeadLetterRedriven") == 3
    again = redrive(system, wrong_key, "--key", delivery)
    assert again.code == 2
    assert again.answer["error"]["why"] == "it was redriven before"  # type: ignore[index]


def test_given_a_letter_whose_value_is_mended_when_redriven_then_the_delivery_succeeds(
    system: System, tmp_path: Path
) -> None:
    mended = requirement()
    file = tmp_path / "mended"
    file.write_bytes(Codec().encode(mended))
    letter = system.letters()[system.sent["ten megabytes of garbage"].position]
    delivery = mended.envelope.delivery_id

    assert redrive(system, letter, "--value", str(file), "--key", delivery).code == 0

    system.services.wait_for_end([delivery])
    assert outcomes_of(system, delivery) == ["DeliverySucceeded"]


def test_given_a_decider_that_no_longer_raises_when_redriven_then_the_delivery_succeeds(
    system: System,
) -> None:
    (letter,) = [each for each in system.letters().values() if each.service == TOUCHY_SERVICE]
    mended_file(system.settings).touch()

    assert redrive(system, letter, "--reason", "mended", "--user", "ada").code == 0

    system.services.wait_for_end([system.touchy])
    assert outcomes_of(system, system.touchy) == ["DeliverySucceeded"]


def test_given_a_discarded_letter_when_redriven_or_discarded_then_it_is_refused(system: System) -> None:
    letter = system.letters()[system.sent["no Avro"].position]
    name = str(letter.position)
    assert streamwright(system.settings, "dlq", "discard", name, "--reason", "no event").code == 0

    again = streamwright(system.settings, "dlq", "discard", name, "--reason", "no event", "--json")

    for refused in (redrive(system, letter), again):
        assert refused.code == 2
        assert refused.answer["error"]["why"] == "it was discarded before"  # type: ignore[index]


def test_given_a_delivery_named_as_a_dead_letter_when_submitted_then_it_succeeds(system: System) -> None:
    delivery = delivery_named_as(system.sent["wrong magic byte"].position)

    system.publish(requirement(delivery_id=delivery))

    system.services.wait_for_end([delivery])
    assert outcomes_of(system, delivery) == ["DeliverySucceeded"]


@pytest.mark.parametrize("name", sorted(ODD))
def test_given_an_odd_requirement_that_is_valid_when_submitted_then_it_succeeds(
    system: System, name: str
) -> None:
    event = ODD[name]()

    system.publish(event)

    system.services.wait_for_end([event.envelope.delivery_id])
    assert outcomes_of(system, event.envelope.delivery_id) == ["DeliverySucceeded"]


def test_given_hostile_requirements_when_analysed_then_each_ends_and_none_leaves_its_folder(
    system: System,
) -> None:
    events = {name: requirement(words) for name, words in HOSTILE.items()}
    for event in events.values():
        system.publish(event)

    system.services.wait_for_end([event.envelope.delivery_id for event in events.values()], seconds=150)

    for name, event in events.items():
        (end,) = outcomes_of(system, event.envelope.delivery_id)
        assert end in HOSTILE_ENDS[name], name
        for recorded in system.services.events_of(event.envelope.delivery_id):
            for path, content in files_of(recorded):
                assert not path.startswith(("/", "\\")), path
                assert ".." not in path.split("/")
                assert EXECUTED not in content
    artefacts = system.settings.home / "artefacts"
    assert {path.name for path in artefacts.iterdir() if not path.name.startswith(".")} <= {
        event.envelope.delivery_id for event in events.values()
    }


def files_of(event: Event) -> list[tuple[str, str]]:
    """Path and content of each file that the event carries."""
    sources = getattr(event.payload, "sources", None)
    return [(file.path, file.content) for file in sources.files] if sources else []


def all_deliveries(system: System) -> set[str]:
    """Deliveries that have succeeded, by the log."""
    events = system.services.log()
    return {each.envelope.delivery_id for each in events if isinstance(each.payload, DeliverySucceeded)}


async def test_given_all_these_records_when_projected_then_queries_tell_each_delivery(
    system: System,
) -> None:
    expected = all_deliveries(system)
    eventually(lambda: built(system) >= expected)
    async with client_of(system.settings) as api:
        for delivery in expected:
            found = await api.get(f"/api/v1/deliveries/{delivery}")
            assert (found.status_code, found.json()["status"]) == (200, "built")
            timeline = await api.get(f"/api/v1/deliveries/{delivery}/timeline")
            assert timeline.status_code == 200
        listed = await api.get("/api/v1/deliveries", params={"limit": 100})
        assert listed.status_code == 200
        assert len(listed.content) < 1_000_000


def built(system: System) -> set[str]:
    """Deliveries that the read models show as built."""
    url = service_url(system.settings.database_url, "projections")
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT delivery_id FROM deliveries WHERE status = 'built'").fetchall()
    return {str(delivery) for (delivery,) in rows}


def test_given_all_these_records_when_the_log_is_verified_then_what_is_no_event_is_told_and_nothing_is_wrong(
    system: System,
) -> None:
    found = verify_log(system.settings.kafka_brokers, Codec())

    assert found.result.mismatches == ()
    told = {each.position for each in found.dead_letters}
    assert told == {sent.position for sent in system.sent.values() if is_no_event(sent)}
    assert found.result.verified == found.result.events


def is_no_event(sent: Sent) -> bool:
    """Whether the record is none, or one that nobody but a forger has made."""
    try:
        return Codec().decode(sent.record.value or b"").envelope.stream_id.startswith("backend-developer:")
    except DecodeError:
        return True
