"""Histories for tests: the real deciders run over a random schedule, into an in-memory log."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from connectors.kafka.position import Position
from schemas import topics
from schemas.artefacts import Build, SourceBundle, SourceFile, TestReport
from schemas.catalogue import BY_PAYLOAD, type_of
from schemas.envelope import Envelope, Event
from schemas.events import build, feature, outcome, requirement, test
from schemas.specification import Answer, Entity, Feature, Question, Specification, Story
from streams.agents.registry import DECIDERS
from streams.audit.history import RecordedEvent
from streams.core import identity
from streams.core.decider import Message, WorkDone, WorkFailed, WorkTimedOut

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
REQUIREMENT = "Teams share books and lend them"
_SPECIFICATION = Specification(
    name="Books",
    package="books",
    summary="Lend books",
    entities=(Entity(name="book", plural="books", label="Book", fields=()),),
    features=tuple(
        Feature(id=f"F0{n}", name=f"Part {n}", summary="A part", entities=("book",)) for n in (1, 2)
    ),
    stories=(Story(id="S01", feature="F01", role="reader", goal="borrow a book"),),
)
_SOURCES = SourceBundle(files=(SourceFile(path="books/app.py", content="x = 1\n"),))
_REPORT = TestReport(
    cases=(), stories=(), passed=3, failed=0, line_coverage=1.0, branch_coverage=1.0, seconds=0.5
)
_BUILD = Build(
    package="books",
    version="0.1.0",
    folder="books",
    wheel="books.whl",
    wheel_sha256="0" * 64,
    files=(),
    install_seconds=1.0,
    health_seconds=0.2,
)


@dataclass
class Service:
    name: str
    state: object
    version: int = 0
    outbox: list[Event] = field(default_factory=list)
    work: list[Event] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)


def work_done(service: str, attempt: int) -> object:
    """What a service records when the work of an attempt has succeeded."""
    common = {"attempt": attempt, "engine": "test/1"}
    understood = {"requirement": REQUIREMENT, "specification": _SPECIFICATION}
    if service == "business-analyzer":
        return feature.SpecificationWritten(**common, **understood)  # type: ignore[arg-type]
    if service == "backend-developer":
        return feature.BackendImplemented(**common, **understood, sources=_SOURCES, openapi="{}")  # type: ignore[arg-type]
    if service == "frontend-developer":
        return feature.FrontendImplemented(**common, **understood, sources=_SOURCES)  # type: ignore[arg-type]
    if service == "testing-engineer":
        return test.TestsPassed(**common, **understood, sources=_SOURCES, report=_REPORT)  # type: ignore[arg-type]
    return build.BuildCompleted(**common, build=_BUILD)  # type: ignore[arg-type]


def model_calls(delivery: str, attempt: int) -> tuple[outcome.ModelCalled, ...]:
    """Calls of a language model in the work of an attempt: none, one or two, as the delivery's id has it."""
    return tuple(
        outcome.ModelCalled(
            attempt=attempt,
            number=number,
            purpose="analysis",
            provider="openai",
            model="test",
            prompt_version="analyze.v1",
            prompt_sha256="0" * 64,
            prompt=REQUIREMENT,
            answer="{}",
            outcome="invalid",
            reason="Give a specification, or questions",
            tries=1,
            cost="0.01",
        )
        for number in range(1, 1 + int(delivery[-1], 16) % 3)
    )


