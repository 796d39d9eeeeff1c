"""Given any order of steps, doubles, delays and crashes, each event has its effect once, as replay shows."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from functools import partial
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from connectors.kafka.headers import headers_of
from schemas.events import requirement
from schemas.events.outcome import DeliveryStarted
from schemas.specification import Answer
from schemas.topics import EVENT_TOPICS
from streams.agents.registry import DECIDERS, VERSIONS
from streams.audit.verify import verify
from streams.core.decider import WorkDone, WorkFailed, WorkResult, WorkTimedOut
from streams.runtime.fault_points import INBOX_POINTS, RELAY_POINTS
from streams.runtime.store import PartitionKey
from streams.runtime.work_queue import WorkItem
from tests.unit.streams.audit.recorded_histories import REQUIREMENT, work_done
from tests.unit.streams.core.simulation import question
from tests.unit.streams.runtime.simulation.system import CODEC, CrashError, ServiceInMemory, SystemInMemory

_services = st.sampled_from(sorted(DECIDERS))
_places = st.integers(0, 100)
_processes = st.integers(0, 1)
_results = st.sampled_from(("done", "done", "done", "failed", "late", "asks"))
_ENDED = ("succeeded", "failed", "compensated")
_ONCE = {"DeliveryStarted", "DeliverySucceeded", "DeliveryFailed", "DeliveryPaused", "CompensationStarted",
         "DeliveryCompensated"}  # fmt: skip


def _crash() -> None:
    raise CrashError


class Deliveries(RuleBasedStateMachine):
    """Two deliveries in all services."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._system = SystemInMemory()
        self._stack.enter_context(self._system.running())
        self._deliveries = [UUID(int=number, version=4) for number in (1, 2)]
        self._overtaken: list[tuple[str, WorkItem]] = []

    @initialize(is_upgraded=st.booleans())
    def submit(self, is_upgraded: bool) -> None:
        for name, service in self._system.services.items():
            service.install(VERSIONS[name][0 if is_upgraded else -1])
        for delivery in self._deliveries:
            self._system.publish(delivery, requirement.RequirementSubmitted(requirement=REQUIREMENT))

    @rule(service=_services, process=_processes, place=_places, limit=st.integers(1, 4))
    def consume(self, service: str, process: int, place: int, limit: int) -> None:
        found = self._system.services[service]
        found.consume(process, _chosen(found, place), limit)

    @rule(service=_services, place=_places, point=st.sampled_from(INBOX_POINTS))
    def crash_while_consuming(self, service: str, place: int, point: str) -> None:
        found = self._system.services[service]
        self._system.at = {point: _crash}
        found.consume(0, _chosen(found, place), 3)
        self._system.at = {}

    @rule(service=_services, place=_places, point=st.sampled_from(INBOX_POINTS[:2]))
    def consume_while_another_does(self, service: str, place: int, point: str) -> None:
        found = self._system.services[service]
        chosen = _chosen(found, place)
        self._system.at = {point: partial(found.consume, 1, chosen, 2)}
        found.consume(0, chosen, 3)
        self._system.at = {}

    @rule(service=_services, process=_processes)
    def rebalance(self, service: str, process: int) -> None:
        self._system.services[service].end_process(process)

    @rule(service=_services)
    def install_the_current_version(self, service: str) -> None:
        self._system.services[service].install(DECIDERS[service])

    @rule(service=_services)
    def relay(self, service: str) -> None:
        self._system.services[service].relay()

    @rule(service=_services, point=st.sampled_from(RELAY_POINTS))
    def crash_while_relaying(self, service: str, point: str) -> None:
        self._system.at = {point: _crash}
        self._system.services[service].relay()
        self._system.at = {}

    @rule(service=_services, point=st.sampled_from(RELAY_POINTS[:3]))
    def overtake_a_relay_in_its_transaction(self, service: str, point: str) -> None:
        found = self._system.services[service]

        def overtake() -> None:
            found.overtake_relay()
            found.relay()

        self._system.at = {point: overtake}
        found.relay()
        self._system.at = {}

    @rule(service=_services, which=_places)
    def relay_of_a_zombie(self, service: str, which: int) -> None:
        found = self._system.services[service]
        found.relay(which % len(found.relays))

    @rule(service=_services, which=_places, result=_results)
    def work(self, service: str, which: int, result: str) -> None:
        found = self._system.services[service]
        items = list(found.store.work.values())
        if items:
            item = items[which % len(items)]
            self._overtaken.append((service, item))
            found.work(item, _result(service, item, result))

    @precondition(lambda self: self._overtaken)
    @rule(which=_places, result=_results)
    def work_that_was_overtaken(self, which: int, result: str) -> None:
        service, item = self._overtaken[which % len(self._overtaken)]
        self._system.services[service].work(item, _result(service, item, result))

    @rule(service=_services, topic=st.sampled_from(EVENT_TOPICS), rounds=st.integers(1, 8))
    def all_go_on_but_one_topic_is_slow(self, service: str, topic: str, rounds: int) -> None:
        for _ in range(rounds):
            self._system.go_on(_done, (service, topic))

    @rule(which=_processes, kind=st.sampled_from(("cancel", "retry", "answer")))
    def a_person_asks(self, which: int, kind: str) -> None:
        answers = (Answer(question_id="Q01", text="Books with a title"),)
        payload = {
            "cancel": requirement.CancellationRequested(reason="changed our mind"),
            "retry": requirement.RetryRequested(reason="try again"),
            "answer": requirement.ClarificationAnswered(answers=answers),
        }[kind]
        self._system.publish(self._deliveries[which], payload)

    @rule(which=_places)
    def a_client_publishes_again(self, which: int) -> None:
        of_people = [record for record in self._system.recorded() if record.is_by_user]
        chosen = of_people[which % len(of_people)]
        headers = tuple(headers_of(chosen.event.envelope))
        value = CODEC.encode(chosen.event)
        self._system.log.append(chosen.position.topic, chosen.key.encode(), value, headers)

    def teardown(self) -> None:
        with self._stack:
            _settle(self._system)
            _check(self._system, self._deliveries)


