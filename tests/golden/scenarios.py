"""Deliveries that golden histories tell of: what people ask, how work ends, which topic is slow."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from schemas.events import requirement
from schemas.specification import Answer
from schemas.topics import COMPENSATION_EVENTS, FEATURE_EVENTS, OUTCOME_EVENTS, REQUIREMENT_EVENTS
from streams.core.decider import WorkDone, WorkFailed, WorkResult, WorkTimedOut
from streams.runtime.work_queue import WorkItem
from tests.unit.streams.audit.recorded_histories import REQUIREMENT, work_done
from tests.unit.streams.core.simulation import question
from tests.unit.streams.runtime.simulation.system import Results, SystemInMemory

_DELIVERY = UUID("5f0c7f3e-7d0e-4b6c-9a51-0b0f7a0d9c11")
_SAGA = "delivery-saga"
_CANCEL = requirement.CancellationRequested(reason="Not needed")
_RETRY = requirement.RetryRequested(reason="Freed some space")
_ANSWER = requirement.ClarificationAnswered(answers=(Answer(question_id="Q01", text="Two weeks"),))
_MOST_ROUNDS = 200
_NOTHING = ("", "")


def _done(service: str, item: WorkItem) -> WorkResult:
    return WorkDone(attempt=item.attempt, payload=work_done(service, item.attempt))


def _failing(service: str, *, late: bool = False, attempts: int = 1) -> Results:
    """The work of one service fails, or takes too long, in its first attempts."""

    def result(name: str, item: WorkItem) -> WorkResult:
        if name != service or item.attempt > attempts:
            return _done(name, item)
        if late:
            return WorkTimedOut(attempt=item.attempt, limit_seconds=600.0)
        return WorkFailed(attempt=item.attempt, reason="No space is left; free some")

    return result


def _asking(service: str, item: WorkItem) -> WorkResult:
    if service == "business-analyzer" and item.attempt == 1:
        return WorkDone(attempt=1, payload=question(1))
    return _done(service, item)


def _busy(service: str) -> Results:
    """The work of one service does not end."""
    return lambda name, item: None if name == service else _done(name, item)


def _settle(system: SystemInMemory, result: Results, slow: tuple[str, str] = _NOTHING) -> None:
    """All go on until nothing is left to do; the saga reads whatever another service has published."""
    for _ in range(_MOST_ROUNDS):
        turns = [system.turn(each, result, slow) for name in system.services for each in (name, _SAGA)]
        if not any(turns):
            return
    raise AssertionError(f"it does not come to rest within {_MOST_ROUNDS} rounds")


def _run(system: SystemInMemory, result: Results = _done, *asked: object) -> None:
    """A requirement, and requests of people, each when there is nothing left to do."""
    for payload in (requirement.RequirementSubmitted(requirement=REQUIREMENT), *asked):
        system.publish(_DELIVERY, payload)
        _settle(system, result)


def _cancelled_while_busy(system: SystemInMemory, service: str) -> None:
    _run(system, _busy(service))
    system.publish(_DELIVERY, _CANCEL)
    _settle(system, _busy(service))
    # What comes too late changes nothing.
    _settle(system, _done)


def _unheard(system: SystemInMemory, result: Results, *asked: object) -> None:
    """The saga reads of each request only when all else has been done."""
    for payload in (requirement.RequirementSubmitted(requirement=REQUIREMENT), *asked):
        system.publish(_DELIVERY, payload)
        _settle(system, result, (_SAGA, REQUIREMENT_EVENTS))
        _settle(system, result)


def _undone_before_begun(system: SystemInMemory) -> None:
    """The request to undo overtakes what the frontend is to begin with."""
    system.publish(_DELIVERY, requirement.RequirementSubmitted(requirement=REQUIREMENT))
    _settle(system, _done, ("frontend-developer", FEATURE_EVENTS))
    system.publish(_DELIVERY, _CANCEL)
    _settle(system, _done, ("frontend-developer", FEATURE_EVENTS))
    _settle(system, _done)


def _asked_too_early(system: SystemInMemory) -> None:
    """People ask for what is not possible yet, and more than once."""
    _run(system, _busy("backend-developer"), _RETRY, _ANSWER)
    _settle(system, _done)
    _run(system, _done, _CANCEL, _CANCEL, _RETRY)


def _slow(service: str, topic: str, result: Results, *asked: object) -> Callable[[SystemInMemory], None]:
    """A service that reads one topic only when all else has been done."""

    def run(system: SystemInMemory) -> None:
        for payload in (requirement.RequirementSubmitted(requirement=REQUIREMENT), *asked):
            system.publish(_DELIVERY, payload)
            _settle(system, result, (service, topic))
            _settle(system, result)

    return run


SCENARIOS: dict[str, Callable[[SystemInMemory], None]] = {
    "success": _run,
    "analysis-failed": lambda system: _run(system, _failing("business-analyzer")),
    "backend-failed": lambda system: _run(system, _failing("backend-developer")),
    "frontend-failed": lambda system: _run(system, _failing("frontend-developer")),
    "tests-failed": lambda system: _run(system, _failing("testing-engineer")),
    "build-failed": lambda system: _run(system, _failing("deployment")),
    "analysis-timeout": lambda system: _run(system, _failing("business-analyzer", late=True)),
    "backend-timeout": lambda system: _run(system, _failing("backend-developer", late=True)),
    "frontend-timeout": lambda system: _run(system, _failing("frontend-developer", late=True)),
    "build-timeout": lambda system: _run(system, _failing("deployment", late=True)),
    "tests-timeout": lambda system: _run(system, _failing("testing-engineer", late=True)),
    "clarification": lambda system: _run(system, _asking, _ANSWER),
    "cancel-while-waiting": lambda system: _run(system, _asking, _CANCEL),
    "cancel-during-backend": lambda system: _cancelled_while_busy(system, "backend-developer"),
    "cancel-during-build": lambda system: _cancelled_while_busy(system, "deployment"),
    "cancel-after-success": lambda system: _run(system, _done, _CANCEL),
    "retry": lambda system: _run(system, _failing("frontend-developer"), _RETRY),
    "retry-after-analysis": lambda system: _run(system, _failing("business-analyzer"), _RETRY),
    "asked-too-early": _asked_too_early,
    "end-overtakes-submission": lambda system: _unheard(system, _done),
    "failure-overtakes-submission": lambda system: _unheard(system, _failing("backend-developer")),
    "end-overtakes-answer": lambda system: _unheard(system, _asking, _ANSWER),
    "end-overtakes-retry": lambda system: _unheard(system, _failing("deployment"), _RETRY),
    "undone-before-begun": _undone_before_begun,
    "slow-outcomes": _slow(_SAGA, OUTCOME_EVENTS, _failing("backend-developer", late=True), _RETRY),
    "slow-undoing": _slow(_SAGA, COMPENSATION_EVENTS, _failing("deployment"), _RETRY),
}
