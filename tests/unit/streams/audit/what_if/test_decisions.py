"""Another decider over recorded history: what would change is told, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.events import outcome, requirement
from streams.agents.registry import DECIDERS, VERSIONS, AnyDecider
from streams.audit.what_if.decisions import replay_decisions, total
from streams.core.decider import Message
from streams.core.saga import SagaDecider, SagaState
from tests.golden.histories import GoldenHistory, histories, read
from tests.unit.streams.audit.recorded_histories import Schedule

_SAGA = "delivery-saga"
_quick = settings(max_examples=300, deadline=None)
# Where the saga's first version leaves out the beginning of an attempt.
_OVERTAKEN = {
    "analysis-timeout",
    "end-overtakes-answer",
    "end-overtakes-retry",
    "end-overtakes-submission",
    "failure-overtakes-submission",
}


def _golden(name: str) -> GoldenHistory:
    return read(histories()[name])


class _Saga(SagaDecider):
    """A candidate; its version does not matter."""


class Deaf(_Saga):
    """Hears of no cancellation."""

    @property
    def consumes(self) -> frozenset[type]:
        return super().consumes - {requirement.CancellationRequested}


class Eager(_Saga):
    """Begins anew upon every request to try again."""

    def decide(self, state: SagaState, message: Message) -> Sequence[object]:
        payload = getattr(message, "payload", None)
        if isinstance(payload, requirement.RetryRequested):
            return [outcome.DeliveryStarted(attempt=state.attempt + 1)]
        return super().decide(state, message)


class EagerAfterSuccess(_Saga):
    """Begins anew upon a request to try again what has succeeded."""

    def decide(self, state: SagaState, message: Message) -> Sequence[object]:
        is_retry = isinstance(getattr(message, "payload", None), requirement.RetryRequested)
        if is_retry and state.status == "succeeded":
            return [outcome.DeliveryStarted(attempt=state.attempt + 1)]
        return super().decide(state, message)


class Raising(_Saga):
    """Has an error of programming."""

    def decide(self, state: SagaState, message: Message) -> Sequence[object]:
        if isinstance(getattr(message, "payload", None), requirement.RetryRequested):
            raise ZeroDivisionError("an error of programming")
        return super().decide(state, message)


class Strange(_Saga):
    """Does not know what the recorded version records."""

    def evolve(self, state: SagaState, payload: object) -> SagaState:
        if isinstance(payload, outcome.DeliveryPaused):
            raise TypeError("what is DeliveryPaused?")
        return super().evolve(state, payload)


@given(st.integers(0, 2**32), st.sampled_from(sorted(DECIDERS)), st.integers(0, 80), st.booleans())
@example(seed=601, service=_SAGA, steps=59, is_whole=False)
@_quick
def test_given_any_history_when_its_own_decider_is_tried_then_nothing_would_change(
    seed: int, service: str, steps: int, is_whole: bool
) -> None:
    log = Schedule(Random(seed), user_requests=3, is_patient=False).run(None if is_whole else steps)

    found = replay_decisions(log, DECIDERS[service])

    assert (found.changes, found.unknown) == ((), 0)


@pytest.mark.parametrize("name", sorted(histories()))
def test_given_histories_of_two_versions_when_each_saga_is_tried_then_only_where_they_differ_is_told(
    name: str,
) -> None:
    generation, scenario = name.split("/")
    log = _golden(name).recorded()

    changes = {each.version: replay_decisions(log, each).changes for each in VERSIONS[_SAGA]}

    is_told = {version: bool(found) for version, found in changes.items()}
    assert is_told == {version: version != generation and scenario in _OVERTAKEN for version in ("1", "2")}


def test_given_an_end_that_overtook_when_the_new_saga_is_tried_then_the_missing_start_is_shown() -> None:
    log = _golden("1/end-overtakes-submission").recorded()

    found = replay_decisions(log, DECIDERS[_SAGA])

    (change,) = found.changes
    assert (change.kind, change.version, change.upon) == ("changed", "1", "BuildCompleted")
    assert change.recorded == ("DeliverySucceeded",)
    assert change.candidate == ("DeliveryStarted", "DeliverySucceeded")
    assert change.position == next(
        each.position for each in log if each.event.envelope.event_type == "BuildCompleted"
    )
    # What led to events, and the submission, which did not.
    assert (found.deliveries, found.decisions) == (1, 2)


def test_given_another_value_in_an_event_when_tried_then_the_value_is_named() -> None:
    deployment = cast(Any, DECIDERS["deployment"])
    worded = replace(
        deployment, version="2", failed=lambda attempt, _reason, _: deployment.failed(attempt, "Full", None)
    )

    found = replay_decisions(_golden("2/build-failed").recorded(), worded)

    (change,) = found.changes
    assert (change.kind, change.upon) == ("changed", "WorkFailed")
    assert change.why == ("BuildFailed: reason is 'No space is left; free some', the candidate gives 'Full'")


def test_given_a_candidate_that_ignores_a_request_when_tried_then_the_decision_is_removed() -> None:
    found = replay_decisions(_golden("2/cancel-during-build").recorded(), Deaf())

    (change,) = found.changes
    assert (change.kind, change.upon) == ("removed", "CancellationRequested")
    assert (change.recorded, change.candidate) == (("CompensationStarted", "CompensationRequested"), ())


def test_given_a_candidate_that_reacts_to_what_was_ignored_when_tried_then_the_decision_is_added() -> None:
    found = replay_decisions(_golden("2/asked-too-early").recorded(), Eager())

    assert {(each.kind, each.upon) for each in found.changes} == {("added", "RetryRequested")}
    assert all(each.candidate == ("DeliveryStarted",) for each in found.changes)


def test_given_it_depends_on_when_a_request_was_read_when_tried_then_it_is_told_as_possible() -> None:
    found = replay_decisions(_golden("2/asked-too-early").recorded(), EagerAfterSuccess())

    assert "perhaps_added" in {each.kind for each in found.changes}


def test_given_a_candidate_that_raises_when_tried_then_the_rest_is_still_asked_for() -> None:
    log = _golden("2/retry").recorded()

    found, right = (replay_decisions(log, each) for each in (Raising(), DECIDERS[_SAGA]))

    (change,) = found.changes
    assert (change.kind, change.why) == ("broken", "ZeroDivisionError: an error of programming")
    assert (found.decisions, found.unknown) == (right.decisions, 0)


def test_given_a_candidate_that_cannot_follow_when_tried_then_what_comes_after_is_unknown() -> None:
    found = replay_decisions(_golden("2/clarification").recorded(), Strange())

    (change,) = found.changes
    assert change.kind == "broken"
    assert "what is DeliveryPaused?" in change.why
    # The pause, the start of the second attempt, and its end.
    assert found.unknown == 3


def test_given_a_candidate_with_a_new_state_when_tried_then_it_is_folded_by_the_candidate_alone() -> None:
    found = replay_decisions(_golden("2/retry").recorded(), cast(AnyDecider, Counting()))

    assert {each.kind for each in found.changes} == {"removed"}
    assert "DeliveryStarted" not in {each.recorded[0] for each in found.changes[:1]}
    assert found.unknown == 0


@dataclass(frozen=True)
class Counting:
    """A saga whose state is the number of its events; it begins, and does nothing else."""

    name: str = _SAGA
    version: str = "4"
    initial: int = 0
    work_starts_with: None = None
    undo_starts_with: None = None

    @property
    def consumes(self) -> frozenset[type]:
        return DECIDERS[_SAGA].consumes

    def evolve(self, state: int, payload: object) -> int:  # noqa: ARG002
        return state + 1

    def decide(self, state: int, message: Message) -> Sequence[object]:  # noqa: ARG002
        return [outcome.DeliveryStarted(attempt=1)] if state == 0 else []

    def result_of(self, payload: object) -> None:  # noqa: ARG002
        return None


def test_given_several_deliveries_when_added_up_then_all_are_counted() -> None:
    logs = [_golden(f"1/{name}").recorded() for name in sorted(_OVERTAKEN)]

    found = total(replay_decisions(log, DECIDERS[_SAGA]) for log in logs)

    assert found.deliveries == len(_OVERTAKEN)
    assert len(found.changes) >= len(_OVERTAKEN)
