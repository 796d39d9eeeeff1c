"""The event catalogue: every event type, its payload class, version, topic and schema id.

`schema_id` is the id in the Confluent wire format where no schema registry is configured. Ids are
never reused; a new version of a type gets a new id.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas import topics
from schemas.events import build, compensation, feature, note, outcome, requirement, test


@dataclass(frozen=True, slots=True)
class EventType:
    """An event type in its current version.

    Attributes:
        payload: the payload's class.
        version: current schema version, from 1.
        topic: the only topic it is published to.
        schema_ids: wire id of each version, the first is version 1.
    """

    payload: type
    version: int
    topic: str
    schema_ids: tuple[int, ...]

    @property
    def name(self) -> str:
        """Name of the type, as RequirementSubmitted."""
        return self.payload.__name__

    @property
    def schema_id(self) -> int:
        """Wire id of the current version."""
        return self.schema_ids[self.version - 1]


def _of(topic: str, *entries: tuple[type, int]) -> list[EventType]:
    return [EventType(payload, 1, topic, (schema_id,)) for payload, schema_id in entries]


EVENT_TYPES: tuple[EventType, ...] = (
    EventType(requirement.RequirementSubmitted, 2, topics.REQUIREMENT_EVENTS, (100, 101)),
    *_of(
        topics.REQUIREMENT_EVENTS,
        (requirement.ClarificationAnswered, 110),
        (requirement.CancellationRequested, 120),
        (requirement.RetryRequested, 130),
        (requirement.AnalysisStarted, 140),
        (requirement.ClarificationRequested, 150),
        (requirement.AnalysisFailed, 160),
    ),
    *_of(
        topics.FEATURE_EVENTS,
        (feature.SpecificationWritten, 200),
        (feature.FeatureCreated, 210),
        (feature.BackendStarted, 220),
        (feature.BackendImplemented, 230),
        (feature.BackendFailed, 240),
        (feature.FrontendStarted, 250),
        (feature.FrontendImplemented, 260),
        (feature.FrontendFailed, 270),
    ),
    *_of(
        topics.TEST_EVENTS,
        (test.TestsStarted, 300),
        (test.TestsPassed, 310),
        (test.TestsFailed, 320),
    ),
    *_of(
        topics.BUILD_EVENTS,
        (build.BuildStarted, 400),
        (build.BuildCompleted, 410),
        (build.BuildFailed, 420),
    ),
    *_of(
        topics.COMPENSATION_EVENTS,
        (compensation.CompensationStarted, 500),
        (compensation.CompensationRequested, 510),
        (compensation.BuildDiscarded, 520),
        (compensation.TestsDiscarded, 530),
        (compensation.FrontendDiscarded, 540),
        (compensation.BackendDiscarded, 550),
        (compensation.FeatureDeleted, 560),
        (compensation.SpecificationDiscarded, 570),
    ),
    *_of(
        topics.OUTCOME_EVENTS,
        (outcome.DeliveryStarted, 605),
        (outcome.DeliverySucceeded, 600),
        (outcome.DeliveryPaused, 610),
        (outcome.DeliveryFailed, 620),
        (outcome.DeliveryCompensated, 630),
        (outcome.StepTimedOut, 640),
        (outcome.DeadLetterRedriven, 650),
        (outcome.DeadLetterDiscarded, 660),
        (outcome.CircuitBreakerChanged, 670),
        (outcome.PersonalDataErased, 680),
        (outcome.ModelCalled, 690),
        (note.AgentTaskStarted, 700),
        (note.AgentNoted, 710),
        (note.AgentTaskFailed, 720),
    ),
)

BY_NAME: dict[str, EventType] = {event_type.name: event_type for event_type in EVENT_TYPES}
BY_PAYLOAD: dict[type, EventType] = {event_type.payload: event_type for event_type in EVENT_TYPES}


def type_of(payload: object) -> EventType:
    """The catalogue entry of a payload.

    Raises:
        KeyError: its class is not in the catalogue.
    """
    return BY_PAYLOAD[type(payload)]
