from __future__ import annotations

import json
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from connectors.kafka.log import read_log
from connectors.kafka.user_events import user_event
from connectors.resilience.breaker import BreakerOpenError
from connectors.resilience.policy import CallPolicy
from connectors.schema_registry import codec_for
from connectors.schema_registry.confluent import ConfluentRegistry, subject_of
from connectors.settings import Settings
from schemas.catalogue import BY_NAME, EVENT_TYPES
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.errors import DecodeError, SetupError
from schemas.events.requirement import RequirementSubmitted
from schemas.registry import schema_text
from schemas.topics import REQUIREMENT_EVENTS
from tests.integration.connectors.command_line.command import streamwright
from tests.schema_registry_server import RealRegistry
from tests.unit.schemas.test_codec import version_1
from tests.unit.streams.audit.recorded_histories import successful_history

SUBMITTED = BY_NAME["RequirementSubmitted"]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRegistry]:
    server = RealRegistry(tmp_path_factory.mktemp("registry"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


def submitted() -> Event:
    return user_event(RequirementSubmitted(requirement="Members borrow books"))


def test_given_the_catalogue_when_registered_then_each_type_has_its_subject_and_compatibility(
    registry: RealRegistry,
) -> None:
    ids = ConfluentRegistry(registry.url).register_all()

    assert len(set(ids.values())) == len(EVENT_TYPES)
    subjects = httpx.get(f"{registry.url}/subjects").json()
    assert set(subjects) >= {subject_of(event_type) for event_type in EVENT_TYPES}
    assert subject_of(SUBMITTED) == "requirement-events-streamwright.events.RequirementSubmitted"
    config = httpx.get(f"{registry.url}/config/{subject_of(SUBMITTED)}").json()
    assert config == {"compatibilityLevel": "FULL_TRANSITIVE"}
    assert httpx.get(f"{registry.url}/subjects/{subject_of(SUBMITTED)}/versions").json() == [1, 2]


def test_given_events_written_with_ids_of_the_registry_when_another_process_reads_them_then_they_are_the_same(
    registry: RealRegistry,
) -> None:
    writer = Codec(ConfluentRegistry(registry.url))
    events = [record.event for record in successful_history()]

    encoded = [writer.encode(event) for event in events]

    ids = ConfluentRegistry(registry.url).register_all()
    assert [struct.unpack_from(">bI", data)[1] for data in encoded] == [
        ids[event.envelope.event_type] for event in events
    ]
    reader = Codec(ConfluentRegistry(registry.url))
    assert [reader.decode(data) for data in encoded] == events


def test_given_a_record_of_an_older_registered_version_when_read_then_it_is_brought_to_the_current_one(
    registry: RealRegistry,
) -> None:
    ConfluentRegistry(registry.url).register_all()
    answer = httpx.post(
        f"{registry.url}/subjects/{subject_of(SUBMITTED)}",
        json={"schema": schema_text(SUBMITTED.name, 1), "schemaType": "AVRO"},
    ).json()
    data = struct.pack(">bI", 0, answer["id"]) + version_1('{"name": "Books"}')[5:]

    event = Codec(ConfluentRegistry(registry.url)).decode(data)

    assert event.payload == RequirementSubmitted(
        requirement='{"name": "Books"}', format="json", submitted_by="ada"
    )


def test_given_ids_that_are_not_an_event_s_when_read_then_they_are_refused(registry: RealRegistry) -> None:
    other = httpx.post(
        f"{registry.url}/subjects/somebody-elses/versions",
        json={"schema": json.dumps({"type": "record", "name": "Other", "fields": []})},
    ).json()["id"]
    codec = Codec(ConfluentRegistry(registry.url))

    with pytest.raises(DecodeError, match="the id of another schema"):
        codec.decode(struct.pack(">bI", 0, other))
    with pytest.raises(DecodeError, match="no event type in the catalogue has this id"):
        codec.decode(struct.pack(">bI", 0, 99_999) + b"xyz")


def test_given_a_log_from_before_there_was_a_registry_when_read_with_one_then_it_is_understood(
    registry: RealRegistry,
) -> None:
    event = submitted()

    assert Codec(ConfluentRegistry(registry.url)).decode(Codec().encode(event)) == event


def test_given_a_breaking_schema_when_registered_then_the_registry_refuses_it(registry: RealRegistry) -> None:
    ConfluentRegistry(registry.url).register_all()
    schema = json.loads(schema_text(SUBMITTED.name, 2))
    schema["fields"] = [field for field in schema["fields"] if field["name"] != "requirement"]

    answer = httpx.post(
        f"{registry.url}/subjects/{subject_of(SUBMITTED)}/versions", json={"schema": json.dumps(schema)}
    )

    assert answer.status_code == 409


def test_given_a_registry_that_is_down_when_asked_then_the_error_says_what_to_do() -> None:
    codec = Codec(ConfluentRegistry("http://127.0.0.1:9", CallPolicy(first_wait_seconds=0.05)))

    with pytest.raises(SetupError, match=r"does not answer .* correct SCHEMA_REGISTRY_URL"):
        codec.encode(submitted())
    with pytest.raises(SetupError, match="does not answer"):
        codec.decode(struct.pack(">bI", 0, 7))


def test_given_a_registry_that_goes_away_when_asked_then_what_it_answered_holds_and_nothing_is_guessed(
    tmp_path: Path,
) -> None:
    server = RealRegistry(tmp_path)
    server.start()
    codec = Codec(ConfluentRegistry(server.url, CallPolicy(first_wait_seconds=0.05, reset_seconds=1)))
    data = codec.encode(submitted())
    server.stop()
    packaged_id = struct.pack(">bI", 0, SUBMITTED.schema_id)

    assert codec.encode(codec.decode(data)) == data
    for _ in range(2):
        with pytest.raises(SetupError, match="does not answer"):
            codec.decode(packaged_id + data[5:])
    with pytest.raises(BreakerOpenError):
        codec.decode(packaged_id + data[5:])
    server.start()
    try:
        assert codec.decode(Codec().encode(submitted())).payload == submitted().payload
    finally:
        server.stop()


def test_given_a_registry_that_starts_late_when_asked_then_it_is_waited_for_and_asked_once(
    tmp_path: Path,
) -> None:
    server = RealRegistry(tmp_path)
    patient = CallPolicy(attempts=200, first_wait_seconds=0.5, longest_wait_seconds=1, failures_to_open=200)
    codec = Codec(ConfluentRegistry(server.url, patient))
    starting = threading.Thread(target=server.start)
    starting.start()
    try:
        data = codec.encode(submitted())
        starting.join()
    finally:
        server.stop()

    assert codec.encode(codec.decode(data)) == data


def test_given_a_registry_in_the_settings_when_a_requirement_is_published_then_its_id_is_on_the_wire(
    prepared: Settings, registry: RealRegistry
) -> None:
    config = prepared.model_copy(update={"schema_registry_url": registry.url})

    ran = streamwright(config, "publish", "requirement", "Members borrow books", "--json")

    assert ran.code == 0, ran.told
    (record,) = read_log(config.kafka_brokers, [REQUIREMENT_EVENTS])
    assert struct.unpack_from(">bI", record.value or b"")[1] == ConfluentRegistry(registry.url).id_of(
        SUBMITTED
    )
    assert codec_for(config).decode(record.value or b"").envelope.delivery_id == ran.answer["delivery_id"]
