from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.agents.registry import DECIDERS
from streams.audit.history import RecordedEvent
from streams.audit.owed import OwedReaction, owed_reactions
from streams.audit.verify import verify
from tests.unit.streams.audit.recorded_histories import Schedule, Service, successful_history, types

quick = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class SkippingSchedule(Schedule):
    """A schedule in which services pass some of their events without a reaction, and are driven again."""

    def __init__(self, random: Random, *, skips: float, **options: float) -> None:
        super().__init__(random, **options)  # type: ignore[arg-type]
        self._chance = Random(random.random())
        self._skips = skips
        self.skipped = 0

    def _consume(self, service: Service, topic: str) -> None:
        if self._chance.random() < self._skips:
            service.read[topic] = service.read.get(topic, 0) + 1
            self.skipped += 1
        else:
            super()._consume(service, topic)

    def owed(self) -> list[OwedReaction]:
        log = [record for topic in self.topics.values() for record in topic]
        return owed_reactions(log, frozenset(), self.now + timedelta(seconds=1))

    def drive(self, owed: OwedReaction) -> None:
        """As the inbox does: the service reacts in the state that it is in now."""
        record = next(r for topic in self.topics.values() for r in topic if r.position == owed.position)
        service = next(each for each in self.services if each.name == owed.service)
        self._react(service, record.event, record.event.envelope)


@given(st.integers(0, 2**32), st.integers(0, 2), st.sampled_from([0.05, 0.2, 0.5]))
@quick
def test_given_events_skipped_anywhere_when_reconciled_until_nothing_is_owed_then_the_log_is_whole(
    seed: int, requests: int, skips: float
) -> None:
    schedule = SkippingSchedule(Random(seed), success=0.85, user_requests=requests, skips=skips)
    log = schedule.run()

    rounds = 0
    while owed := schedule.owed():
        rounds += 1
        assert rounds < 200, "it owes the same again and again"
        for each in owed:
            schedule.drive(each)
        log = schedule.go_on()

    result = verify(log)
    assert (result.mismatches, result.pending) == ((), ())
    assert max(Counter(record.id for record in log).values()) == 1


def without(log: list[RecordedEvent], service: str) -> list[RecordedEvent]:
    return [record for record in log if record.service != service]


def test_given_a_whole_log_when_asked_then_nothing_is_owed() -> None:
    log = successful_history()
    later = log[-1].event.envelope.occurred_at + timedelta(days=1)

    assert owed_reactions(log, frozenset(), later) == []


def test_given_a_log_without_the_saga_when_asked_then_it_owes_its_reactions_causes_first() -> None:
    log = without(successful_history(), "delivery-saga")
    later = max(record.event.envelope.occurred_at for record in log) + timedelta(seconds=1)

    owed = owed_reactions(log, frozenset(), later)

    assert [(each.service, each.event_type) for each in owed] == [
        ("delivery-saga", "RequirementSubmitted"),
        ("delivery-saga", "BuildCompleted"),
    ]


def test_given_a_grace_time_when_asked_then_only_events_from_before_it_are_owed() -> None:
    log = without(successful_history(), "delivery-saga")
    submitted = next(record for record in log if record.is_by_user)

    owed = owed_reactions(log, frozenset(), submitted.event.envelope.occurred_at + timedelta(microseconds=1))

    assert [each.position for each in owed] == [submitted.position]


def test_given_a_record_that_is_a_dead_letter_when_asked_then_nothing_is_owed_for_it() -> None:
    log = without(successful_history(), "delivery-saga")
    set_aside = frozenset(record.position for record in log if record.is_by_user)
    later = max(record.event.envelope.occurred_at for record in log) + timedelta(seconds=1)

    owed = owed_reactions(log, set_aside, later)

    assert "RequirementSubmitted" not in {each.event_type for each in owed}


def test_given_events_that_wait_for_a_services_relay_when_asked_then_nothing_is_owed_for_them() -> None:
    log = successful_history()
    started = next(record for record in log if record.service == "deployment")
    upto = [r for r in log if r.event.envelope.occurred_at <= started.event.envelope.occurred_at]
    later = log[-1].event.envelope.occurred_at + timedelta(days=1)

    assert "BuildStarted" in types(upto)
    assert {each.service for each in owed_reactions(upto, frozenset(), later)} <= set(DECIDERS)
    assert all(each.event_type != "BuildStarted" for each in owed_reactions(upto, frozenset(), later))
