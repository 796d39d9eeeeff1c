"""What a run has left behind: the log, the stores, the read models, files. Plain values, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event of the log.

    Attributes:
        attempt: 0 for events of people.
        facts: small fields of the payload.
        digest: of the record's bytes.
    """

    topic: str
    partition: int
    offset: int
    key: str
    event_id: str
    event_type: str
    delivery: str
    stream: str
    version: int
    cause: str
    attempt: int
    facts: Mapping[str, object]
    digest: bytes

    @property
    def position(self) -> str:
        """Topic, partition and offset."""
        return f"{self.topic}-{self.partition}-{self.offset}"

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id} of {self.stream} v{self.version} at {self.position}"


@dataclass(frozen=True, slots=True)
class StoredRow:
    """An event of a service's store."""

    service: str
    delivery: str
    version: int
    topic: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """An event of the read models."""

    topic: str
    partition: int
    offset: int
    event_id: str
    event_type: str
    delivery: str
    stream: str
    version: int


@dataclass(frozen=True, slots=True)
class ReadModels:
    """Rows of the read models.

    Attributes:
        statuses: delivery -> (attempt, status).
        outcomes: (delivery, attempt) -> outcome.
        features: (delivery, attempt, feature) -> status.
        builds: (delivery, attempt) -> whether it is discarded.
        skipped: records that the projector could not read.
    """

    timeline: tuple[TimelineRow, ...] = ()
    statuses: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    outcomes: Mapping[tuple[str, int], str] = field(default_factory=dict)
    features: Mapping[tuple[str, int, str], str] = field(default_factory=dict)
    builds: Mapping[tuple[str, int], bool] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All of it.

    Attributes:
        published: ids of people's events that the broker acknowledged.
        log: in order in each partition.
        unreadable: records that are no events, with the reason.
        dead_letters: records in the dead-letter topics.
        work: pieces of work left in the queues, by service.
        positions: next offset of each (service, topic, partition).
        artefacts: (delivery, attempt) of each file that a build left.
    """

    published: tuple[str, ...]
    log: tuple[LoggedEvent, ...]
    unreadable: tuple[str, ...]
    dead_letters: int
    stores: tuple[StoredRow, ...]
    work: Mapping[str, int]
    positions: Mapping[tuple[str, str, int], int]
    read_models: ReadModels
    artefacts: frozenset[tuple[str, int]]


@dataclass(slots=True)
class Findings:
    """What is wrong, each with words that name it."""

    missing: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    wrong_state: list[str] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        """Take over what another has found."""
        self.missing += other.missing
        self.duplicated += other.duplicated
        self.out_of_order += other.out_of_order
        self.wrong_state += other.wrong_state

    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        return {
            "missing": len(self.missing),
            "duplicated": len(self.duplicated),
            "out_of_order": len(self.out_of_order),
            "wrong_state": len(self.wrong_state),
        }
