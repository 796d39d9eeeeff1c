"""Sends requirements through the real pipeline, several at a time, and tells how each ended."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.command_line.delivery_progress import DeliveryProgress, evolve
from connectors.evaluation.requirement_set import EvaluatedRequirement
from connectors.evaluation.scores import RequirementScore
from connectors.kafka.follow import Follower
from connectors.kafka.publisher import Publisher
from connectors.kafka.user_events import user_event
from connectors.schema_registry import codec_for
from connectors.settings import Settings
from schemas.events.requirement import RequirementSubmitted
from schemas.topics import EVENT_TOPICS

_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Ended:
    """How the delivery of one requirement ended.

    Attributes:
        outcome: 'built', 'clarification', 'failed', 'compensated', or 'timed out'.
        wheel: the built wheel, None where there is none.
        seconds: from publishing to the end, waiting for others included.
    """

    requirement: EvaluatedRequirement
    delivery_id: str
    outcome: str
    seconds: float
    reason: str = ""
    questions: tuple[str, ...] = ()
    package: str = ""
    wheel: Path | None = None
    tests_passed: int = 0
    tests_failed: int = 0
    line_coverage: float | None = None

    @property
    def source(self) -> Path | None:
        """Folder of the service's source, beside the wheel."""
        return self.wheel.parent / "source" if self.wheel else None


@dataclass
class _Flight:
    requirement: EvaluatedRequirement
    began: float
    progress: DeliveryProgress


def deliver_all(
    requirements: Sequence[EvaluatedRequirement], config: Settings, *, parallel: int, limit_seconds: float
) -> Iterator[Ended]:
    """Publishes the requirements and yields each as soon as it has ended, in the order of their ends.

    Args:
        config: names broker, schema registry and home of a running system.
        parallel: deliveries under way at the same time.
        limit_seconds: time that one delivery may take from when it is published.

    Raises:
        SetupError: the broker cannot be reached.
    """
    waiting = deque(requirements)
    flying: dict[str, _Flight] = {}
    codec = codec_for(config)
    publisher = Publisher(config.kafka_brokers, codec)
    with Follower(config.kafka_brokers, EVENT_TOPICS) as follower:
        while waiting or flying:
            while waiting and len(flying) < parallel:
                requirement = waiting.popleft()
                event = user_event(RequirementSubmitted(requirement=requirement.text), user="evaluate")
                flight = _Flight(requirement, time.monotonic(), DeliveryProgress())
                flying[event.envelope.delivery_id] = flight
                publisher.publish(event)
            for record in follower.records(_POLL_SECONDS):
                known = flying.get((record.key or b"").decode(errors="replace"))
                if known:
                    known.progress = evolve(known.progress, codec.decode(record.value or b""))
            now = time.monotonic()
            for delivery_id, flight in list(flying.items()):
                if flight.progress.is_complete or now - flight.began > limit_seconds:
                    del flying[delivery_id]
                    yield _ended(delivery_id, flight, config.home / "artefacts", now)


def _ended(delivery_id: str, flight: _Flight, artefacts: Path, now: float) -> Ended:
    progress = flight.progress
    build = progress.build if progress.outcome == "built" else None
    report = progress.report
    complete = progress.is_complete
    return Ended(
        requirement=flight.requirement,
        delivery_id=delivery_id,
        outcome=(progress.outcome or "failed") if complete else "timed out",
        seconds=round(now - flight.began, 2),
        reason=progress.reason if complete else "the delivery did not end in its time",
        questions=tuple(question.text for question in progress.questions),
        package=build.package if build else "",
        wheel=artefacts / build.folder / build.wheel if build else None,
        tests_passed=report.passed if report else 0,
        tests_failed=report.failed if report else 0,
        line_coverage=report.line_coverage if report and build else None,
    )


def delivered_before(
    requirement: EvaluatedRequirement, score: RequirementScore, artefacts: Path
) -> Ended | None:
    """The end of an earlier delivery, as its score tells it; None where the build is not kept any more.

    Args:
        score: of the same requirement in an earlier run.
        artefacts: root of the builds.
    """
    wheel, package = None, ""
    if score.outcome == "built":
        told = sorted((artefacts / score.delivery_id).glob("*/delivery.json"))
        if not told:
            return None
        facts = json.loads(told[-1].read_text(encoding="utf-8"))
        wheel, package = told[-1].parent / facts["wheel"], str(facts["package"])
    return Ended(
        requirement=requirement,
        delivery_id=score.delivery_id,
        outcome=score.outcome,
        seconds=score.delivery_seconds,
        reason=score.reason,
        questions=score.questions,
        package=package,
        wheel=wheel,
        tests_passed=score.tests_passed,
        tests_failed=score.tests_failed,
        line_coverage=score.line_coverage,
    )
