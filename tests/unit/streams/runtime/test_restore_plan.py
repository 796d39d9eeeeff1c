from __future__ import annotations

import dataclasses
from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schemas.errors import HistoryError
from schemas.events import feature
from streams.agents.registry import DECIDERS
from streams.audit.history import causal_order
from streams.audit.verify import verify
from streams.core.decider import fold
from streams.runtime.restore_plan import ServicePlan, new_plans, plan
from tests.unit.streams.audit.recorded_histories import NEW_YEAR, Schedule, Service, successful_history

quick = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class LosingSchedule(Schedule):
    """A schedule in which all databases are lost and restored from the topics."""

    def lose_databases(self) -> None:
        log = [record for topic in self.topics.values() for record in topic]
        plans = new_plans()
        plan(log, frozenset(), self.now, plans)
        for service in self.services:
            self._restore(service, plans[service.name])

    def _restore(self, service: Service, found: ServicePlan) -> None:
        events = [*(record.event for record in found.published), *found.unpublished]
        started = {event.envelope.event_id: event for event in events}
        service.state = fold(DECIDERS[service.name], [event.payload for event in events])
        service.version = len(events)
        service.outbox = list(found.unpublished)
        service.work = [started[work.started_id] for work in found.work if not work.undo]
        service.read = {topic: len(records) for topic, records in self.topics.items()}


@given(
    st.integers(0, 2**32),
    st.lists(st.integers(0, 60), min_size=1, max_size=3),
    st.integers(0, 3),
    st.booleans(),
)
@example(seed=536870912, steps=[17, 14], requests=2, is_patient=False)
@quick
def test_given_databases_lost_at_any_moment_when_restored_then_each_event_is_there_once_and_right(
    seed: int, steps: list[int], requests: int, is_patient: bool
) -> None:
    schedule = LosingSchedule(Random(seed), success=0.75, user_requests=requests, is_patient=is_patient)
    schedule.run(steps[0])
    for more in (*steps[1:], None):
        schedule.lose_databases()
        log = schedule.go_on(more)

    result = verify(log)

    states = {service.name: service.state for service in schedule.services}
    assert {getattr(state, "status", "") for state in states.values()} & {
        "new",
        "running",
        "working",
    } == set()
    assert result.mismatches == ()
    assert result.pending == ()
    assert max(Counter(record.id for record in log).values()) == 1


def test_given_a_finished_delivery_when_restored_then_nothing_is_left_to_do() -> None:
    log = successful_history()
    plans = new_plans()

    plan(log, frozenset(), NEW_YEAR, plans)

    assert sum(len(found.published) for found in plans.values()) == len([r for r in log if not r.is_by_user])
    assert all(not found.unpublished and not found.work for found in plans.values())


def test_given_work_whose_result_is_not_recorded_when_restored_then_it_waits_in_the_queue() -> None:
    log = causal_order(successful_history())
    end = next(i for i, r in enumerate(log) if isinstance(r.event.payload, feature.BackendStarted))
    started, known = log[end], log[: end + 1]
    plans = new_plans()

    plan(known, frozenset(), NEW_YEAR, plans)

    (work,) = plans["backend-developer"].work
    assert (work.started_id, work.trigger_id) == (started.id, started.event.envelope.causation_id)
    assert (work.attempt, work.undo) == (1, False)


def test_given_a_reaction_published_in_part_when_restored_then_the_rest_is_decided_again() -> None:
    log = successful_history()
    written = next(r for r in log if isinstance(r.event.payload, feature.SpecificationWritten))
    together = [r for r in log if r.event.envelope.causation_id == written.event.envelope.causation_id]
    assert len(together) > 1
    known = [r for r in log if r.event.envelope.occurred_at <= written.event.envelope.occurred_at]
    known = [r for r in known if r not in together or r is written]
    plans = new_plans()

    plan(known, frozenset(), NEW_YEAR, plans)

    assert plans["business-analyzer"].unpublished == [r.event for r in together if r is not written]


def test_given_an_altered_event_when_restored_then_it_is_refused_by_name() -> None:
    log = successful_history()
    index = next(i for i, r in enumerate(log) if isinstance(r.event.payload, feature.BackendStarted))
    event = dataclasses.replace(log[index].event, payload=feature.BackendStarted(attempt=7))
    log[index] = dataclasses.replace(log[index], event=event)

    with pytest.raises(HistoryError, match=r"BackendStarted .* is altered: .*attempt is 7"):
        plan(log, frozenset(), NEW_YEAR, new_plans())
