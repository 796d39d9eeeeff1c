"""What every version of every decider has recorded is what it still decides, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from schemas.events.compensation import CompensationRequested
from schemas.events.outcome import DeliveryStarted
from streams.agents.registry import DECIDERS, VERSIONS, AnyDecider, consumed_by
from streams.audit.verify import verify
from streams.core.decider import Message, WorkDone, WorkFailed, WorkTimedOut
from streams.core.saga import SagaDecider
from streams.core.saga_versions import SagaDecider1
from tests.golden.histories import changed_decisions, histories, read
from tests.golden.record import recorded, unguarded
from tests.golden.scenarios import SCENARIOS

_NAMES = sorted(histories())


@dataclass(frozen=True)
class Deaf:
    """A decider that has forgotten a kind of message; its version has not been raised."""

    inner: AnyDecider
    kind: type

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def decide(self, state: object, message: Message) -> Sequence[object]:
        """As the inner one decides, or nothing."""
        if self.kind in (type(message), type(getattr(message, "payload", None))):
            return []
        return self.inner.decide(state, message)


def _problems(deciders: dict[str, AnyDecider]) -> list[str]:
    return [problem for path in histories().values() for problem in changed_decisions(read(path), deciders)]


@pytest.mark.parametrize("name", _NAMES)
def test_given_a_golden_history_when_it_is_decided_again_then_each_decision_is_the_same_byte_for_byte(
    name: str,
) -> None:
    history = read(histories()[name])

    assert changed_decisions(history) == []


@pytest.mark.parametrize("name", _NAMES)
def test_given_a_golden_history_when_it_is_verified_then_all_of_it_is(name: str) -> None:
    log = read(histories()[name]).recorded()

    result = verify(log)

    assert (result.mismatches, result.pending, result.verified) == ((), (), len(log))


def test_given_the_registry_when_compared_with_the_golden_histories_then_each_version_is_guarded() -> None:
    known = {(name, each.version) for name, versions in VERSIONS.items() for each in versions}

    guarded = {pair for path in histories().values() for pair in read(path).versions.items()}

    assert guarded == known
    assert unguarded() == set()


def test_given_the_scenarios_when_recorded_now_then_a_history_is_the_same_each_time() -> None:
    first, second = (recorded(SCENARIOS["retry"]) for _ in range(2))

    assert first == second


_FORGETTING = [
    (name, kind)
    for name, decider in DECIDERS.items()
    for kind in (
        *sorted(consumed_by(decider), key=lambda each: each.__name__),
        *((WorkDone, WorkFailed, WorkTimedOut) if decider.work_starts_with else ()),
    )
]


@pytest.mark.parametrize(("name", "kind"), _FORGETTING)
def test_given_a_decider_that_forgets_a_message_when_its_version_stays_then_golden_histories_fail(
    name: str, kind: type
) -> None:
    forgetful = cast(AnyDecider, Deaf(DECIDERS[name], kind))

    problems = _problems({**DECIDERS, name: forgetful})

    assert problems
    assert all(problem.startswith(f"{name}/{DECIDERS[name].version} upon") for problem in problems)


class _Forgetful(SagaDecider):
    """A saga that tells another attempt."""

    def decide(self, state: Any, message: Message) -> Sequence[object]:
        decided = super().decide(state, message)
        return [replace(each, attempt=9) if isinstance(each, DeliveryStarted) else each for each in decided]


_STEPS = ("backend-developer", "frontend-developer", "testing-engineer", "deployment")
_BACKEND = DECIDERS["backend-developer"]
_CHANGED: dict[str, AnyDecider] = {
    "the saga's old decisions under its new version": SagaDecider1(version="2"),
    "another value in an event": _Forgetful(),
    **{
        f"another reason of {name}": replace(
            cast(Any, DECIDERS[name]),
            failed=lambda attempt, _reason, _evidence, name=name: _failed(name, attempt),
        )
        for name in _STEPS
    },
    **{
        f"{name} undone as if it had been done": replace(
            cast(Any, DECIDERS[name]),
            discarded=lambda attempt, _done, name=name: cast(Any, DECIDERS[name]).discarded_type(
                attempt=attempt, was_done=True
            ),
        )
        for name in _STEPS
    },
}


def _failed(name: str, attempt: int) -> object:
    return cast(Any, DECIDERS[name]).failed(attempt, "something", None)


@pytest.mark.parametrize("change", sorted(_CHANGED))
def test_given_a_change_of_a_decision_when_the_version_stays_then_golden_histories_fail(change: str) -> None:
    changed = _CHANGED[change]

    assert _problems({**DECIDERS, changed.name: changed})


def test_given_a_change_of_an_earlier_version_when_decided_again_then_golden_histories_fail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(VERSIONS, "delivery-saga", (SagaDecider(version="1"), SagaDecider()))

    problems = _problems(DECIDERS)

    assert problems
    assert all(problem.startswith("delivery-saga/1 upon") for problem in problems)


def test_given_an_earlier_version_taken_out_when_decided_again_then_it_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(VERSIONS, "delivery-saga", (SagaDecider(),))

    assert set(_problems(DECIDERS)) == {"delivery-saga: version 1 is not in the registry any more"}


def test_given_a_result_that_came_too_late_when_a_decider_takes_it_then_golden_histories_fail() -> None:
    eager = cast(AnyDecider, _Eager(_BACKEND))

    assert any("upon WorkDone: recorded []" in each for each in _problems({**DECIDERS, eager.name: eager}))


@dataclass(frozen=True)
class _Eager:
    """A step that takes results of work that was undone meanwhile."""

    inner: AnyDecider

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def decide(self, state: object, message: Message) -> Sequence[object]:
        """As the inner one decides; upon what it ignores, that it was told to undo."""
        decided = self.inner.decide(state, message)
        return decided or [CompensationRequested(attempt=1, step="backend")]