class Schedule:
    """One delivery, driven by random choices: whose turn it is, how work ends, what users do."""

    def __init__(
        self, random: Random, *, success: float = 0.85, user_requests: int = 1, is_patient: bool = True
    ) -> None:
        self._random = random
        self._success = success
        self._user_requests = user_requests
        self._is_patient = is_patient
        self._outcomes_seen = 0
        self._is_cancelling = False
        self._delivery = str(uuid.UUID(int=random.getrandbits(128), version=4))
        self.partition = random.randrange(4)
        self.now = NEW_YEAR
        self._correlation = ""
        self.services = [Service(name, decider.initial) for name, decider in DECIDERS.items()]
        self.topics: dict[str, list[RecordedEvent]] = {}

    def run(self, steps: int | None = None) -> list[RecordedEvent]:
        """The log after that many steps, or once nothing is left to do."""
        self._publish_for_user(requirement.RequirementSubmitted(requirement=REQUIREMENT))
        return self.go_on(steps)

    def go_on(self, steps: int | None = None) -> list[RecordedEvent]:
        """The log after that many more steps, or once nothing is left to do."""
        taken = 0
        while steps is None or taken < steps:
            turns = [turn for service in self.services for turn in self._turns(service)]
            request = self._user_request() if self._random.random() < 0.05 else None
            if self._user_requests and request is not None:
                self._user_requests -= 1
                self._publish_for_user(request)
            elif not turns:
                break
            else:
                self._random.choice(turns)()
            taken += 1
            self.now += timedelta(microseconds=self._random.randrange(1, 5_000))
        return [record for topic in self.topics.values() for record in topic]

    def _turns(self, service: Service) -> list[Callable[[], None]]:
        read = sorted({BY_PAYLOAD[payload].topic for payload in DECIDERS[service.name].consumes})
        turns = [
            partial(self._consume, service, topic)
            for topic in read
            if service.read.get(topic, 0) < len(self.topics.get(topic, ()))
        ]
        if service.outbox:
            turns.append(lambda: self._append(service.outbox.pop(0)))
        if service.work:
            turns.append(lambda: self._finish(service))
        return turns

    def _consume(self, service: Service, topic: str) -> None:
        position = service.read.get(topic, 0)
        service.read[topic] = position + 1
        event = self.topics[topic][position].event
        if type(event.payload) in DECIDERS[service.name].consumes:
            self._react(service, event, event.envelope)

    def _finish(self, service: Service) -> None:
        started = service.work.pop(0)
        self._react(service, self._result(service, started), started.envelope)

    def _react(self, service: Service, message: Message, cause: Envelope) -> None:
        decider = DECIDERS[service.name]
        events = identity.record(
            decider.decide(service.state, message),
            service=service.name,
            version=decider.version,
            cause=cause,
            stream_version=service.version,
            occurred_at=self.now,
        )
        for event in events:
            service.state = decider.evolve(service.state, event.payload)
            service.version += 1
            service.outbox.append(event)
            if type(event.payload) is decider.work_starts_with:
                service.work.append(event)

    def _result(self, service: Service, started: Event) -> Message:
        attempt: int = started.payload.attempt  # type: ignore[attr-defined]
        chance = self._random.random()
        if chance > self._success + (1 - self._success) / 2:
            return WorkTimedOut(attempt=attempt, limit_seconds=60.0)
        calls = model_calls(self._delivery, attempt) if service.name == "business-analyzer" else ()
        if chance > self._success:
            reason = "No space is left; free some"
            return WorkFailed(attempt=attempt, reason=reason, evidence=_REPORT, calls=calls)
        return WorkDone(attempt=attempt, payload=self._done(service.name, attempt), calls=calls)

    def _done(self, service: str, attempt: int) -> object:
        if service == "business-analyzer" and attempt == 1 and self._random.random() < 0.2:
            question = Question(id="Q01", text="How long may a book be kept?")
            return requirement.ClarificationRequested(attempt=attempt, questions=(question,))
        return work_done(service, attempt)

    def _user_request(self) -> object | None:
        """What a user asks for: a patient one looks at the last outcome, and asks for one thing once."""
        outcomes = self.topics.get(topics.OUTCOME_EVENTS, [])
        last = type(outcomes[-1].event.payload) if outcomes else None
        requests = {
            outcome.DeliveryPaused: requirement.ClarificationAnswered(
                answers=(Answer(question_id="Q01", text="Two weeks"),)
            ),
            outcome.DeliveryCompensated: requirement.RetryRequested(reason="Freed some space"),
            outcome.DeliveryFailed: requirement.RetryRequested(reason="Freed some space"),
            None: requirement.CancellationRequested(reason="Not needed"),
        }
        if not self._is_patient:
            return self._random.choice(list(requests.values()))
        answered = len(outcomes) == self._outcomes_seen
        if answered or (self._is_cancelling and last is not outcome.DeliveryCompensated):
            return None
        self._outcomes_seen = len(outcomes)
        self._is_cancelling = last is None or last not in requests
        return requests.get(last, requests[None])

    def _publish_for_user(self, payload: object) -> None:
        event_id = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        self._correlation = self._correlation or event_id
        envelope = Envelope(
            event_id=event_id,
            event_type=type_of(payload).name,
            schema_version=type_of(payload).version,
            delivery_id=self._delivery,
            stream_id=f"user:{self._delivery}",
            stream_version=0,
            correlation_id=self._correlation,
            causation_id="",
            occurred_at=self.now,
            actor="user:ada",
        )
        self._append(Event(envelope=envelope, payload=payload))

    def _append(self, event: Event) -> None:
        name = type_of(event.payload).topic
        topic = self.topics.setdefault(name, [])
        position = Position(name, self.partition, len(topic))
        topic.append(RecordedEvent(position, event.envelope.delivery_id, event))


def history(seed: int, **options: float) -> list[RecordedEvent]:
    """The log of one delivery that ran until nothing was left to do."""
    return Schedule(Random(seed), **options).run()  # type: ignore[arg-type]


def successful_history() -> list[RecordedEvent]:
    """A delivery that went straight to its build."""
    for seed in range(1_000):
        log = history(seed, success=1.0, user_requests=0)
        if "ClarificationRequested" not in types(log):
            return log
    raise AssertionError("no seed gives a build")


def types(records: Sequence[RecordedEvent]) -> list[str]:
    """Names of the events' types."""
    return [record.event.envelope.event_type for record in records]
