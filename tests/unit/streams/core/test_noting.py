from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from schemas.artefacts import Build
from schemas.envelope import Envelope, Event
from schemas.events.build import BuildCompleted, BuildStarted
from schemas.events.note import AgentNoted, AgentTaskFailed, AgentTaskStarted
from streams.core.decider import WorkDone, WorkFailed, WorkResult, WorkTimedOut, fold
from streams.core.noting import NotingDecider, TaskState

CHECKER = NotingDecider(name="checker", version="1", trigger=BuildCompleted)
NOTE = AgentNoted(attempt=1, subject="licences", text="all are allowed")
_BUILD = Build(
    package="books",
    version="1.0.0",
    folder="books",
    wheel="books.whl",
    wheel_sha256="0" * 64,
    files=(),
    install_seconds=0.1,
    health_seconds=0.1,
)
_ENVELOPE = Envelope(
    event_id="1",
    event_type="BuildCompleted",
    schema_version=1,
    delivery_id="2",
    stream_id="deployment:2",
    stream_version=1,
    correlation_id="3",
    causation_id="4",
    occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
    actor="deployment/1",
)


def _built(attempt: int) -> Event:
    return Event(envelope=_ENVELOPE, payload=BuildCompleted(attempt=attempt, engine="e", build=_BUILD))


def _state(*recorded: object) -> TaskState:
    return fold(CHECKER, recorded)


def test_given_a_new_delivery_when_the_trigger_comes_then_work_starts_once_for_each_attempt() -> None:
    working = _state(AgentTaskStarted(attempt=1))

    assert CHECKER.decide(_state(), _built(1)) == [AgentTaskStarted(attempt=1)]
    assert CHECKER.decide(working, _built(1)) == []
    assert CHECKER.decide(working, _built(2)) == [AgentTaskStarted(attempt=2)]


def test_given_another_event_when_it_comes_then_nothing_is_recorded() -> None:
    other = dataclasses.replace(_built(1), payload=BuildStarted(attempt=1))

    assert CHECKER.decide(_state(), other) == []


@pytest.mark.parametrize(
    ("result", "recorded"),
    [
        (WorkDone(attempt=1, payload=NOTE), NOTE),
        (WorkFailed(attempt=1, reason="no file"), AgentTaskFailed(attempt=1, reason="no file")),
        (
            WorkTimedOut(attempt=1, limit_seconds=2.5),
            AgentTaskFailed(attempt=1, reason="it took longer than 2.5 seconds"),
        ),
        (
            WorkDone(attempt=1, payload=BuildStarted(attempt=1)),
            AgentTaskFailed(attempt=1, reason="its work gave a BuildStarted, not an AgentNoted"),
        ),
    ],
)
def test_given_work_when_it_ends_then_its_result_is_recorded_and_tells_the_same_when_replayed(
    result: WorkResult, recorded: object
) -> None:
    working = _state(AgentTaskStarted(attempt=1))

    assert CHECKER.decide(working, result) == [recorded]
    told = CHECKER.result_of(recorded)
    assert told is not None
    assert CHECKER.decide(working, told) == [recorded]


def test_given_a_later_attempt_when_an_earlier_result_comes_then_it_is_dropped() -> None:
    later = _state(AgentTaskStarted(attempt=1), AgentTaskStarted(attempt=2))

    assert CHECKER.decide(later, WorkDone(attempt=1, payload=NOTE)) == []
    assert CHECKER.decide(_state(AgentTaskStarted(attempt=1), NOTE), WorkDone(attempt=1, payload=NOTE)) == []


def test_given_an_event_that_is_not_its_own_when_folded_then_it_is_refused() -> None:
    with pytest.raises(TypeError, match="checker does not record BuildStarted"):
        _state(BuildStarted(attempt=1))
