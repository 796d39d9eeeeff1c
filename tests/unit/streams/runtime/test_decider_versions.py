"""A delivery goes on with the version of a decider that it began with, whatever is installed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from schemas.errors import HistoryError
from schemas.events import requirement
from schemas.specification import Answer
from schemas.topics import FEATURE_EVENTS, REQUIREMENT_EVENTS
from streams.agents.backend_developer.decider import DECIDER as BACKEND
from streams.agents.registry import DECIDERS, VERSIONS, AnyDecider
from streams.audit.history import RecordedEvent
from streams.audit.owed import owed_reactions
from streams.audit.replay import as_of_now
from streams.audit.verify import verify
from streams.core.decider import WorkDone, WorkFailed, WorkResult
from streams.runtime.restore_plan import new_plans, plan
from streams.runtime.work_queue import WorkItem
from tests.unit.streams.audit.recorded_histories import REQUIREMENT, work_done
from tests.unit.streams.core.simulation import question
from tests.unit.streams.runtime.simulation.system import SystemInMemory

_OLD, _NEW = UUID(int=1, version=4), UUID(int=2, version=4)
_SAGA = "delivery-saga"
_ANSWERED = requirement.ClarificationAnswered(answers=(Answer(question_id="Q01", text="Books"),))


def _asks_once(service: str, item: WorkItem) -> WorkResult:
    if service == "business-analyzer" and item.attempt == 1:
        return WorkDone(attempt=1, payload=question(1))
    return WorkDone(attempt=item.attempt, payload=work_done(service, item.attempt))


def _fails(_service: str, item: WorkItem) -> WorkResult:
    return WorkFailed(attempt=item.attempt, reason="it broke")


def _submit(system: SystemInMemory, delivery: UUID) -> None:
    system.publish(delivery, requirement.RequirementSubmitted(requirement=REQUIREMENT))


def _answer_unheard_by_the_saga(system: SystemInMemory, delivery: UUID) -> None:
    """The second attempt is over before the saga reads of the answer that it began with."""
    system.publish(delivery, _ANSWERED)
    system.settle(_asks_once, (_SAGA, REQUIREMENT_EVENTS))
    system.settle(_asks_once)


def _own(log: list[RecordedEvent], service: str, delivery: UUID) -> list[RecordedEvent]:
    own = [
        record
        for record in log
        if record.service == service and record.event.envelope.delivery_id == str(delivery)
    ]
    return sorted(own, key=lambda record: record.event.envelope.stream_version)


def _told(log: list[RecordedEvent], service: str, delivery: UUID) -> list[tuple[str, str]]:
    return [
        (record.event.envelope.event_type, record.event.envelope.actor)
        for record in _own(log, service, delivery)
    ]


def _of(delivery: UUID, log: list[RecordedEvent]) -> list[RecordedEvent]:
    return [record for record in log if record.event.envelope.delivery_id == str(delivery)]


@pytest.fixture
def system() -> Iterator[SystemInMemory]:
    """All services, the saga in its first version."""
    found = SystemInMemory({**DECIDERS, _SAGA: VERSIONS[_SAGA][0]})
    with found.running():
        yield found


@pytest.fixture
def upgraded(system: SystemInMemory) -> SystemInMemory:
    """One delivery begun with the saga's first version, one with its second, both ended since."""
    _submit(system, _OLD)
    system.settle(_asks_once)
    system.services[_SAGA].install(DECIDERS[_SAGA])
    _submit(system, _NEW)
    system.settle(_asks_once)
    for delivery in (_OLD, _NEW):
        _answer_unheard_by_the_saga(system, delivery)
    return system


def test_given_a_delivery_under_way_when_a_new_saga_is_installed_then_it_keeps_the_old_behaviour(
    upgraded: SystemInMemory,
) -> None:
    log = upgraded.recorded()

    old, new = "delivery-saga/1", "delivery-saga/2"
    assert _told(log, _SAGA, _OLD) == [
        ("DeliveryStarted", old),
        ("DeliveryPaused", old),
        ("DeliverySucceeded", old),
    ]
    assert _told(log, _SAGA, _NEW) == [
        ("DeliveryStarted", new),
        ("DeliveryPaused", new),
        ("DeliveryStarted", new),
        ("DeliverySucceeded", new),
    ]


