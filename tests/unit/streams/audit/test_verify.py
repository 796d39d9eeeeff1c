from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import UTC, datetime
from random import Random
from unittest import mock

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from connectors.kafka.position import Position
from schemas.catalogue import BY_PAYLOAD
from schemas.codec import replace_envelope
from schemas.events import build, compensation, feature, outcome
from streams.audit.findings import Verification
from streams.audit.history import RecordedEvent
from streams.audit.verify import verify, verify_delivery
from tests.unit.streams.audit.recorded_histories import Schedule, history, successful_history, types

seeds = st.integers(0, 2**32)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def replaced(
    records: list[RecordedEvent], index: int, payload: object = None, **envelope: object
) -> list[RecordedEvent]:
    record = records[index]
    event = replace_envelope(record.event, **envelope)
    if payload is not None:
        event = dataclasses.replace(event, payload=payload)
    return [*records[:index], dataclasses.replace(record, event=event), *records[index + 1 :]]


def index_of(records: list[RecordedEvent], payload: type) -> int:
    return next(i for i, record in enumerate(records) if type(record.event.payload) is payload)


def named(result: Verification, record: RecordedEvent) -> bool:
    """Whether the finding names the record, or what came of it in the same delivery."""
    return any(found.position == record.position for found in result.mismatches)


@given(seeds, st.booleans())
@quick
def test_given_any_schedule_of_the_deciders_when_verified_then_nothing_is_found(
    seed: int, is_patient: bool
) -> None:
    log = history(seed, success=0.8, user_requests=3, is_patient=is_patient)

    result = verify(log)

    assert result.mismatches == ()
    assert result.pending == ()
    assert (result.events, result.verified) == (len(log), len(log))


@given(seeds, st.integers(1, 60))
@quick
def test_given_a_delivery_in_flight_when_verified_then_what_is_still_to_come_is_no_mismatch(
    seed: int, steps: int
) -> None:
    log = Schedule(Random(seed), success=0.8, user_requests=3).run(steps)

    assert verify(log).mismatches == ()


def test_given_random_schedules_when_run_then_they_reach_every_kind_of_end() -> None:
    ends: Counter[str] = Counter()
    for seed in range(150):
        ends.update(set(types(history(seed, success=0.8, user_requests=2))))

    for payload in (
        outcome.DeliverySucceeded,
        outcome.DeliveryPaused,
        outcome.DeliveryFailed,
        outcome.DeliveryCompensated,
        outcome.StepTimedOut,
        compensation.FeatureDeleted,
    ):
        assert ends[payload.__name__] > 3, payload


@given(seeds, st.data())
@quick
def test_given_a_dropped_event_when_verified_then_the_loss_is_found(seed: int, data: st.DataObject) -> None:
    log = history(seed, success=0.8, user_requests=1)
    dropped = data.draw(st.sampled_from(log))
    rest = [record for record in log if record is not dropped]
    assume(rest)
    # A user's request that nobody reacted to leaves no trace when it is gone.
    assume(any(r.event.envelope.causation_id == dropped.id for r in rest) or not dropped.is_by_user)

    result = verify(rest)

    # The last event of a stream looks as if it were still to come, unless something came of it.
    assert result.mismatches or result.pending
    if any(r.event.envelope.causation_id == dropped.id for r in rest):
        assert result.mismatches


@given(seeds, st.data())
@quick
def test_given_a_duplicated_event_when_verified_then_the_copy_is_named(
    seed: int, data: st.DataObject
) -> None:
    log = history(seed)
    original = data.draw(st.sampled_from(log))
    end = max(r.position.offset for r in log if r.position.topic == original.position.topic) + 1
    copy = dataclasses.replace(
        original, position=Position(original.position.topic, original.position.partition, end)
    )

    result = verify([*log, copy])

    if original.is_by_user:
        assert result.repeated == (copy.position,)
    else:
        assert [(found.kind, found.position) for found in result.mismatches] == [
            ("duplicated", copy.position)
        ]


