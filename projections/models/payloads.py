"""What the projections read of each payload."""

from __future__ import annotations

from typing import TypedDict

PlainStep = str


class Nothing(TypedDict):
    """Only the envelope is read."""


class Submission(TypedDict):
    """RequirementSubmitted."""

    requirement: str
    format: str
    submitted_by: str


class ByUser(TypedDict):
    """CancellationRequested, RetryRequested, and what operators do: dead letters and erasing."""

    reason: str
    requested_by: str


class Note(TypedDict):
    """AgentNoted."""

    subject: str
    text: str


class BreakerChange(TypedDict):
    """CircuitBreakerChanged."""

    breaker: str
    process: str
    after: str


class ModelCall(TypedDict):
    """ModelCalled."""

    attempt: int
    provider: str
    model: str
    outcome: str
    is_cached: bool
    input_tokens: int
    output_tokens: int


class AnsweredByUser(TypedDict):
    """ClarificationAnswered."""

    answered_by: str


class Attempted(TypedDict):
    """Any payload of an attempt."""

    attempt: int


class Analysis(Attempted):
    """AnalysisStarted."""

    answers: list[dict[str, str]]


class Clarification(Attempted):
    """ClarificationRequested."""

    questions: list[dict[str, object]]


class Failure(Attempted):
    """AnalysisFailed, BackendFailed, FrontendFailed and BuildFailed."""

    reason: str


class PlainFeature(TypedDict):
    """`schemas.specification.Feature`."""

    id: str
    name: str
    summary: str
    entities: list[str]


class PlainStory(TypedDict):
    """`schemas.specification.Story`."""

    id: str
    feature: str
    role: str
    goal: str
    benefit: str
    operations: list[str]
    criteria: list[dict[str, str]]


class PlainSpecification(TypedDict):
    """The part of `schemas.specification.Specification` that has columns of its own."""

    name: str
    package: str
    summary: str
    features: list[PlainFeature]
    stories: list[PlainStory]


class Specified(Attempted):
    """SpecificationWritten."""

    engine: str
    specification: PlainSpecification


class CreatedFeature(Attempted):
    """FeatureCreated."""

    feature: PlainFeature
    story_ids: list[str]


class DeletedFeature(Attempted):
    """FeatureDeleted."""

    feature_id: str


class PlainFile(TypedDict):
    """`schemas.artefacts.SourceFile`."""

    path: str
    content: str


class PlainBundle(TypedDict):
    """`schemas.artefacts.SourceBundle`."""

    files: list[PlainFile]


class Implementation(Attempted):
    """BackendImplemented and FrontendImplemented."""

    engine: str
    sources: PlainBundle


class PlainCase(TypedDict):
    """`schemas.artefacts.TestCase`."""

    name: str
    story_id: str
    criterion_id: str
    outcome: str
    seconds: float
    message: str


class PlainStoryResult(TypedDict):
    """`schemas.artefacts.StoryResult`."""

    story_id: str
    passed: int
    failed: int


class PlainReport(TypedDict):
    """`schemas.artefacts.TestReport`."""

    cases: list[PlainCase]
    stories: list[PlainStoryResult]
    passed: int
    failed: int
    line_coverage: float
    branch_coverage: float
    seconds: float
    error: str


class PassedTests(Attempted):
    """TestsPassed."""

    engine: str
    sources: PlainBundle
    report: PlainReport


class FailedTests(Attempted):
    """TestsFailed."""

    reason: str
    report: PlainReport | None


class PlainBuild(TypedDict):
    """`schemas.artefacts.Build`."""

    package: str
    version: str
    folder: str
    wheel: str
    wheel_sha256: str
    files: list[dict[str, str | int]]
    install_seconds: float
    health_seconds: float


class Completion(Attempted):
    """BuildCompleted."""

    engine: str
    build: PlainBuild


class Success(Attempted):
    """DeliverySucceeded."""

    build: PlainBuild


class Undoing(Attempted):
    """CompensationStarted."""

    cause: str
    failed_step: str
    reason: str
    plan: list[PlainStep]


class StepRequest(Attempted):
    """CompensationRequested."""

    step: PlainStep


class Discard(Attempted):
    """BuildDiscarded, TestsDiscarded, FrontendDiscarded, BackendDiscarded, SpecificationDiscarded."""

    was_done: bool


class Pause(Attempted):
    """DeliveryPaused."""

    question_ids: list[str]


class Ending(Attempted):
    """DeliveryFailed."""

    failed_step: str
    reason: str


class Compensated(Attempted):
    """DeliveryCompensated."""

    cause: str
    failed_step: str
    reason: str
    undone: list[PlainStep]


class TimeOut(Attempted):
    """StepTimedOut."""

    step: PlainStep
    limit_seconds: float
