from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from schemas.codec import Codec, replace_envelope
from schemas.events import build, feature, outcome
from schemas.topics import dead_letter_topic
from streams.audit.history import RecordedEvent
from streams.audit.whole_log import verify_log
from streams.core.dead_letter import DeadLetter
from tests.integration.streams.audit.published_histories import many_histories, publish, publish_bytes
from tests.unit.streams.audit.recorded_histories import successful_history

Log = list[RecordedEvent]


def index_of(log: Log, payload: type) -> int:
    return next(index for index, record in enumerate(log) if type(record.event.payload) is payload)


def test_given_a_published_log_of_the_deciders_when_verified_then_every_event_is(clean_brokers: str) -> None:
    log = many_histories(40)
    publish(clean_brokers, log)

    found = verify_log(clean_brokers, Codec())

    assert found.result.mismatches == ()
    assert (found.result.events, found.result.verified) == (len(log), len(log))


def test_given_a_log_larger_than_memory_when_verified_then_the_result_is_the_same(clean_brokers: str) -> None:
    log = many_histories(40)
    index = next(i for i, r in enumerate(log) if type(r.event.payload) is build.BuildStarted)
    standing = publish(clean_brokers, [*log[:index], *log[index + 1 :]])

    whole = verify_log(clean_brokers, Codec()).result
    in_parts = verify_log(clean_brokers, Codec(), memory_bytes=20_000).result

    assert whole.mismatches
    assert in_parts.events == whole.events == len(standing)
    assert in_parts.verified == whole.verified
    assert {m.position for m in in_parts.mismatches} == {m.position for m in whole.mismatches}


def altered(log: Log) -> tuple[Log, int]:
    index = index_of(log, outcome.DeliverySucceeded)
    payload = log[index].event.payload
    assert isinstance(payload, outcome.DeliverySucceeded)
    forged = dataclasses.replace(payload, build=dataclasses.replace(payload.build, wheel_sha256="f" * 64))
    event = dataclasses.replace(log[index].event, payload=forged)
    return [*log[:index], dataclasses.replace(log[index], event=event), *log[index + 1 :]], index


def dropped(log: Log) -> tuple[Log, int]:
    """The event whose cause is gone is named."""
    index = index_of(log, feature.BackendStarted)
    rest = [*log[:index], *log[index + 1 :]]
    return rest, index_of(rest, feature.BackendImplemented)


def swapped(log: Log) -> tuple[Log, int]:
    first, second = index_of(log, feature.BackendStarted), index_of(log, feature.BackendImplemented)
    mixed = list(log)
    mixed[first], mixed[second] = log[second], log[first]
    return mixed, first


def duplicated(log: Log) -> tuple[Log, int]:
    index = index_of(log, build.BuildStarted)
    return [*log, log[index]], len(log)


def foreign(log: Log) -> tuple[Log, int]:
    index = index_of(log, build.BuildStarted)
    delivery = log[0].event.envelope.delivery_id
    event = replace_envelope(
        log[index].event,
        event_id="00000000-0000-4000-8000-000000000001",
        stream_id=f"intruder:{delivery}",
        actor="intruder/1",
    )
    return [*log, dataclasses.replace(log[index], event=event)], len(log)


@pytest.mark.parametrize(
    ("tamper", "kind", "told"),
    [
        (altered, "altered", "wheel_sha256 is 'ffff"),
        (dropped, "missing_event", "version 1 of the stream"),
        (swapped, "reordered", "stands before version 1"),
        (duplicated, "duplicated", "it is a copy of build-events"),
        (foreign, "foreign", "there is no service 'intruder'"),
    ],
)
def test_given_a_log_with_one_fault_when_verified_then_its_place_event_and_reason_are_named(
    clean_brokers: str, tamper: Callable[[Log], tuple[Log, int]], kind: str, told: str
) -> None:
    log, faulty = tamper(successful_history())
    standing = publish(clean_brokers, [*many_histories(5, seed=500), *log])[-len(log) :]

    result = verify_log(clean_brokers, Codec()).result

    found = next(m for m in result.mismatches if m.kind == kind and m.position == standing[faulty])
    assert found.event_id == log[faulty].id
    assert told in found.why
    assert {m.delivery_id for m in result.mismatches} == {log[0].event.envelope.delivery_id}
    assert result.verified < result.events


def test_given_bytes_that_are_no_event_when_verified_then_they_are_named_until_set_aside(
    clean_brokers: str,
) -> None:
    log = successful_history()
    publish(clean_brokers, log)
    place = log[0].position
    headers = [("ce_id", b"event-7"), ("ce_type", b"streamwright.RequirementSubmitted.v1")]
    (standing,) = publish_bytes(clean_brokers, [(place, b"someone", b"\x00\x00\x00\x00\x64torn", headers)])

    (found,) = verify_log(clean_brokers, Codec()).result.mismatches

    assert (found.kind, found.position) == ("undecodable", standing)
    assert "do not fit the schema" in found.why
    assert (found.event_id, found.event_type) == ("event-7", "streamwright.RequirementSubmitted.v1")

    letter = DeadLetter(
        service="delivery-saga",
        topic=standing.topic,
        partition=standing.partition,
        offset=standing.offset,
        key=b"someone",
        value=b"",
        headers=(),
        reason=found.why,
    )
    dead_letters = place._replace(topic=dead_letter_topic(place.topic), partition=0)
    publish_bytes(clean_brokers, [(dead_letters, b"someone", b"", letter.kafka_headers())])

    after = verify_log(clean_brokers, Codec())

    assert after.result.mismatches == ()
    assert [(each.position, each.event_id) for each in after.dead_letters] == [(standing, "event-7")]
