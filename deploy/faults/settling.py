"""Waiting until nothing is under way any more: patient with a busy machine, as long as something moves."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from connectors.postgres.roles import schema_of

_POLL_SECONDS = 1.0
_STILL_SECONDS = 5.0
_STUCK_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Counts:
    """Where the run stands.

    Attributes:
        stored: events in the services' stores.
        work: pieces of work that are not done.
        processed: sum of the positions that services have reached.
        shown: rows of the timeline.
        recorded: events in the log.
        open: deliveries without their last outcome.
    """

    stored: int
    work: int
    processed: int
    shown: int
    recorded: int
    open: int

    @property
    def is_quiet(self) -> bool:
        """Whether no more is to be expected."""
        return not self.work and not self.open and self.shown == self.recorded


def settle(count: Callable[[], Counts | None], tend: Callable[[], None], told: Callable[[str], None]) -> bool:
    """Wait until all is quiet; False where nothing moved for three minutes and it is not.

    Args:
        count: None where the database does not answer.
        tend: called meanwhile.
    """
    before, since, last_told = None, time.monotonic(), 0.0
    while True:
        tend()
        counts, now = count(), time.monotonic()
        if counts is not None and counts != before:
            before, since = counts, now
        if before is not None and before.is_quiet and now - since >= _STILL_SECONDS:
            return True
        if now - since >= _STUCK_SECONDS:
            return False
        if now - last_told >= 10.0:
            last_told = now
            told(f"Settling: {before}")
        time.sleep(_POLL_SECONDS)


def counted(database_url: str, services: Sequence[str], recorded: int, open_deliveries: int) -> Counts | None:
    """The counts now; None where the database does not answer."""
    try:
        with psycopg.connect(database_url, connect_timeout=5) as connection:
            each = [_of_service(connection, schema_of(service)) for service in services]
            shown = _number(connection, SQL("SELECT count(*) FROM projections.timeline"))
    except psycopg.Error:
        return None
    stored, work, processed = (sum(numbers) for numbers in zip(*each, strict=True))
    return Counts(stored, work, processed, shown, recorded, open_deliveries)


def _of_service(connection: psycopg.Connection, schema: str) -> tuple[int, int, int]:
    statements = (
        "SELECT coalesce(max(notification_id), 0) FROM {}.stored_events",
        "SELECT count(*) FROM {}.work",
        "SELECT coalesce(sum(notification_id), 0) FROM {}.notification_tracking"
        " WHERE application_name LIKE '%-events-%'",
    )
    stored, work, processed = (
        _number(connection, SQL(statement).format(Identifier(schema))) for statement in statements
    )
    return stored, work, processed


def _number(connection: psycopg.Connection, statement: SQL | Composed) -> int:
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0
