"""What the query API answers with."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from schemas.specification import Specification

T = TypeVar("T")

Status = Literal[
    "unknown",
    "submitted",
    "analysing",
    "clarification",
    "developing",
    "testing",
    "building",
    "failing",
    "built",
    "compensating",
    "failed",
    "compensated",
    "cancelled",
]
OutcomeName = Literal["clarification", "built", "failed", "compensated"]

OUTCOME_OF_STATUS: dict[str, OutcomeName] = {
    "clarification": "clarification",
    "built": "built",
    "failed": "failed",
    "compensated": "compensated",
    "cancelled": "compensated",
}
"""Outcome of each status at which a delivery rests."""


class Page(BaseModel, Generic[T]):
    """A part of a list."""

    items: list[T]
    next_cursor: str | None = Field(description="Value of 'cursor' for the next page; null at the end")


class Part(BaseModel, Generic[T]):
    """Everything of one kind in one attempt of a delivery."""

    delivery_id: str
    attempt: int | None = Field(description="The attempt it is of; null where there is nothing yet")
    items: list[T]


class TestFigures(BaseModel):
    """Figures of the test run."""

    __test__ = False

    passed: int = Field(description="Tests passed")
    failed: int = Field(description="Tests failed")
    line_coverage: float = Field(description="Share of lines run by the tests, 0 to 1")
    branch_coverage: float = Field(description="Share of branches, 0 to 1")


class Artefact(BaseModel):
    """The wheel that was built."""

    version: str
    folder: str = Field(description="Folder relative to the root of the artefact store")
    wheel: str = Field(description="File name of the wheel in the folder")
    wheel_sha256: str


class Failure(BaseModel):
    """Why an attempt did not end in a build."""

    cause: str = Field(description="failed, timed_out or cancelled")
    step: str = Field(description="Step that failed, '' for a cancellation")
    reason: str


class AskedQuestion(BaseModel):
    """What the analyzer needs to know."""

    id: str
    text: str
    about: str = ""
    reason: str = ""
    suggestions: list[str] = []
    assumption: str = ""


class GivenAnswer(BaseModel):
    """An answer to a question."""

    question_id: str
    text: str


class DeliverySummary(BaseModel):
    """A delivery in a list."""

    delivery_id: str
    status: Status
    outcome: OutcomeName | None = Field(description="How it ended; null while it goes on")
    step: str = Field(description="Step it is at, '' if at none")
    attempt: int = Field(description="Latest attempt, from 1")
    name: str = Field(description="Name of the service, '' as long as it has none")
    package: str
    excerpt: str = Field(description="Beginning of the requirement, at most 200 characters")
    tests: TestFigures | None
    created_at: datetime
    updated_at: datetime
    position: str = Field(description="Latest event, as <topic>-<partition>-<offset>")


class DeliveryDetail(DeliverySummary):
    """A delivery."""

    requirement: str
    format: str
    submitted_by: str
    submitted_at: datetime | None
    status_at: datetime | None
    summary: str = Field(description="What the service does")
    questions: list[AskedQuestion] = Field(description="Open questions of the latest attempt")
    answers: list[GivenAnswer]
    failure: Failure | None
    artefact: Artefact | None


class TimelineEvent(BaseModel):
    """One event of the log."""

    position: str = Field(description="<topic>-<partition>-<offset>")
    event_id: str
    event_type: str
    schema_version: int
    delivery_id: str
    stream_id: str
    stream_version: int
    correlation_id: str
    causation_id: str = Field(description="Event that led to this one, '' for events of people")
    actor: str
    occurred_at: datetime
    attempt: int
    summary: str


class OfAttempt(BaseModel):
    """Anything that belongs to one attempt of a delivery."""

    model_config = ConfigDict(extra="ignore")

    delivery_id: str
    attempt: int


class FeatureAnswer(OfAttempt):
    """A part of the requirement that can be delivered by itself."""

    feature_id: str
    name: str
    summary: str
    entities: list[str]
    story_ids: list[str]
    status: str = Field(description="created or deleted")
    status_at: datetime | None
    created_at: datetime


class StoryCriterion(BaseModel):
    """An acceptance criterion."""

    id: str
    given: str
    when: str
    then: str
    kind: str
    entity: str
    target: str = ""


class StoryAnswer(OfAttempt):
    """A user story with what the tests say of it."""

    story_id: str
    feature_id: str
    role: str
    goal: str
    benefit: str
    operations: list[str]
    criteria: list[StoryCriterion]
    result: Literal["untested", "passed", "failed"]
    passed: int | None = Field(description="Tests passed, null before they ran")
    failed: int | None = Field(description="Tests failed, null before they ran")
    occurred_at: datetime


class SpecificationSummary(OfAttempt):
    """A specification in a list."""

    name: str
    package: str
    engine: str = Field(description="Engine that wrote it, with its version")
    discarded: bool = Field(description="It was undone")
    occurred_at: datetime
    position: str


class SpecificationAnswer(SpecificationSummary):
    """A specification."""

    specification: Specification


class TestReportSummary(OfAttempt):
    """A test report without its cases."""

    __test__ = False

    outcome: Literal["passed", "failed"]
    engine: str
    passed: int | None = Field(description="Tests passed, null where no result came")
    failed: int | None
    line_coverage: float | None = Field(description="0 to 1")
    branch_coverage: float | None = Field(description="0 to 1")
    seconds: float | None
    error: str = Field(description="Why no result came, '' if it did")
    reason: str = Field(description="Why it failed, '' if it passed")
    discarded: bool
    occurred_at: datetime
    position: str


class TestCaseAnswer(BaseModel):
    """One test that was run."""

    __test__ = False

    name: str
    story_id: str
    criterion_id: str
    outcome: str
    seconds: float
    message: str


class StoryResultAnswer(BaseModel):
    """What the tests say of one story."""

    story_id: str
    passed: int
    failed: int


class TestReportAnswer(TestReportSummary):
    """A test report."""

    cases: list[TestCaseAnswer]
    stories: list[StoryResultAnswer]


class BuiltFile(BaseModel):
    """One file in the artefact's folder."""

    path: str
    sha256: str
    size: int


class BuildAnswer(OfAttempt):
    """A build, or why there is none."""

    outcome: Literal["completed", "failed"]
    engine: str
    package: str
    version: str
    folder: str
    wheel: str
    wheel_sha256: str
    files: list[BuiltFile]
    install_seconds: float | None
    health_seconds: float | None
    reason: str
    discarded: bool
    occurred_at: datetime
    position: str


class OutcomeAnswer(OfAttempt):
    """How an attempt ended."""

    outcome: OutcomeName
    cause: str = Field(description="failed, timed_out or cancelled; '' where it did not fail")
    failed_step: str
    reason: str
    undone: list[str] = Field(description="Steps undone, in order")
    question_ids: list[str] = Field(description="Questions to be answered")
    occurred_at: datetime
    position: str


class SourceFileAnswer(BaseModel):
    """One generated file."""

    path: str
    size: int = Field(description="Bytes")
    sha256: str


class SourceFiles(Part[SourceFileAnswer]):
    """The generated files of an attempt; each is read at .../sources/{path}."""

    step: str = Field(description="Step that gave them: backend, frontend or tests; '' if none did")


class SkippedRecord(BaseModel):
    """A record of the log that is no event of ours."""

    position: str
    recorded_at: datetime | None
    record_key: str
    size: int = Field(description="Bytes of the value")
    reason: str
