"""How far a delivery has come, folded from its events. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from schemas.artefacts import Build, TestReport
from schemas.envelope import Event
from schemas.events import build, compensation, feature, outcome, requirement, test
from schemas.events.compensation import Step
from schemas.specification import Question, Specification

Outcome = Literal["built", "clarification", "failed", "compensated"]
StepStatus = Literal["waiting", "working", "done", "asked", "failed", "undone"]

_STARTED: dict[type, Step] = {
    requirement.AnalysisStarted: "analysis",
    feature.BackendStarted: "backend",
    feature.FrontendStarted: "frontend",
    test.TestsStarted: "tests",
    build.BuildStarted: "build",
}
_DONE: dict[type, Step] = {
    feature.SpecificationWritten: "analysis",
    feature.BackendImplemented: "backend",
    feature.FrontendImplemented: "frontend",
    test.TestsPassed: "tests",
    build.BuildCompleted: "build",
}
_FAILED: dict[type, Step] = {
    requirement.AnalysisFailed: "analysis",
    feature.BackendFailed: "backend",
    feature.FrontendFailed: "frontend",
    test.TestsFailed: "tests",
    build.BuildFailed: "build",
}
_UNDONE: dict[type, Step] = {
    compensation.SpecificationDiscarded: "analysis",
    compensation.BackendDiscarded: "backend",
    compensation.FrontendDiscarded: "frontend",
    compensation.TestsDiscarded: "tests",
    compensation.BuildDiscarded: "build",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepProgress:
    """Where one step stands.

    Attributes:
        attempt: latest attempt that is known, 0 before the first.
        began: when its agent took it, None before.
        ended: when its result was recorded, None before.
        note: a few words about the result.
    """

    step: Step
    status: StepStatus = "waiting"
    attempt: int = 0
    began: datetime | None = None
    ended: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryProgress:
    """What is known of a delivery.

    Attributes:
        outcome: how it ended, None while it goes on.
        reason: why it failed, '' otherwise.
    """

    steps: tuple[StepProgress, ...] = tuple(StepProgress(step=step) for step in get_args(Step))
    specification: Specification | None = None
    report: TestReport | None = None
    build: Build | None = None
    questions: tuple[Question, ...] = ()
    outcome: Outcome | None = None
    reason: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether it has ended and all that belongs to its end is known: topics are read side by side."""
        if self.outcome == "built":
            return self.report is not None and self.build is not None
        if self.outcome == "clarification":
            return bool(self.questions)
        return self.outcome is not None


def evolve(progress: DeliveryProgress, event: Event) -> DeliveryProgress:
    """The progress after one more event of the delivery."""
    return _with_outcome(_with_results(_with_step(progress, event), event.payload), event.payload)


# Topics are read side by side, so that the end of a step may be seen before its beginning.
_RANK: dict[StepStatus, int] = {"waiting": 0, "working": 1, "done": 2, "asked": 2, "failed": 2, "undone": 3}


def _with_step(progress: DeliveryProgress, event: Event) -> DeliveryProgress:
    payload = event.payload
    found = _news(payload)
    if found is None:
        return progress
    step, status = found
    news = StepProgress(
        step=step,
        status=status,
        attempt=int(getattr(payload, "attempt", 1)),
        began=event.envelope.occurred_at if status == "working" else None,
        ended=event.envelope.occurred_at if status in ("done", "asked", "failed") else None,
        note=_note(payload),
    )
    return replace(progress, steps=tuple(_joined(s, news) if s.step == step else s for s in progress.steps))


def _news(payload: object) -> tuple[Step, StepStatus] | None:
    """The step that an event of an agent tells of, and where the step stands then."""
    kind = type(payload)
    told: tuple[tuple[dict[type, Step], StepStatus], ...] = (
        (_STARTED, "working"),
        (_DONE, "done"),
        (_FAILED, "failed"),
        (_UNDONE, "undone"),
    )
    for steps, status in told:
        if kind in steps:
            return steps[kind], status
    if isinstance(payload, outcome.StepTimedOut):
        return payload.step, "failed"
    return ("analysis", "asked") if isinstance(payload, requirement.ClarificationRequested) else None


def _joined(known: StepProgress, news: StepProgress) -> StepProgress:
    if news.attempt != known.attempt:
        return news if news.attempt > known.attempt else known
    later = news if _RANK[news.status] >= _RANK[known.status] else known
    return replace(
        later,
        began=known.began or news.began,
        ended=known.ended or news.ended,
        note=news.note or known.note,
    )


def _with_results(progress: DeliveryProgress, payload: object) -> DeliveryProgress:
    match payload:
        case feature.SpecificationWritten():
            return replace(progress, specification=payload.specification)
        case requirement.ClarificationRequested():
            return replace(progress, questions=payload.questions)
        case test.TestsPassed() | test.TestsFailed():
            return replace(progress, report=payload.report)
        case build.BuildCompleted():
            return replace(progress, build=payload.build)
    return progress


def _with_outcome(progress: DeliveryProgress, payload: object) -> DeliveryProgress:
    match payload:
        case outcome.DeliverySucceeded():
            return replace(progress, outcome="built", build=payload.build)
        case outcome.DeliveryPaused():
            return replace(progress, outcome="clarification")
        case outcome.DeliveryFailed():
            return replace(progress, outcome="failed", reason=payload.reason)
        case outcome.DeliveryCompensated():
            return replace(progress, outcome="compensated", reason=payload.reason)
    return progress


def _note(payload: object) -> str:
    match payload:
        case feature.SpecificationWritten():
            found = payload.specification
            counts = {"entities": found.entities, "operations": found.operations, "stories": found.stories}
            return ", ".join(f"{len(kept)} {name}" for name, kept in counts.items())
        case feature.BackendImplemented() | feature.FrontendImplemented():
            return f"{len(payload.sources.files)} files"
        case test.TestsPassed():
            return f"{payload.report.passed} passed, {payload.report.line_coverage:.0%} of lines covered"
        case build.BuildCompleted():
            return payload.build.wheel
        case outcome.StepTimedOut():
            return f"took longer than {payload.limit_seconds:g} seconds"
        case requirement.ClarificationRequested():
            return "needs answers"
    return "failed" if type(payload) in _FAILED else ""
