"""Reactions that a service owes: an event it should have reacted to, and did not for too long. Pure."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.kafka.position import Position
from streams.agents.registry import DECIDERS
from streams.audit.history import RecordedEvent, causal_order
from streams.audit.placement import single_copies
from streams.audit.reactions import missing_reactions
from streams.audit.stream_check import check_stream

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedReaction:
    """A record, and the service that owes a reaction to it.

    Attributes:
        why: for people: what the service should have recorded.
    """

    service: str
    position: Position
    delivery_id: str
    event_id: str
    event_type: str
    why: str


def owed_reactions(
    records: Sequence[RecordedEvent],
    set_aside: Set[Position],
    before: datetime,
    ahead: datetime = _NEVER,
) -> list[OwedReaction]:
    """What the log of one delivery owes, causes first.

    A service whose stream has a gap owes nothing that could be told: its state is not known.

    Args:
        records: all records of the delivery.
        set_aside: positions of records that have a dead letter.
        before: events that occurred at or after it may still be on their way.
        ahead: events that occurred after it come from a clock that is wrong; they are not waited for.
    """
    kept, _, _ = single_copies(records, set_aside)
    by_id = {record.id: record for record in kept}
    readings = {
        name: check_stream(
            decider, [record for record in kept if record.service == name and not record.is_by_user], by_id
        )
        for name, decider in DECIDERS.items()
    }
    missing, pending = missing_reactions(kept, readings, set_aside)
    told = {(found.service, found.event_id): found.why for found in missing}
    for each in pending:
        told[(each.service, each.event_id)] = (
            f"{each.service} is to record {', '.join(each.expected)} upon it"
        )
    return [
        _owed(service, record, told[(service, record.id)])
        for record in causal_order(kept)
        for service in DECIDERS
        # What a service still has to publish of its own decisions is its relay's to do.
        if (service, record.id) in told and record.service != service
        if not before <= record.event.envelope.occurred_at <= ahead
    ]


def _owed(service: str, record: RecordedEvent, why: str) -> OwedReaction:
    envelope = record.event.envelope
    return OwedReaction(
        service=service,
        position=record.position,
        delivery_id=envelope.delivery_id,
        event_id=envelope.event_id,
        event_type=envelope.event_type,
        why=why,
    )
