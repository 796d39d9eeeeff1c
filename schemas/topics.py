"""The one declaration of the topics: names, partitions, retention."""

from __future__ import annotations

from dataclasses import dataclass, field

REQUIREMENT_EVENTS = "requirement-events"
FEATURE_EVENTS = "feature-events"
TEST_EVENTS = "test-events"
BUILD_EVENTS = "build-events"
COMPENSATION_EVENTS = "compensation-events"
OUTCOME_EVENTS = "outcome-events"

DEAD_LETTER_SUFFIX = ".dlq"

# A record with its headers. The event in it leaves them some room.
MAX_RECORD_BYTES = 16 * 1024 * 1024
MAX_EVENT_BYTES = 15 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A Kafka topic.

    Attributes:
        partitions: 4 for events, keyed by delivery id; 1 for dead letters.
        config: topic configuration. Kafka is the system of record, so nothing is ever deleted.
    """

    name: str
    partitions: int
    config: dict[str, str] = field(default_factory=dict)


_FOREVER = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "max.message.bytes": str(MAX_RECORD_BYTES),
}

EVENT_TOPICS: tuple[str, ...] = (
    REQUIREMENT_EVENTS,
    FEATURE_EVENTS,
    TEST_EVENTS,
    BUILD_EVENTS,
    COMPENSATION_EVENTS,
    OUTCOME_EVENTS,
)


def dead_letter_topic(topic: str) -> str:
    """Where records of the topic go that cannot be processed."""
    return topic + DEAD_LETTER_SUFFIX


TOPICS: tuple[Topic, ...] = tuple(
    [Topic(name=name, partitions=4, config=_FOREVER) for name in EVENT_TOPICS]
    + [Topic(name=dead_letter_topic(name), partitions=1, config=_FOREVER) for name in EVENT_TOPICS]
)
