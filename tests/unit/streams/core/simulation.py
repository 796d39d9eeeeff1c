"""The whole write side in memory: the real deciders over topics that deliver late, twice, and in any
order between partitions, with crashes between any two steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from schemas.artefacts import Build, SourceBundle, TestReport
from schemas.catalogue import type_of
from schemas.envelope import Envelope, Event
from schemas.events.build import BuildCompleted
from schemas.events.feature import BackendImplemented, FrontendImplemented, SpecificationWritten
from schemas.events.requirement import ClarificationRequested, RequirementSubmitted
from schemas.events.test import TestsPassed
from schemas.specification import Entity, Feature, Question, Specification
from streams.agents.registry import DECIDERS, topics_of
from streams.core.decider import WorkDone, WorkFailed, WorkResult, WorkTimedOut, fold
from streams.core.identity import record

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPECIFICATION = Specification(
    name="Notes",
    package="notes",
    summary="Keeps notes.",
    entities=(Entity(name="Note", plural="notes", label="Note"),),
    features=(
        Feature(id="F01", name="Notes", summary="Keep notes."),
        Feature(id="F02", name="Search", summary="Find notes."),
    ),
)
REPORT = TestReport(
    cases=(), stories=(), passed=1, failed=0, line_coverage=1.0, branch_coverage=1.0, seconds=0.1
)
BUILD = Build(
    package="notes",
    version="1.0.0",
    folder="d/1",
    wheel="notes-1.0.0-py3-none-any.whl",
    wheel_sha256="0" * 64,
    files=(),
    install_seconds=1.0,
    health_seconds=1.0,
)


def done_payload(service: str, attempt: int) -> object:
    """What the service's engine gives when its work succeeds."""
    common = {"attempt": attempt, "engine": "simulated/1"}
    built_from = {"requirement": "notes", "specification": SPECIFICATION}
    match service:
        case "business-analyzer":
            return SpecificationWritten(**common, **built_from)
        case "backend-developer":
            return BackendImplemented(**common, **built_from, sources=SourceBundle(), openapi="{}")
        case "frontend-developer":
            return FrontendImplemented(**common, **built_from, sources=SourceBundle())
        case "testing-engineer":
            return TestsPassed(**common, **built_from, sources=SourceBundle(), report=REPORT)
        case "deployment":
            return BuildCompleted(**common, build=BUILD)
    raise KeyError(service)


def question(attempt: int) -> ClarificationRequested:
    """What the analyzer gives when the requirement is vague."""
    asked = Question(id="Q01", text="What should be kept?", about="")
    return ClarificationRequested(attempt=attempt, questions=(asked,))


@dataclass
class Work:
    """Work that has started and not ended."""

    service: str
    started: Event
    attempt: int


@dataclass
class World:
    """One delivery in all services, with a log for each topic (one partition each)."""

    random: Random
    delivery: str = ""
    log: dict[str, list[Event]] = field(default_factory=dict)
    own: dict[str, list[Event]] = field(default_factory=lambda: {name: [] for name in DECIDERS})
    unpublished: dict[str, list[Event]] = field(default_factory=lambda: {name: [] for name in DECIDERS})
    offsets: dict[tuple[str, str], int] = field(default_factory=dict)
    work: list[Work] = field(default_factory=list)
    users: int = 0

    def __post_init__(self) -> None:
        self.delivery = str(UUID(int=self.random.getrandbits(128)))

    def user(self, payload: object) -> None:
        """A user publishes."""
        self.users += 1
        event_id = str(UUID(int=self.random.getrandbits(128)))
        envelope = Envelope(
            event_id=event_id,
            event_type=type_of(payload).name,
            schema_version=type_of(payload).version,
            delivery_id=self.delivery,
            stream_id=f"user:{self.delivery}",
            stream_version=0,
            correlation_id=event_id,
            causation_id="",
            occurred_at=NOW,
            actor="user:test",
        )
        self._append(Event(envelope=envelope, payload=payload))

    def submit(self) -> None:
        """A user asks for a service."""
        self.user(RequirementSubmitted(requirement="notes"))

    def deliver(self, service: str, topic: str, *, redeliver: bool = False) -> bool:
        """The next record of a topic reaches a service; a redelivered one is known by its offset."""
        offset = self.offsets.get((service, topic), 0)
        if redeliver and offset:
            offset -= 1
        elif offset >= len(self.log.get(topic, [])):
            return False
        tracked = self.offsets.get((service, topic), 0)
        if offset >= tracked:
            event = self.log[topic][offset]
            self._decide(service, event, event.envelope)
            self.offsets[(service, topic)] = offset + 1
        return True

    def publish(self, service: str) -> bool:
        """The relay publishes the next recorded event."""
        if not self.unpublished[service]:
            return False
        self._append(self.unpublished[service].pop(0))
        return True

    def finish(self, work: Work, result: WorkResult) -> None:
        """The work ends, with whatever result."""
        self.work.remove(work)
        self._decide(work.service, result, work.started.envelope)

    def settle(self) -> None:
        """Everything goes on, all work succeeding, until nothing is left to do."""
        moved = True
        while moved:
            published = [self.publish(name) for name in DECIDERS]
            moved = any(published)
            for service, decider in DECIDERS.items():
                for topic in topics_of(decider):
                    moved = self.deliver(service, topic) or moved
            for work in list(self.work):
                self.finish(
                    work, WorkDone(attempt=work.attempt, payload=done_payload(work.service, work.attempt))
                )
                moved = True

    def states(self) -> dict[str, object]:
        """The state of each service's decider."""
        return {
            name: fold(decider, [event.payload for event in self.own[name]])
            for name, decider in DECIDERS.items()
        }

    def payloads(self, kind: type) -> list[object]:
        """All published payloads of a class."""
        return [
            event.payload for events in self.log.values() for event in events if type(event.payload) is kind
        ]

    def step_at_random(self, *, failure_share: float, but_not: tuple[str, str] = ("", "")) -> None:
        """One thing happens somewhere; the service of `but_not` reads nothing of that topic."""
        service = self.random.choice(list(DECIDERS))
        match self.random.randrange(4):
            case 0:
                self.publish(service)
            case 1 if self.work:
                work = self.random.choice(self.work)
                self.finish(work, self._result_at_random(work, failure_share))
            case _:
                topic = self.random.choice(topics_of(DECIDERS[service]))
                if (service, topic) != but_not:
                    self.deliver(service, topic, redeliver=self.random.random() < 0.2)

    def _result_at_random(self, work: Work, failure_share: float) -> WorkResult:
        if self.random.random() >= failure_share:
            return WorkDone(attempt=work.attempt, payload=done_payload(work.service, work.attempt))
        if self.random.random() < 0.3:
            return WorkTimedOut(attempt=work.attempt, limit_seconds=1.0)
        return WorkFailed(attempt=work.attempt, reason="it broke")

    def _decide(self, service: str, message: Event | WorkResult, cause: Envelope) -> None:
        decider = DECIDERS[service]
        state = fold(decider, [event.payload for event in self.own[service]])
        events = record(
            decider.decide(state, message),
            service=service,
            version=decider.version,
            cause=cause,
            stream_version=len(self.own[service]),
            occurred_at=NOW,
        )
        self.own[service] += events
        self.unpublished[service] += events
        for event in events:
            if type(event.payload) is decider.work_starts_with:
                attempt = event.payload.attempt  # type: ignore[attr-defined]
                self.work.append(Work(service, event, attempt))

    def _append(self, event: Event) -> None:
        self.log.setdefault(type_of(event.payload).topic, []).append(event)
