"""Given any schedule, deliveries end as they should, with each thing done once."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import compensation, outcome, requirement
from schemas.events.feature import FeatureCreated
from schemas.specification import Answer
from streams.agents.registry import DECIDERS
from streams.core.decider import WorkDone, WorkFailed, WorkTimedOut
from streams.core.saga import STEPS
from tests.unit.streams.core.simulation import World, done_payload, question

AGENTS = ("business-analyzer", "backend-developer", "frontend-developer", "testing-engineer", "deployment")
ENDS = (outcome.DeliverySucceeded, outcome.DeliveryFailed, outcome.DeliveryCompensated)


def _until_work_of(world: World, service: str) -> None:
    """Go on until the service works; the agents before it succeed."""
    while not any(work.service == service for work in world.work):
        for work in list(world.work):
            done = done_payload(work.service, work.attempt)
            world.finish(work, WorkDone(attempt=work.attempt, payload=done))
        for name, decider in DECIDERS.items():
            world.publish(name)
            for topic in sorted({"requirement-events", "feature-events", "test-events", "build-events"}):
                if any(topic in world.log for _ in decider.consumes):
                    world.deliver(name, topic)


def _one(payloads: list[object]) -> object:
    (payload,) = payloads
    return payload


def test_given_no_failure_then_the_delivery_succeeds() -> None:
    world = World(Random(1))
    world.submit()
    world.settle()
    succeeded = _one(world.payloads(outcome.DeliverySucceeded))
    assert isinstance(succeeded, outcome.DeliverySucceeded)
    assert succeeded.build.package == "notes"
    assert len(world.payloads(FeatureCreated)) == 2


@pytest.mark.parametrize("position", range(1, 5))
def test_given_a_failing_step_then_the_steps_before_are_undone_last_first(position: int) -> None:
    world = World(Random(1))
    world.submit()
    _until_work_of(world, AGENTS[position])
    (work,) = [work for work in world.work if work.service == AGENTS[position]]
    world.finish(work, WorkFailed(attempt=1, reason="the disk is full"))
    world.settle()
    compensated = _one(world.payloads(outcome.DeliveryCompensated))
    assert isinstance(compensated, outcome.DeliveryCompensated)
    assert compensated.undone == tuple(reversed(STEPS[:position]))
    assert compensated.failed_step == STEPS[position]
    assert compensated.reason == "the disk is full"
    requested = [p.step for p in world.payloads(compensation.CompensationRequested)]  # type: ignore[attr-defined]
    assert requested == list(reversed(STEPS[:position]))
    deleted = [p.feature_id for p in world.payloads(compensation.FeatureDeleted)]  # type: ignore[attr-defined]
    assert deleted == ["F02", "F01"]


def test_given_a_failing_analysis_then_nothing_is_undone() -> None:
    world = World(Random(1))
    world.submit()
    _until_work_of(world, "business-analyzer")
    world.finish(world.work[0], WorkFailed(attempt=1, reason="unreadable"))
    world.settle()
    failed = _one(world.payloads(outcome.DeliveryFailed))
    assert isinstance(failed, outcome.DeliveryFailed)
    assert failed.reason == "unreadable"
    assert not world.payloads(compensation.CompensationStarted)


def test_given_a_late_step_then_it_is_undone_too_and_its_late_result_is_dropped() -> None:
    world = World(Random(1))
    world.submit()
    _until_work_of(world, "testing-engineer")
    (work,) = [work for work in world.work if work.service == "testing-engineer"]
    world.finish(work, WorkTimedOut(attempt=1, limit_seconds=60.0))
    world.work.append(work)
    world.settle()
    compensated = _one(world.payloads(outcome.DeliveryCompensated))
    assert isinstance(compensated, outcome.DeliveryCompensated)
    assert compensated.cause == "timed_out"
    assert compensated.undone == ("tests", "frontend", "backend", "analysis")
    assert not world.payloads(outcome.DeliverySucceeded)


def test_given_questions_when_answered_then_the_next_attempt_succeeds() -> None:
    world = World(Random(1))
    world.submit()
    _until_work_of(world, "business-analyzer")
    world.finish(world.work[0], WorkDone(attempt=1, payload=question(1)))
    world.settle()
    assert _one(world.payloads(outcome.DeliveryPaused)) == outcome.DeliveryPaused(
        attempt=1, question_ids=("Q01",)
    )
    answers = (Answer(question_id="Q01", text="Notes with a title"),)
    world.user(requirement.ClarificationAnswered(answers=answers))
    world.settle()
    succeeded = _one(world.payloads(outcome.DeliverySucceeded))
    assert isinstance(succeeded, outcome.DeliverySucceeded)
    assert succeeded.attempt == 2
    started = world.payloads(requirement.AnalysisStarted)[-1]
    assert isinstance(started, requirement.AnalysisStarted)
    assert started.answers == answers


def test_given_a_compensated_delivery_when_retried_then_it_succeeds() -> None:
    world = World(Random(1))
    world.submit()
    _until_work_of(world, "backend-developer")
    (work,) = [work for work in world.work if work.service == "backend-developer"]
    world.finish(work, WorkFailed(attempt=1, reason="no space"))
    world.settle()
    world.user(requirement.RetryRequested(reason="disk enlarged"))
    world.settle()
    succeeded = _one(world.payloads(outcome.DeliverySucceeded))
    assert isinstance(succeeded, outcome.DeliverySucceeded)
    assert succeeded.attempt == 2


def test_given_a_requirement_submitted_twice_then_it_is_built_once() -> None:
    world = World(Random(1))
    world.submit()
    world.submit()
    world.settle()
    assert len(world.payloads(outcome.DeliverySucceeded)) == 1
    assert len(world.payloads(requirement.AnalysisStarted)) == 1


def test_given_a_build_that_overtakes_its_request_then_the_delivery_is_recorded_as_started_once() -> None:
    world = World(Random(1))
    world.submit()
    behind = ("delivery-saga", "requirement-events")
    while not world.payloads(outcome.DeliverySucceeded):
        world.step_at_random(failure_share=0.0, but_not=behind)
    world.settle()

    assert world.payloads(outcome.DeliveryStarted) == [outcome.DeliveryStarted(attempt=1)]
    assert type(world.log["outcome-events"][0].payload) is outcome.DeliveryStarted


@settings(max_examples=300, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    steps=st.integers(0, 400),
    failures=st.sampled_from((0.0, 0.2, 1.0)),
    cancel=st.booleans(),
)
def test_given_any_schedule_then_it_ends_once_and_what_was_undone_stays_undone(
    seed: int, steps: int, failures: float, cancel: bool
) -> None:
    world = World(Random(seed))
    world.submit()
    cancel_at = world.random.randrange(steps + 1) if cancel else -1
    for step in range(steps + 1):
        if step == cancel_at:
            world.user(requirement.CancellationRequested(reason="changed our mind"))
        world.step_at_random(failure_share=failures)
    world.settle()

    assert world.payloads(outcome.DeliveryStarted) == [outcome.DeliveryStarted(attempt=1)]
    ends = [payload for kind in ENDS for payload in world.payloads(kind)]
    compensated = world.payloads(outcome.DeliveryCompensated)
    succeeded = world.payloads(outcome.DeliverySucceeded)
    # Only a cancellation may undo a delivery that had succeeded.
    assert len(ends) == 1 or (cancel and len(succeeded) == len(compensated) == 1)
    ids = [event.envelope.event_id for events in world.log.values() for event in events]
    assert len(ids) == len(set(ids))
    for service, events in world.own.items():
        versions = [event.envelope.stream_version for event in events]
        assert versions == list(range(1, len(events) + 1)), service
    if compensated:
        states = world.states()
        undone = compensated[0].undone  # type: ignore[attr-defined]
        for step, agent in zip(STEPS, AGENTS, strict=True):
            expected = "undone" if step in undone else states[agent].status  # type: ignore[attr-defined]
            assert states[agent].status == expected  # type: ignore[attr-defined]
        assert not world.work
