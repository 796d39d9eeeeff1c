"""How far a delivery has come, folded from its events. Pure."""

from __future__ import annotations

from collections.abc import Callable
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
        began: when its agent took it, None before.
        ended: when its result was recorded, None before.
        note: a few words about the result.
    """

    step: Step
    status: StepStatus = "waiting"
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


def _with_step(progress: DeliveryProgress, event: Event) -> DeliveryProgress:
    payload, at = event.payload, event.envelope.occurred_at
    kind = type(payload)
    if kind in _STARTED:
        return _change(progress, _STARTED[kind], lambda s: replace(s, status="working", began=at, ended=None))
    if kind in _DONE:
        return _change(progress, _DONE[kind], lambda s: _ended(s, "done", at, _note(payload)))
    if kind in _FAILED:
        return _change(progress, _FAILED[kind], lambda s: _ended(s, "failed", at, "failed"))
    if kind in _UNDONE:
        return _change(progress, _UNDONE[kind], lambda s: replace(s, status="undone"))
    if isinstance(payload, outcome.StepTimedOut):
        return _change(progress, payload.step, lambda s: _ended(s, "failed", at, "took too long"))
    if isinstance(payload, requirement.ClarificationRequested):
        return _change(progress, "analysis", lambda s: _ended(s, "asked", at, "needs answers"))
    return progress


def _ended(step: StepProgress, status: StepStatus, at: datetime, note: str) -> StepProgress:
    """Undone comes last, whichever topic is read first."""
    status = "undone" if step.status == "undone" else status
    return replace(step, status=status, ended=at, note=note)


def _change(
    progress: DeliveryProgress, step: Step, change: Callable[[StepProgress], StepProgress]
) -> DeliveryProgress:
    return replace(progress, steps=tuple(change(s) if s.step == step else s for s in progress.steps))


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
    return ""
