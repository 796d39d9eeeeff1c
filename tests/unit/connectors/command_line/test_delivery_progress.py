"""The progress that the terminal shows, whatever order the topics are read in."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.command_line.delivery_progress import DeliveryProgress, evolve
from schemas.envelope import Event
from schemas.events import outcome
from tests.unit.streams.audit.recorded_histories import Schedule

seeds = st.integers(min_value=0, max_value=2**32)
_OUTCOMES = {
    outcome.DeliverySucceeded: "built",
    outcome.DeliveryPaused: "clarification",
    outcome.DeliveryFailed: "failed",
    outcome.DeliveryCompensated: "compensated",
}


def events_of(seed: int, success: float = 0.8) -> list[Event]:
    """Events of one delivery that nobody interferes with, topic by topic."""
    log = Schedule(Random(seed), success=success, user_requests=0).run()
    return [record.event for record in log]


def interleaved(events: list[Event], random: Random) -> list[Event]:
    """The same events with the topics read side by side: in order in each topic, any order across."""
    topics: dict[str, list[Event]] = {}
    for event in events:
        topics.setdefault(event.envelope.stream_id + type(event.payload).__module__, []).append(event)
    order = []
    while topics:
        name = random.choice(sorted(topics))
        order.append(topics[name].pop(0))
        if not topics[name]:
            del topics[name]
    return order


def progress_of(events: list[Event]) -> DeliveryProgress:
    progress = DeliveryProgress()
    for event in events:
        progress = evolve(progress, event)
    return progress


@given(seeds, seeds)
@settings(max_examples=60, deadline=None)
def test_given_any_delivery_when_its_topics_are_read_in_any_order_then_the_outcome_is_the_sagas(
    seed: int, order: int
) -> None:
    events = events_of(seed)

    progress = progress_of(interleaved(events, Random(order)))

    told = [_OUTCOMES[type(e.payload)] for e in events if type(e.payload) in _OUTCOMES]
    assert [progress.outcome] == told
    assert progress.is_complete


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_given_a_delivery_that_is_built_when_folded_then_every_step_is_done_with_its_time(seed: int) -> None:
    progress = progress_of(events_of(seed, success=1.0))

    if progress.outcome == "built":
        assert {step.status for step in progress.steps} == {"done"}
        assert all(step.began and step.ended and step.began <= step.ended for step in progress.steps)


def test_given_a_success_whose_report_is_not_read_yet_when_asked_then_it_is_not_complete() -> None:
    seed = next(s for s in range(100) if progress_of(events_of(s, success=1.0)).outcome == "built")
    events = events_of(seed, success=1.0)
    without_report = [e for e in events if type(e.payload).__name__ != "TestsPassed"]

    assert not progress_of(without_report).is_complete
    assert progress_of(events).is_complete


@pytest.mark.parametrize("order", range(5))
def test_given_a_failed_step_when_compensated_then_what_was_done_is_shown_undone(order: int) -> None:
    for seed in range(200):
        events = events_of(seed, success=0.5)
        progress = progress_of(interleaved(events, Random(order)))
        if progress.outcome == "compensated":
            assert progress.reason
            assert progress.steps[0].status == "undone"
            return
    raise AssertionError("no schedule was compensated")
