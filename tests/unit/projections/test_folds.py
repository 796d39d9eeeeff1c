"""What the read models make of histories of the real deciders."""

from __future__ import annotations

import io
import json
from random import Random
from typing import get_args

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.api.answers import OUTCOME_OF_STATUS, OutcomeName, Status
from projections.batch import batch_of
from projections.models.deliveries import STATUSES
from projections.models.outcomes import OUTCOME_NAMES
from projections.models.table import MergedRows, Value, flat_row
from projections.models.tables import DELIVERIES, FEATURES, MERGED_TABLES, OUTCOMES
from projections.reading import RawRecord, Reader
from schemas.catalogue import EVENT_TYPES
from schemas.events.compensation import CompensationStarted
from schemas.events.outcome import DeliveryCompensated, DeliveryFailed, DeliveryPaused, DeliverySucceeded
from schemas.events.requirement import RequirementSubmitted
from schemas.export import RELEASED
from streams.audit.history import RecordedEvent
from tests.unit.projections.rich_deliveries import CODEC, enriched, rich_deliveries
from tests.unit.streams.audit.recorded_histories import history, successful_history

Rows = dict[str, list[dict[str, Value]]]
_ENDS = (DeliverySucceeded, DeliveryPaused, DeliveryFailed, DeliveryCompensated)


def raw(record: RecordedEvent) -> RawRecord:
    """The event as the log keeps it."""
    place = record.position
    value = CODEC.encode(record.event)
    return RawRecord(place.topic, place.partition, place.offset, record.key.encode(), value, 0)


def rows_of(merged: MergedRows) -> Rows:
    """The rows of each table by column, sorted by key."""
    return {
        table.name: [
            dict(zip(table.columns, flat_row(table, key, states), strict=True))
            for key, states in sorted(merged.get(table, {}).items())
        ]
        for table in MERGED_TABLES
    }


def projected(records: list[RecordedEvent]) -> Rows:
    """The rows after these events."""
    return rows_of(batch_of(map(raw, records), Reader()).merged)


def shown_outcome(records: list[RecordedEvent]) -> str | None:
    """How the saga says that the latest attempt ended."""
    last = max(
        (each for each in records if isinstance(each.event.payload, (*_ENDS, CompensationStarted))),
        key=lambda each: (
            each.event.payload.attempt,  # type: ignore[attr-defined]
            not isinstance(each.event.payload, DeliverySucceeded | DeliveryPaused),
            each.event.envelope.stream_version,
        ),
    )
    names = dict(zip(_ENDS, ("built", "clarification", "failed", "compensated"), strict=True))
    return names.get(type(last.event.payload))


@pytest.mark.parametrize("seed", range(60))
def test_given_a_finished_delivery_when_projected_then_its_status_is_what_the_saga_said(seed: int) -> None:
    records = history(seed, user_requests=seed % 3)
    row = projected(records)["deliveries"][0]

    assert OUTCOME_OF_STATUS.get(str(row["status"])) == shown_outcome(records)


def test_given_a_delivery_under_way_when_each_topic_is_read_so_far_then_its_step_moves_on() -> None:
    records = successful_history()
    in_time = sorted(records, key=lambda each: each.event.envelope.occurred_at)
    seen = [str(projected(in_time[: n + 1])["deliveries"][0]["status"]) for n in range(len(in_time))]

    assert list(dict.fromkeys(seen)) == [
        "submitted",
        "analysing",
        "developing",
        "testing",
        "building",
        "built",
    ]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(min_value=0, max_value=500), shuffle=st.integers(min_value=0, max_value=2**32))
def test_given_any_order_of_the_topics_when_folded_then_the_same_rows_come_out(
    seed: int, shuffle: int
) -> None:
    records = [
        raw(RecordedEvent(each.position, each.key, enriched(each.event)))
        for each in history(seed, user_requests=seed % 3)
    ]
    mixed = records * 2
    Random(shuffle).shuffle(mixed)

    in_order, twice_and_shuffled = (batch_of(each, Reader()).merged for each in (records, mixed))

    assert rows_of(in_order) == rows_of(twice_and_shuffled)


def test_given_compensated_deliveries_when_projected_then_their_features_end_deleted() -> None:
    records = rich_deliveries(30, seed=4)
    rows = projected(records)
    undone = {
        (row["delivery_id"], row["attempt"]) for row in rows[OUTCOMES.name] if row["outcome"] == "compensated"
    }
    features = [row for row in rows[FEATURES.name] if (row["delivery_id"], row["attempt"]) in undone]

    assert features
    assert {row["status"] for row in features} == {"deleted"}


def test_given_a_retry_when_projected_then_nothing_of_the_attempt_before_shows() -> None:
    records = next(
        found
        for seed in range(5_000)
        if (found := history(seed, success=0.6))
        and [each for each in found if isinstance(each.event.payload, DeliverySucceeded)]
        and [each for each in found if isinstance(each.event.payload, DeliveryCompensated)]
        and shown_outcome(found) == "built"
    )
    row = projected(records)["deliveries"][0]

    assert (row["status"], row["cause"], row["failed_step"], row["reason"]) == ("built", "", "", "")
    assert isinstance(row["attempt"], int)
    assert row["attempt"] > 1


def test_given_a_record_of_an_older_schema_version_when_read_then_it_is_upcast() -> None:
    (first,) = [each for each in successful_history() if isinstance(each.event.payload, RequirementSubmitted)]
    schema = fastavro.parse_schema(json.loads((RELEASED / "RequirementSubmitted.v1.avsc").read_text()))
    current = CODEC.encode(first.event)
    plain = fastavro.schemaless_reader(io.BytesIO(current[5:]), CODEC.writer_schema(current).schema, None)
    plain["envelope"]["schema_version"] = 1  # type: ignore[index,call-overload]
    plain["requirement"] = '{"entities": []}'  # type: ignore[index,call-overload]
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, schema, plain)
    record = raw(first)._replace(value=b"\x00" + (100).to_bytes(4, "big") + buffer.getvalue())
    rows = rows_of(batch_of([record], Reader()).merged)

    assert rows[DELIVERIES.name][0]["format"] == "json"


def test_given_the_statuses_of_the_models_when_compared_with_the_api_then_they_are_the_same() -> None:
    assert set(STATUSES) == set(get_args(Status))
    assert set(OUTCOME_NAMES) == set(get_args(OutcomeName))
    assert set(OUTCOME_OF_STATUS) < set(STATUSES)


def test_given_every_event_type_of_a_delivery_when_projected_then_the_log_has_one_of_each() -> None:
    seen = {each.event.envelope.event_type for each in rich_deliveries(120, seed=6, success=0.7)}
    of_operations = {
        "DeadLetterRedriven",
        "DeadLetterDiscarded",
        "CircuitBreakerChanged",
        "PersonalDataErased",
    }

    of_added_agents = {"AgentTaskStarted", "AgentNoted", "AgentTaskFailed"}

    assert seen == {event_type.name for event_type in EVENT_TYPES} - of_operations - of_added_agents