def test_given_both_versions_in_a_log_when_it_is_verified_and_replayed_then_each_is_right(
    upgraded: SystemInMemory,
) -> None:
    log = upgraded.recorded()
    later = upgraded.now + timedelta(days=1)

    result = verify(log)

    assert (result.mismatches, result.pending, result.verified) == ((), (), len(log))
    for delivery in (_OLD, _NEW):
        assert as_of_now(_of(delivery, log)).states[_SAGA] == DECIDERS[_SAGA].evolve(
            DECIDERS[_SAGA].initial, _own(log, _SAGA, delivery)[-1].event.payload
        )
        assert owed_reactions(_of(delivery, log), frozenset(), later) == []


@pytest.mark.parametrize(("delivery", "actor"), [(_OLD, "delivery-saga/1"), (_NEW, "delivery-saga/2")])
def test_given_a_lost_end_when_the_database_is_restored_then_the_stream_s_own_version_decides_it_again(
    upgraded: SystemInMemory, delivery: UUID, actor: str
) -> None:
    log = _of(delivery, upgraded.recorded())
    lost = [record for record in _own(log, _SAGA, delivery) if record.event.envelope.stream_version > 2]
    plans = new_plans()

    plan([record for record in log if record not in lost], frozenset(), upgraded.now, plans)

    decided = plans[_SAGA].unpublished
    assert decided[-1].payload == lost[-1].event.payload
    assert {event.envelope.actor for event in decided} == {actor}


def test_given_work_begun_before_a_new_version_when_it_ends_then_the_old_version_records_it(
    system: SystemInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = replace(
        BACKEND, version="2", failed=lambda attempt, _reason, _: BACKEND.failed(attempt, "2", None)
    )
    monkeypatch.setitem(VERSIONS, BACKEND.name, (BACKEND, told))
    backend = system.services[BACKEND.name]
    _submit(system, _OLD)
    system.settle(_except_backend, (BACKEND.name, FEATURE_EVENTS))
    for place in backend.places():
        backend.consume(0, place, 100)
    assert backend.store.work
    backend.install(told)
    _submit(system, _NEW)

    system.settle(_backend_fails)

    reasons = {
        delivery: [
            (getattr(record.event.payload, "reason"), record.event.envelope.actor)  # noqa: B009
            for record in _own(system.recorded(), BACKEND.name, delivery)
            if record.event.envelope.event_type == "BackendFailed"
        ]
        for delivery in (_OLD, _NEW)
    }
    assert reasons == {
        _OLD: [("it broke", "backend-developer/1")],
        _NEW: [("2", "backend-developer/2")],
    }


def _except_backend(service: str, item: WorkItem) -> WorkResult:
    assert service != BACKEND.name
    return WorkDone(attempt=item.attempt, payload=work_done(service, item.attempt))


def _backend_fails(service: str, item: WorkItem) -> WorkResult:
    return _fails(service, item) if service == BACKEND.name else _except_backend(service, item)


def test_given_a_delivery_of_a_version_that_is_not_installed_when_it_goes_on_then_it_waits(
    upgraded: SystemInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    first: AnyDecider = VERSIONS[_SAGA][0]
    monkeypatch.setitem(VERSIONS, _SAGA, (first,))
    saga = upgraded.services[_SAGA]
    saga.install(first)
    saved, tracked = list(saga.store.events), dict(saga.store.tracked)
    upgraded.publish(_NEW, requirement.CancellationRequested(reason="Not needed"))

    with pytest.raises(HistoryError, match=r"delivery-saga/2.*Install a release"):
        upgraded.settle(_asks_once)

    assert (saga.store.events, saga.store.tracked) == (saved, tracked)


def test_given_a_log_of_a_version_that_is_not_known_when_verified_then_it_is_named(
    upgraded: SystemInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    first: AnyDecider = VERSIONS[_SAGA][0]
    monkeypatch.setitem(VERSIONS, _SAGA, (first,))

    result = verify(upgraded.recorded(), {**DECIDERS, _SAGA: first})

    (found,) = result.mismatches
    assert (found.kind, found.delivery_id) == ("foreign", str(_NEW))
    assert "delivery-saga/2" in found.why
    assert "the versions 1 are known" in found.why
