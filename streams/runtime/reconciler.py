"""The reconciler: finds in the log the reactions that services owe, and drives those records again.

Only records that a service has passed are driven: its tracked position lies behind them. What it has
not come to yet it will still read, in order.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from eventsourcing.persistence import PersistenceError

from connectors.kafka.log import LogRecord, read_log
from connectors.kafka.position import Position
from connectors.postgres.roles import schema_of, service_url
from schemas.codec import Codec
from schemas.errors import SetupError
from schemas.topics import EVENT_TOPICS
from streams.agents.registry import DEAD_LETTER_OWNER, DECIDERS
from streams.audit.owed import OwedReaction, owed_reactions
from streams.audit.recorded_log import (
    MEMORY_BYTES,
    by_delivery_of,
    dead_letter_positions,
    decode,
    whole_deliveries,
    without_forged,
)
from streams.runtime.inbox import Inbox
from streams.runtime.store import EventStore

GRACE_SECONDS = 60.0
OwedStatus = Literal["missing", "driven", "settled", "unread"]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What became of an owed reaction.

    Attributes:
        status: missing: passed without a reaction, and left so by a dry run; driven: the service has
            recorded its reaction now; settled: it had recorded one that is not published yet, or has
            no need of one any more; unread: the service has not come to the record yet.
    """

    owed: OwedReaction
    status: OwedStatus


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Result of one run.

    Attributes:
        events: records of the log.
        reactions: in order of service, causes first.
        seconds: time of reading and driving.
    """

    events: int
    reactions: tuple[Reconciled, ...]
    seconds: float

    def count(self, *statuses: OwedStatus, service: str = "") -> int:
        """Number of reactions with one of these statuses, of one service or of all."""
        return sum(each.status in statuses and service in ("", each.owed.service) for each in self.reactions)


def reconcile(
    brokers: str,
    database_url: str,
    codec: Codec,
    *,
    grace_seconds: float = GRACE_SECONDS,
    is_dry_run: bool = False,
    memory_bytes: int = MEMORY_BYTES,
) -> Reconciliation:
    """Find what services owe and drive it again; safe while they run, and more than once at a time.

    Args:
        grace_seconds: age from which on an event without its reaction counts as skipped; one that is
            further ahead of our clock does at once.
        is_dry_run: only look.

    Raises:
        SetupError: broker or database cannot be reached.
    """
    began = time.monotonic()
    now, grace = datetime.now(UTC), timedelta(seconds=grace_seconds)
    events, found = 0, dict[str, list[tuple[OwedReaction, LogRecord]]]()
    set_aside: Set[Position] | None = None
    for part in whole_deliveries(read_log(brokers, EVENT_TOPICS), codec, memory_bytes=memory_bytes):
        # Read after the events, so that a record which came meanwhile can have its dead letter.
        set_aside = dead_letter_positions(brokers) if set_aside is None else set_aside
        events += len(part)
        for raw in by_delivery_of(part, codec):
            for owed, record in _owed_of(raw, codec, set_aside, (now - grace, now + grace)):
                found.setdefault(owed.service, []).append((owed, record))
    reactions = [
        each
        for service in DECIDERS
        if service in found
        for each in _settle(service, found[service], database_url, codec, is_dry_run=is_dry_run)
    ]
    return Reconciliation(events, tuple(reactions), time.monotonic() - began)


def _owed_of(
    raw: Sequence[LogRecord], codec: Codec, set_aside: Set[Position], waited_for: tuple[datetime, datetime]
) -> list[tuple[OwedReaction, LogRecord]]:
    events, _ = without_forged(decode(raw, codec).events, set_aside)
    owed = owed_reactions(events, set_aside, *waited_for)
    records = {record.position: record for record in raw} if owed else {}
    return [(each, records[each.position]) for each in owed]


def _settle(
    service: str,
    found: Sequence[tuple[OwedReaction, LogRecord]],
    database_url: str,
    codec: Codec,
    *,
    is_dry_run: bool,
) -> Iterator[Reconciled]:
    try:
        store = EventStore(service_url(database_url, service), schema_of(service))
        with closing(store.datastore):
            inbox = Inbox(DECIDERS[service], store, codec, writes_dead_letters=service == DEAD_LETTER_OWNER)
            passed = store.positions(sorted({(rec.topic, rec.partition) for _, rec in found}))
            for owed, record in found:
                if record.offset >= passed[(record.topic, record.partition)]:
                    yield Reconciled(owed, "unread")
                elif is_dry_run:
                    yield Reconciled(owed, "settled" if inbox.has_reacted(record) else "missing")
                else:
                    yield Reconciled(owed, "driven" if inbox.redrive([record]) else "settled")
    except PersistenceError as error:
        raise SetupError(
            f"Reconciling {service} with the log",
            why=str(error).strip(),
            todo="Check the database with: streamwright doctor, then run it again",
        ) from error
