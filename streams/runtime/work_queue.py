"""The durable queue of a service's work: a row is added with the event that starts the work, and
removed with the event that tells its result.

Undoing what an attempt left outside the log (files of a build) is work of its own, which records
no event.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection, Cursor
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from streams.runtime.silent_holders import end_silent_holders

_LOOK_SECONDS = 2.0
WorkKey = tuple[UUID, int, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """Work of one attempt.

    Attributes:
        started: bytes of the service's own event that started it.
        trigger: bytes of the event it reacts to, which holds all that the work needs.
        undo: whether the attempt is to be undone rather than done.
        tries: how often it has been taken, this time included.
    """

    delivery: UUID
    attempt: int
    started: bytes
    trigger: bytes
    undo: bool = False
    tries: int = 0

    @property
    def key(self) -> WorkKey:
        """What tells it from other work of the service."""
        return self.delivery, self.attempt, self.undo


class WorkQueue:
    """Rows of work in the service's schema; workers take them by advisory lock.

    An advisory lock ends with its connection, so that the work of a killed worker is free at once;
    that of a frozen one is freed by whoever looks for work (`silent_holders`).
    """

    def __init__(self, schema: str) -> None:
        self._schema = schema
        self._looked = 0.0
        self._table = SQL("{}.{}").format(Identifier(schema), Identifier("work"))

    def create_table(self, cursor: Cursor[Any]) -> None:
        """Create the table where missing."""
        cursor.execute(
            SQL(
                "CREATE TABLE IF NOT EXISTS {} (delivery_id uuid NOT NULL, attempt bigint NOT NULL,"
                " undo boolean NOT NULL, started bytea NOT NULL, trigger bytea NOT NULL,"
                " tries int NOT NULL DEFAULT 0, created_at timestamptz NOT NULL DEFAULT now(),"
                " PRIMARY KEY (delivery_id, attempt, undo))"
            ).format(self._table)
        )

    def add(self, cursor: Cursor[Any], item: WorkItem) -> None:
        """Add work within the caller's transaction."""
        cursor.execute(
            SQL(
                "INSERT INTO {} (delivery_id, attempt, undo, started, trigger) VALUES (%s, %s, %s, %s, %s)"
            ).format(self._table),
            (item.delivery, item.attempt, item.undo, item.started, item.trigger),
        )

    def remove(self, cursor: Cursor[Any], key: WorkKey) -> None:
        """Remove work within the caller's transaction."""
        cursor.execute(
            SQL("DELETE FROM {} WHERE delivery_id = %s AND attempt = %s AND undo = %s").format(self._table),
            key,
        )

    def depth(self, connection: Connection[Any]) -> int:
        """Rows waiting or being worked on."""
        with connection.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(SQL("SELECT count(*) FROM {}").format(self._table)).fetchone()
        return int(row[0]) if row else 0

    @contextmanager
    def taken(self, connection: Connection[Any]) -> Iterator[WorkItem | None]:
        """The oldest free work, locked until the block ends; None where there is none.

        Args:
            connection: in autocommit mode, and used for nothing else meanwhile.
        """
        with connection.cursor(row_factory=tuple_row) as cursor:
            item = self._lock_one(cursor)
            try:
                yield item
            finally:
                if item is not None and not connection.closed:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", self._lock_key(item.key))

    def _lock_one(self, cursor: Cursor[tuple[Any, ...]]) -> WorkItem | None:
        candidates = SQL("SELECT delivery_id, attempt, undo FROM {} ORDER BY created_at LIMIT 50")
        cursor.execute(candidates.format(self._table))
        for delivery, attempt, undo in cursor.fetchall():
            lock = self._lock_key((delivery, attempt, undo))
            locked = cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", lock).fetchone()
            if not (locked and locked[0]):
                self._free_silent(cursor)
                continue
            item = self._count_try(cursor, (delivery, attempt, undo))
            if item is not None:
                return item
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", lock)
        return None

    def _free_silent(self, cursor: Cursor[tuple[Any, ...]]) -> None:
        """Free, now and then, what silent workers of the service hold."""
        if time.monotonic() - self._looked >= _LOOK_SECONDS:
            self._looked = time.monotonic()
            end_silent_holders(cursor, _int32(self._schema.encode()))

    def _count_try(self, cursor: Cursor[tuple[Any, ...]], key: WorkKey) -> WorkItem | None:
        """The locked work; None where another worker finished it before the lock was held."""
        taken = SQL(
            "UPDATE {} SET tries = tries + 1 WHERE delivery_id = %s AND attempt = %s AND undo = %s"
            " RETURNING started, trigger, tries"
        )
        row = cursor.execute(taken.format(self._table), key).fetchone()
        if row is None:
            return None
        delivery, attempt, undo = key
        return WorkItem(
            delivery=delivery,
            attempt=attempt,
            undo=undo,
            started=bytes(row[0]),
            trigger=bytes(row[1]),
            tries=row[2],
        )

    def _lock_key(self, key: WorkKey) -> tuple[int, int]:
        delivery, attempt, undo = key
        return _int32(self._schema.encode()), _int32(b"%s|%d|%d" % (delivery.bytes, attempt, undo))


def _int32(data: bytes) -> int:
    return zlib.crc32(data) - 2**31
