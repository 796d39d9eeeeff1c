"""Deliveries over the real broker and database: success, failure at each step, and what people ask for."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.settings import Settings
from deploy.local.prepare import prepare
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.events import compensation, outcome, requirement
from schemas.specification import Answer
from streams.audit.whole_log import verify_log
from tests.integration.streams.pipeline.running_services import RunningServices, running_services
from tests.servers import delete_topics, new_database

STEPS = ("analysis", "backend", "frontend", "tests", "build")
_DISCARDED = {
    "build": compensation.BuildDiscarded,
    "tests": compensation.TestsDiscarded,
    "frontend": compensation.FrontendDiscarded,
    "backend": compensation.BackendDiscarded,
    "analysis": compensation.SpecificationDiscarded,
}


@pytest.fixture(scope="module")
def services(
    kafka_brokers: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServices]:
    """All services, shared by the tests of this file."""
    home: Path = tmp_path_factory.mktemp("home")
    delete_topics(kafka_brokers)
    with new_database(database_url) as url:
        settings = Settings(kafka_brokers=kafka_brokers, database_url=url, home=home)
        prepare(settings)
        with running_services(settings, STREAMWRIGHT_WORK_LIMIT_SECONDS="3") as running:
            yield running


def names(events: list[Event]) -> list[str]:
    return [event.envelope.event_type for event in events]


def test_given_a_requirement_when_published_then_each_step_is_recorded_once_and_it_succeeds(
    services: RunningServices,
) -> None:
    delivery = services.submit()

    services.wait_for_end([delivery])

    told = names(services.events_of(delivery))
    assert sorted(told) == sorted(
        [
            "RequirementSubmitted", "DeliveryStarted", "AnalysisStarted", "SpecificationWritten",
            "FeatureCreated", "FeatureCreated", "BackendStarted", "BackendImplemented", "FrontendStarted",
            "FrontendImplemented", "TestsStarted", "TestsPassed", "BuildStarted", "BuildCompleted",
            "DeliverySucceeded",
        ]
    )  # fmt: skip


@pytest.mark.parametrize("failing", STEPS[1:])
def test_given_a_failing_step_when_it_fails_then_what_was_done_is_undone_last_first_and_the_outcome_says_why(
    services: RunningServices, failing: str
) -> None:
    delivery = services.submit(json.dumps({"fails": {failing: [1]}}))

    services.wait_for_end([delivery])

    events = services.events_of(delivery)
    done = STEPS[: STEPS.index(failing)]
    undone = [e.payload for e in events if type(e.payload) in _DISCARDED.values()]
    assert [type(payload) for payload in undone] == [_DISCARDED[step] for step in reversed(done)]
    assert names(events).count("FeatureDeleted") == names(events).count("FeatureCreated") == 2
    ended = events[-1].payload
    assert isinstance(ended, outcome.DeliveryCompensated)
    assert (ended.cause, ended.failed_step) == ("failed", failing)
    assert "the requirement wants it" in ended.reason


def test_given_a_failing_analysis_when_it_fails_then_nothing_is_undone_and_the_outcome_says_why(
    services: RunningServices,
) -> None:
    delivery = services.submit(json.dumps({"fails": {"analysis": [1]}}))

    services.wait_for_end([delivery])

    ended = services.events_of(delivery)[-1].payload
    assert isinstance(ended, outcome.DeliveryFailed)
    assert ended.failed_step == "analysis"
    assert "the requirement wants it" in ended.reason


def test_given_a_step_past_its_limit_when_it_is_late_then_it_times_out_and_is_undone_too(
    services: RunningServices,
) -> None:
    delivery = services.submit(json.dumps({"slow": {"tests": [1]}}))

    services.wait_for_end([delivery])

    events = services.events_of(delivery)
    assert "StepTimedOut" in names(events)
    ended = events[-1].payload
    assert isinstance(ended, outcome.DeliveryCompensated)
    assert (ended.cause, ended.undone) == ("timed_out", ("tests", "frontend", "backend", "analysis"))


def test_given_a_compensated_delivery_when_retried_after_a_fix_then_it_succeeds(
    services: RunningServices,
) -> None:
    delivery = services.submit(json.dumps({"fails": {"build": [1]}}))
    services.wait_for_end([delivery])

    services.publish(requirement.RetryRequested(reason="Freed some space"), delivery)
    services.wait_for_end([delivery], ends=2)

    ended = services.events_of(delivery)[-1].payload
    assert isinstance(ended, outcome.DeliverySucceeded)
    assert ended.attempt == 2


def test_given_a_question_when_answered_then_the_delivery_goes_on_to_its_build(
    services: RunningServices,
) -> None:
    delivery = services.submit(json.dumps({"asks": True}))
    services.wait_for_end([delivery])
    assert names(services.events_of(delivery))[-1] == "DeliveryPaused"

    answer = requirement.ClarificationAnswered(answers=(Answer(question_id="Q01", text="Two weeks"),))
    services.publish(answer, delivery)
    services.wait_for_end([delivery], ends=2)

    assert names(services.events_of(delivery))[-1] == "DeliverySucceeded"


def test_given_a_delivery_under_way_when_cancelled_then_all_of_it_is_undone(
    services: RunningServices,
) -> None:
    delivery = services.submit(json.dumps({"slow": {"backend": [1]}}))
    deadline = time.monotonic() + 30
    while "BackendStarted" not in names(services.events_of(delivery)):
        assert time.monotonic() < deadline

    services.publish(requirement.CancellationRequested(reason="Not needed"), delivery)
    services.wait_for_end([delivery])

    ended = services.events_of(delivery)[-1].payload
    assert isinstance(ended, outcome.DeliveryCompensated)
    assert (ended.cause, ended.reason) == ("cancelled", "Not needed")
    assert ended.undone == ("build", "tests", "frontend", "backend", "analysis")


def test_given_all_these_deliveries_when_the_log_is_verified_then_the_deciders_give_just_that(
    services: RunningServices,
) -> None:
    found = verify_log(services.settings.kafka_brokers, Codec())

    assert found.result.mismatches == ()
    assert found.result.verified == found.result.events == len(services.log()) > 0