def _chosen(service: ServiceInMemory, number: int) -> PartitionKey:
    """A partition that has records, where there is one."""
    places = [place for place in service.places() if place in service.log.log] or service.places()
    return places[number % len(places)]


def _result(service: str, item: WorkItem, kind: str) -> WorkResult:
    if kind == "failed":
        return WorkFailed(attempt=item.attempt, reason="it broke")
    if kind == "late":
        return WorkTimedOut(attempt=item.attempt, limit_seconds=1.0)
    if kind == "asks" and service == "business-analyzer" and item.attempt == 1:
        return WorkDone(attempt=1, payload=question(1))
    return WorkDone(attempt=item.attempt, payload=work_done(service, item.attempt))


def _settle(system: SystemInMemory) -> None:
    """Everything goes on, all work succeeding, until nothing is left to do."""
    for service in system.services.values():
        service.end_process(0)
    system.settle(_done)


def _done(service: str, item: WorkItem) -> WorkResult:
    return _result(service, item, "done")


def _check(system: SystemInMemory, deliveries: list[UUID]) -> None:
    records = system.recorded()
    found = verify(records)
    assert found.mismatches == ()
    assert found.pending == ()
    assert max(Counter(record.id for record in records if not record.is_by_user).values()) == 1
    for name, service in system.services.items():
        own = [record for record in records if record.service == name and not record.is_by_user]
        assert len(own) == len(service.store.events), f"{name}: saved and published differ"
        assert not service.store.work, f"{name} has work left"
        for topic, number in service.places():
            behind = service.log.read((topic, number), service.store.tracked.get((topic, number), 0), 1)
            assert not behind, f"{name} has not read {topic}-{number}"
    assert _saga_problems(system, deliveries) == []


def _saga_problems(system: SystemInMemory, deliveries: list[UUID]) -> list[str]:
    """Attempts that did not begin before they ended, or ended more than once, and deliveries still open."""
    saga, problems = system.services["delivery-saga"].store, list[str]()
    for delivery in deliveries:
        attempt, ends, state = 0, Counter[tuple[str, int]](), DECIDERS["delivery-saga"].initial
        own = [CODEC.decode(stored.state) for stored in saga.streams([delivery])[delivery]]
        # The first version leaves out a beginning that its end has overtaken.
        is_first_version = own[0].envelope.actor == "delivery-saga/1"
        for payload in (event.payload for event in own):
            state = DECIDERS["delivery-saga"].evolve(state, payload)
            told = int(getattr(payload, "attempt"))  # noqa: B009
            attempt = told if isinstance(payload, DeliveryStarted) else attempt
            ends[type(payload).__name__, told] += 1
            if told != attempt and not is_first_version:
                problems.append(f"{delivery}: {payload} is not of attempt {attempt}, which began last")
        repeated = [key for key, number in ends.items() if number > 1 and key[0] in _ONCE]
        problems += [f"{delivery}: {name} of attempt {told} is recorded again" for name, told in repeated]
        if state.status not in (*_ENDED, "paused"):
            problems.append(f"{delivery}: it is still {state.status}")
    return problems


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(
    max_examples=1_000,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
