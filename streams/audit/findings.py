"""What an audit finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from connectors.kafka.position import Position
from streams.audit.history import RecordedEvent

MismatchKind = Literal[
    "undecodable",
    "misplaced",
    "duplicated",
    "reordered",
    "missing_event",
    "missing_cause",
    "missing_reaction",
    "altered",
    "foreign",
    "altered_since_checkpoint",
    "dropped_since_checkpoint",
    "inserted_since_checkpoint",
    "reordered_since_checkpoint",
    "moved_since_checkpoint",
    "invalid_checkpoint",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A record that is not what the deciders give, or the place where one is missing.

    Attributes:
        position: the record, or the one beside which something is missing.
        why: for people: what was expected and what was found.
    """

    kind: MismatchKind
    position: Position
    delivery_id: str
    event_id: str
    event_type: str
    service: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An event of a delivery in flight to which a service has not reacted yet."""

    position: Position
    delivery_id: str
    event_id: str
    event_type: str
    service: str
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """Result of verifying records.

    Attributes:
        events: records looked at.
        verified: those of them with nothing against them, all checks done.
        repeated: further copies of users' events, which clients may send more than once.
    """

    events: int = 0
    verified: int = 0
    mismatches: tuple[Mismatch, ...] = ()
    pending: tuple[Pending, ...] = ()
    repeated: tuple[Position, ...] = ()


def total(results: Iterable[Verification]) -> Verification:
    """All results as one; of those without findings nothing is kept."""
    events, verified = 0, 0
    mismatches: list[Mismatch] = []
    pending: list[Pending] = []
    repeated: list[Position] = []
    for each in results:
        events += each.events
        verified += each.verified
        mismatches += each.mismatches
        pending += each.pending
        repeated += each.repeated
    return Verification(events, verified, tuple(mismatches), tuple(pending), tuple(repeated))


def mismatch(kind: MismatchKind, record: RecordedEvent, why: str, *, service: str = "") -> Mismatch:
    """A mismatch at a record; of the record's own service where none is named."""
    envelope = record.event.envelope
    return Mismatch(
        kind=kind,
        position=record.position,
        delivery_id=envelope.delivery_id,
        event_id=envelope.event_id,
        event_type=envelope.event_type,
        service=service or record.service,
        why=why,
    )
