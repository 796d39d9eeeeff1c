"""Calls of language models in an agent's stream: recorded before the result, and no part of the state."""

from __future__ import annotations

import pytest

from schemas.events.feature import SpecificationWritten
from schemas.events.outcome import ModelCalled
from schemas.events.requirement import AnalysisStarted
from streams.agents.registry import DECIDERS
from streams.core.decider import RESULT_LOST, WorkDone, WorkFailed, fold, result_of_group
from tests.unit.streams.audit.recorded_histories import model_calls, work_done

ANALYZER = DECIDERS["business-analyzer"]
CALLS = model_calls("2", 1)
STARTED = fold(ANALYZER, [AnalysisStarted(attempt=1, requirement="Books", format="auto")])


@pytest.mark.parametrize(
    "result",
    [
        WorkDone(attempt=1, payload=work_done("business-analyzer", 1), calls=CALLS),
        WorkFailed(attempt=1, reason="No space", calls=CALLS),
    ],
)
def test_given_calls_when_the_result_is_decided_then_they_stand_before_it_and_tell_the_same_result(
    result: WorkDone | WorkFailed,
) -> None:
    payloads = ANALYZER.decide(STARTED, result)

    assert len(CALLS) == 2
    assert tuple(payloads[:2]) == CALLS
    assert not isinstance(payloads[2], ModelCalled)
    assert result_of_group(ANALYZER, payloads) == result


def test_given_calls_alone_when_read_back_then_the_work_has_failed_as_its_result_is_lost() -> None:
    assert result_of_group(ANALYZER, CALLS) == WorkFailed(attempt=1, reason=RESULT_LOST, calls=CALLS)


def test_given_calls_when_folded_then_the_state_is_the_same() -> None:
    assert fold(ANALYZER, CALLS, STARTED) == STARTED


@pytest.mark.parametrize("name", [name for name in DECIDERS if DECIDERS[name].work_starts_with])
def test_given_any_agent_when_its_work_has_called_a_model_then_the_calls_are_recorded(name: str) -> None:
    decider = DECIDERS[name]
    started = decider.work_starts_with
    assert started is not None
    common = {"requirement": "Books", "format": "auto"} if started is AnalysisStarted else {}
    state = fold(decider, [started(attempt=1, **common)])

    payloads = decider.decide(state, WorkDone(attempt=1, payload=work_done(name, 1), calls=CALLS))

    assert tuple(payloads[:2]) == CALLS
    assert type(payloads[2]) is type(work_done(name, 1))
    assert fold(decider, CALLS, state) == state


def test_given_a_result_without_calls_when_read_back_then_it_is_as_before() -> None:
    written = work_done("business-analyzer", 1)

    assert isinstance(written, SpecificationWritten)
    assert result_of_group(ANALYZER, [written]) == WorkDone(attempt=1, payload=written)