@given(seeds, st.data())
@quick
def test_given_two_swapped_events_of_a_stream_when_verified_then_the_order_is_found(
    seed: int, data: st.DataObject
) -> None:
    log = history(seed)
    pairs = [
        (a, b)
        for a in log
        for b in log
        if a.position < b.position
        and a.position.topic == b.position.topic
        and a.event.envelope.stream_id == b.event.envelope.stream_id
        and not a.is_by_user
    ]
    assume(pairs)
    first, second = data.draw(st.sampled_from(pairs))
    others = [record for record in log if record not in (first, second)]
    swapped = [
        dataclasses.replace(first, position=second.position),
        dataclasses.replace(second, position=first.position),
    ]

    result = verify([*others, *swapped])

    assert "reordered" in {found.kind for found in result.mismatches}


ALTERATIONS = {
    "event_id": "00000000-0000-4000-8000-000000000001",
    "stream_id": "deployment:00000000-0000-4000-8000-000000000001",
    "stream_version": 99,
    "correlation_id": "00000000-0000-4000-8000-000000000001",
    "causation_id": "00000000-0000-4000-8000-000000000001",
    "actor": "mallory/1",
    "schema_version": 7,
}


@given(seeds, st.data(), st.sampled_from(sorted(ALTERATIONS)))
@quick
def test_given_an_altered_envelope_when_verified_then_it_is_found(
    seed: int, data: st.DataObject, name: str
) -> None:
    log = history(seed)
    index = data.draw(st.sampled_from([i for i, record in enumerate(log) if not record.is_by_user]))

    result = verify(replaced(log, index, **{name: ALTERATIONS[name]}))

    assert result.mismatches
    if name in ("correlation_id", "actor", "schema_version"):
        assert [(found.kind, found.position) for found in result.mismatches if found.kind == "altered"][:1]
        assert named(result, log[index])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("event_id", "00000000-0000-4000-8000-000000000001"),
        ("event_type", "FeatureDeleted"),
        ("schema_version", 7),
        ("stream_id", "business-analyzer:00000000-0000-4000-8000-000000000001"),
        ("correlation_id", "00000000-0000-4000-8000-000000000001"),
        ("occurred_at", datetime(2020, 1, 1, tzinfo=UTC)),
        ("actor", "business-analyzer/999"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ],
)
def test_given_any_attribute_altered_in_a_reaction_of_several_events_when_verified_then_that_record_is_named(
    name: str, value: object
) -> None:
    log = successful_history()
    index = index_of(log, feature.FeatureCreated)

    result = verify(replaced(log, index, **{name: value}))

    found = [(each.kind, each.position) for each in result.mismatches]
    assert ("altered", log[index].position) in found


@given(seeds, st.data())
@quick
def test_given_an_altered_decision_when_verified_then_the_record_is_named(
    seed: int, data: st.DataObject
) -> None:
    log = history(seed, success=0.7)
    decided = [
        index
        for index, record in enumerate(log)
        if not record.is_by_user
        and not any(name in record.event.envelope.event_type for name in ("Failed", "TimedOut", "Requested"))
        and hasattr(record.event.payload, "attempt")
    ]
    index = data.draw(st.sampled_from(decided))
    payload = log[index].event.payload

    result = verify(replaced(log, index, dataclasses.replace(payload, attempt=payload.attempt + 7)))  # type: ignore

    assert named(result, log[index])


def test_given_a_specification_altered_on_the_way_when_verified_then_field_and_source_are_named() -> None:
    log = successful_history()
    index = index_of(log, feature.BackendImplemented)
    payload = log[index].event.payload
    assert isinstance(payload, feature.BackendImplemented)
    forged = dataclasses.replace(payload.specification, package="malware")

    result = verify(replaced(log, index, dataclasses.replace(payload, specification=forged)))

    assert {found.kind for found in result.mismatches} == {"altered"}
    assert named(result, log[index])
    assert "package is 'malware', the decider gives 'books'" in result.mismatches[0].why


def test_given_an_altered_outcome_when_verified_then_the_reason_names_both_values() -> None:
    log = successful_history()
    index = index_of(log, outcome.DeliverySucceeded)
    payload = log[index].event.payload
    assert isinstance(payload, outcome.DeliverySucceeded)
    forged = dataclasses.replace(payload, build=dataclasses.replace(payload.build, wheel_sha256="f" * 64))

    (found,) = verify(replaced(log, index, forged)).mismatches

    assert (found.kind, found.position, found.service) == ("altered", log[index].position, "delivery-saga")
    assert "payload.build.wheel_sha256 is 'fff" in found.why


