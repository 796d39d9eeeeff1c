"""Decisions of the Business Analyzer: the first step, which also asks and hears answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from schemas.envelope import Event
from schemas.events.compensation import CompensationRequested, FeatureDeleted, SpecificationDiscarded
from schemas.events.feature import FeatureCreated, SpecificationWritten
from schemas.events.outcome import ModelCalled, StepTimedOut
from schemas.events.requirement import (
    AnalysisFailed,
    AnalysisStarted,
    ClarificationAnswered,
    ClarificationRequested,
    RequirementFormat,
    RequirementSubmitted,
    RetryRequested,
)
from schemas.specification import Answer
from streams.core.decider import Message, WorkDone, WorkFailed, WorkResult, WorkTimedOut, calls_of

AnalysisStatus = Literal["idle", "working", "waiting", "done", "failed", "undone"]


@dataclass(frozen=True, slots=True)
class AnalysisState:
    """What the analyzer knows of one delivery.

    Attributes:
        attempt: latest attempt it started, 0 before the first.
        undone: latest attempt it was told to undo.
        features: ids of the features created in this attempt, in order.
    """

    attempt: int = 0
    status: AnalysisStatus = "idle"
    undone: int = 0
    requirement: str = ""
    format: RequirementFormat = "auto"
    answers: tuple[Answer, ...] = ()
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnalysisDecider:
    """Decisions of the `business-analyzer` service."""

    name: str = "business-analyzer"
    version: str = "1"
    initial: AnalysisState = AnalysisState()

    @property
    def consumes(self) -> frozenset[type]:
        """Requests of users, and the saga's request to undo."""
        return frozenset((RequirementSubmitted, ClarificationAnswered, RetryRequested, CompensationRequested))

    @property
    def work_starts_with(self) -> type | None:
        """Recording that the analysis has started puts its work into the queue."""
        return AnalysisStarted

    @property
    def undo_starts_with(self) -> type | None:
        """Nothing outside the log has to be undone."""
        return None

    def evolve(self, state: AnalysisState, payload: object) -> AnalysisState:
        """The state after one of the analyzer's own events."""
        match payload:
            case AnalysisStarted():
                return replace(
                    state,
                    attempt=payload.attempt,
                    status="working",
                    requirement=payload.requirement,
                    format=payload.format,
                    answers=payload.answers,
                    features=(),
                )
            case ClarificationRequested():
                return replace(state, status="waiting")
            case SpecificationWritten():
                return replace(state, status="done")
            case ModelCalled():
                return state
            case FeatureCreated():
                return replace(state, features=(*state.features, payload.feature.id))
            case AnalysisFailed() | StepTimedOut():
                return replace(state, status="failed")
            case FeatureDeleted():
                return replace(state, features=tuple(f for f in state.features if f != payload.feature_id))
            case SpecificationDiscarded():
                status: AnalysisStatus = "undone" if state.attempt <= payload.attempt else state.status
                return replace(state, status=status, undone=max(state.undone, payload.attempt))
        raise TypeError(f"{self.name} does not record {type(payload).__name__}")

    def decide(self, state: AnalysisState, message: Message) -> Sequence[object]:
        """Start on what users ask, record the result of the work, undo on the saga's request."""
        if isinstance(message, WorkDone | WorkFailed | WorkTimedOut):
            return _on_result(state, message)
        return _on_event(state, message)

    def result_of(self, payload: object) -> WorkResult | None:
        """The work result that a recorded payload tells."""
        match payload:
            case SpecificationWritten() | ClarificationRequested():
                return WorkDone(attempt=payload.attempt, payload=payload)
            case AnalysisFailed():
                return WorkFailed(attempt=payload.attempt, reason=payload.reason)
            case StepTimedOut():
                return WorkTimedOut(attempt=payload.attempt, limit_seconds=payload.limit_seconds)
        return None


def _on_event(state: AnalysisState, event: Event) -> Sequence[object]:
    match event.payload:
        case RequirementSubmitted() as submitted:
            if state.attempt > 0 or state.undone > 0:
                return []
            return [AnalysisStarted(attempt=1, requirement=submitted.requirement, format=submitted.format)]
        case ClarificationAnswered() as answered:
            return _again(state, answered.answers) if state.status == "waiting" else []
        case RetryRequested():
            return _again(state, ()) if state.status in ("failed", "undone") and state.attempt else []
        case CompensationRequested(step="analysis") as request:
            return _undo(state, request.attempt)
    return []


def _again(state: AnalysisState, answers: tuple[Answer, ...]) -> Sequence[object]:
    """A later answer to a question takes the place of an earlier one."""
    given = {answer.question_id: answer for answer in (*state.answers, *answers)}
    return [
        AnalysisStarted(
            attempt=max(state.attempt, state.undone) + 1,
            requirement=state.requirement,
            format=state.format,
            answers=tuple(given.values()),
        )
    ]


def _undo(state: AnalysisState, attempt: int) -> Sequence[object]:
    if attempt <= state.undone:
        return []
    was_done = state.attempt == attempt and state.status == "done"
    deleted = reversed(state.features) if was_done else ()
    return [
        *(FeatureDeleted(attempt=attempt, feature_id=feature) for feature in deleted),
        SpecificationDiscarded(attempt=attempt, was_done=was_done),
    ]


def _on_result(state: AnalysisState, result: WorkResult) -> Sequence[object]:
    if state.status != "working" or result.attempt != state.attempt:
        return []
    calls = calls_of(result)
    if isinstance(result, WorkFailed):
        return [*calls, AnalysisFailed(attempt=result.attempt, reason=result.reason)]
    if isinstance(result, WorkTimedOut):
        return [StepTimedOut(attempt=result.attempt, step="analysis", limit_seconds=result.limit_seconds)]
    if isinstance(result.payload, SpecificationWritten):
        return [*calls, result.payload, *_features(result.payload)]
    return [*calls, result.payload]


def _features(written: SpecificationWritten) -> list[object]:
    stories = written.specification.stories
    return [
        FeatureCreated(
            attempt=written.attempt,
            feature=feature,
            story_ids=tuple(story.id for story in stories if story.feature == feature.id),
        )
        for feature in written.specification.features
    ]
