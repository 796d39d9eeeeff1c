from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kafka.position import Position
from schemas.errors import BadInputError
from schemas.events import build, feature
from streams.audit.history import causal_order
from streams.audit.replay import as_of_now, as_of_position, as_of_time, chain_of_causes
from streams.core.saga import SagaState
from streams.core.step import StepState
from tests.unit.streams.audit.recorded_histories import NEW_YEAR, history, successful_history, types


@given(st.integers(0, 2**32))
def test_given_a_shuffled_log_when_ordered_then_causes_precede_and_streams_ascend(seed: int) -> None:
    log = history(seed, success=0.8)
    random.Random(seed).shuffle(log)

    ordered = causal_order(log)

    place = {record.id: index for index, record in enumerate(ordered)}
    assert len(ordered) == len(log)
    assert all(
        place[record.event.envelope.causation_id] < place[record.id]
        for record in log
        if not record.is_by_user
    )
    versions = [r.event.envelope.stream_version for r in ordered if r.service == "delivery-saga"]
    assert versions == sorted(versions)


def test_given_a_delivery_when_replayed_to_now_then_each_service_has_its_last_state() -> None:
    snapshot = as_of_now(successful_history())

    saga, backend = snapshot.states["delivery-saga"], snapshot.states["backend-developer"]
    assert isinstance(saga, SagaState)
    assert isinstance(backend, StepState)
    assert (saga.status, backend.status) == ("succeeded", "done")
    assert types(snapshot.timeline)[0] == "RequirementSubmitted"


def test_given_a_position_when_replayed_then_what_came_later_has_not_happened() -> None:
    log = successful_history()
    started = next(r for r in log if isinstance(r.event.payload, feature.BackendStarted))

    snapshot = as_of_position(log, started.position)

    backend = snapshot.states["backend-developer"]
    assert isinstance(backend, StepState)
    assert backend.status == "working"
    assert "BackendImplemented" not in types(snapshot.timeline)
    assert snapshot.timeline[-1] == started


def test_given_a_time_before_the_delivery_when_replayed_then_nothing_has_happened() -> None:
    snapshot = as_of_time(successful_history(), NEW_YEAR.replace(year=2025))

    assert snapshot.timeline == ()
    assert snapshot.states["delivery-saga"] == SagaState()


def test_given_an_unknown_position_when_replayed_then_it_is_refused() -> None:
    with pytest.raises(BadInputError, match="no event of the delivery stands there"):
        as_of_position(successful_history(), Position("test-events", 0, 10_000))


def test_given_the_build_when_its_causes_are_followed_then_they_lead_to_the_requirement() -> None:
    log = successful_history()
    built = next(r for r in log if isinstance(r.event.payload, build.BuildCompleted))

    assert types(chain_of_causes(log, built.id)) == [
        "RequirementSubmitted",
        "AnalysisStarted",
        "SpecificationWritten",
        "BackendStarted",
        "BackendImplemented",
        "FrontendStarted",
        "FrontendImplemented",
        "TestsStarted",
        "TestsPassed",
        "BuildStarted",
        "BuildCompleted",
    ]


def test_given_an_unknown_event_when_its_causes_are_followed_then_it_is_refused() -> None:
    with pytest.raises(BadInputError, match="there is no event"):
        chain_of_causes(successful_history(), "00000000-0000-4000-8000-000000000000")