@given(seeds, st.data())
@quick
def test_given_an_inserted_event_when_verified_then_it_is_found(seed: int, data: st.DataObject) -> None:
    log = history(seed)
    other = history(seed + 1)
    model = data.draw(st.sampled_from([record for record in other if not record.is_by_user]))
    delivery = log[0].event.envelope.delivery_id
    stream = f"{model.service}:{delivery}"
    event = replace_envelope(model.event, delivery_id=delivery, stream_id=stream)
    foreign = RecordedEvent(Position(model.position.topic, log[0].position.partition, 500), delivery, event)

    result = verify([*log, foreign])

    assert result.mismatches


def test_given_an_event_of_an_unknown_service_when_verified_then_it_is_foreign() -> None:
    log = successful_history()
    index = index_of(log, build.BuildStarted)

    result = verify(replaced(log, index, stream_id="intruder:" + log[0].key))

    assert any(
        found.kind == "foreign" and found.position == log[index].position for found in result.mismatches
    )


def test_given_a_record_on_a_wrong_topic_or_key_when_verified_then_it_is_misplaced() -> None:
    log = successful_history()
    index = index_of(log, outcome.DeliverySucceeded)
    moved = dataclasses.replace(log[index], position=Position("test-events", 0, 900), key="someone")

    result = verify([*log[:index], moved, *log[index + 1 :]])

    assert [found.kind for found in result.mismatches] == ["misplaced", "misplaced"]


def test_given_an_ended_delivery_without_the_last_reaction_when_verified_then_it_is_missing() -> None:
    # The build is done and the saga said so, but the log lost that the page was ever begun.
    log = successful_history()
    kept = [record for record in log if record.service != "deployment"]

    result = verify(kept)

    assert any(
        found.kind == "missing_reaction" and found.service == "deployment" for found in result.mismatches
    )


def test_given_a_trigger_in_flight_when_verified_then_the_reaction_is_pending() -> None:
    log = successful_history()
    kept = [record for record in log if record.service == "user"]

    result = verify(kept)

    assert result.mismatches == ()
    assert {(found.service, found.expected) for found in result.pending} == {
        ("business-analyzer", ("AnalysisStarted",)),
        ("delivery-saga", ("DeliveryStarted",)),
    }


def test_given_a_trigger_that_was_set_aside_when_verified_then_no_reaction_is_asked_for() -> None:
    log = [record for record in successful_history() if record.service == "user"]

    result = verify_delivery(log, set_aside={log[0].position})

    assert (result.mismatches, result.pending) == ((), ())


def test_given_a_redriven_record_when_verified_then_its_dead_copy_is_no_duplicate() -> None:
    log = successful_history()
    original = log[index_of(log, build.BuildCompleted)]
    dead = dataclasses.replace(original, position=Position(original.position.topic, 3, 0))

    result = verify_delivery([*log, dead], set_aside={dead.position})

    assert result.mismatches == ()


def test_given_a_gap_when_verified_then_records_after_it_do_not_count_as_verified() -> None:
    log = successful_history()
    first = log[index_of(log, feature.BackendStarted)]

    result = verify([record for record in log if record is not first])

    assert any(
        found.kind == "missing_event" and "version 1 of the stream" in found.why
        for found in result.mismatches
    )
    assert result.verified < result.events


@given(seeds, st.sampled_from(["BackendStarted", "DeliveryStarted", "SpecificationWritten"]))
@quick
def test_given_events_of_an_older_schema_when_verified_then_they_are_what_was_decided(
    seed: int, name: str
) -> None:
    log = history(seed)
    kind = next(each for each in BY_PAYLOAD.values() if each.name == name)
    newer = dataclasses.replace(kind, version=2, schema_ids=(*kind.schema_ids, 9_999))

    with mock.patch.dict(BY_PAYLOAD, {kind.payload: newer}):
        result = verify(log)

    assert (result.mismatches, result.verified) == ((), len(log))
