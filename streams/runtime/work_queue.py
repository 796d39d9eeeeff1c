"""The durable queue of a service's work: a row is added with the event that starts the work, and
removed with the event that tells its result.

Undoing what an attempt left outside the log (files of a build) is work of its own, which records
no event.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
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

    def add(self, cursor: Cursor[Any], items: Sequence[WorkItem]) -> None:
        """Add work within the caller's transaction."""
        rows = [(*item.key, item.started, item.trigger) for item in items]
        statement = SQL(
            "INSERT INTO {} (delivery_id, attempt, undo, started, trigger)"
            " SELECT * FROM unnest(%b::uuid[], %b::bigint[], %b::boolean[], %b::bytea[], %b::bytea[])"
        )
        if rows:
            cursor.execute(statement.format(self._table), _columns(rows))

    def remove(self, cursor: Cursor[Any], keys: Sequence[WorkKey]) -> None:
        """Remove work within the caller's transaction."""
        if keys:
            cursor.execute(SQL("DELETE FROM {} WHERE ").format(self._table) + _IS_ONE_OF, _columns(keys))

    def depth(self, connection: Connection[Any]) -> int:
        """Rows waiting or being worked on."""
        with connection.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(SQL("SELECT count(*) FROM {}").format(self._table)).fetchone()
        return int(row[0]) if row else 0

    @contextmanager
    def taken(self, connection: Connection[Any], limit: int = 1) -> Iterator[list[WorkItem]]:
        """The oldest free work, locked until the block ends; empty where there is none.

        Work that was taken before is given alone: if it ends its process, no other is counted with it.

        Args:
            connection: in autocommit mode, and used for nothing else meanwhile.
            limit: most pieces to be taken together.
        """
        with connection.cursor(row_factory=tuple_row) as cursor:
            while keys := self._lock(cursor, limit):
                try:
                    items = self._count_tries(cursor, keys)
                    if items:
                        yield items
                        return
                finally:
                    if not connection.closed:
                        cursor.execute(_UNLOCK, self._locks(keys))
            yield []

    def give_back(self, connection: Connection[Any], items: Sequence[WorkItem]) -> None:
        """Free taken work that was not begun, before the block ends; it does not count as tried."""
        if not items:
            return
        keys = [item.key for item in items]
        statement = SQL("UPDATE {} SET tries = tries - 1 WHERE ").format(self._table) + _IS_ONE_OF
        connection.execute(statement, _columns(keys))
        connection.execute(_UNLOCK, self._locks(keys))

    def _lock(self, cursor: Cursor[tuple[Any, ...]], limit: int) -> list[WorkKey]:
        """Keys of work that is now locked; some may have been finished by others just before."""
        candidates = SQL(
            "SELECT delivery_id, attempt, undo, tries FROM {} ORDER BY created_at LIMIT 64"
        ).format(self._table)
        found = cursor.execute(candidates).fetchall()
        for place, (*first, tries) in enumerate(found):
            several = [tuple(key) for *key, tried in found[place:] if not tried] if not tries else []
            keys = cast("list[WorkKey]", several[:limit] or [tuple(first)])
            locked = self._try_locks(cursor, keys)
            if locked:
                return locked
            self._free_silent(cursor)
        return []

    def _try_locks(self, cursor: Cursor[tuple[Any, ...]], keys: Sequence[WorkKey]) -> list[WorkKey]:
        statement = "SELECT pg_try_advisory_lock(%s, k) FROM unnest(%s::int[]) AS k"
        locked = cursor.execute(statement, self._locks(keys)).fetchall()
        return [key for key, (is_locked,) in zip(keys, locked, strict=True) if is_locked]

    def _free_silent(self, cursor: Cursor[tuple[Any, ...]]) -> None:
        """Free, now and then, what silent workers of the service hold."""
        if time.monotonic() - self._looked >= _LOOK_SECONDS:
            self._looked = time.monotonic()
            end_silent_holders(cursor, _int32(self._schema.encode()))

    def _count_tries(self, cursor: Cursor[tuple[Any, ...]], keys: Sequence[WorkKey]) -> list[WorkItem]:
        """The locked work; without what another worker finished before the lock was held."""
        if not keys:
            return []
        statement = SQL("UPDATE {} SET tries = tries + 1 WHERE ").format(self._table) + _IS_ONE_OF
        returning = SQL(" RETURNING delivery_id, attempt, undo, started, trigger, tries")
        rows = cursor.execute(statement + returning, _columns(keys)).fetchall()
        found = {(row[0], row[1], row[2]): row for row in rows}
        return [_item(found[key]) for key in keys if key in found]

    def _locks(self, keys: Sequence[WorkKey]) -> tuple[int, list[int]]:
        """The first half of the advisory locks, and the other one for each key."""
        halves = [_int32(b"%s|%d|%d" % (delivery.bytes, attempt, undo)) for delivery, attempt, undo in keys]
        return _int32(self._schema.encode()), halves


_UNLOCK = "SELECT pg_advisory_unlock(%s, k) FROM unnest(%s::int[]) AS k"
_IS_ONE_OF = SQL(
    "(delivery_id, attempt, undo) IN (SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::boolean[]))"
)


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _item(row: tuple[Any, ...]) -> WorkItem:
    return WorkItem(
        delivery=row[0],
        attempt=row[1],
        undo=row[2],
        started=bytes(row[3]),
        trigger=bytes(row[4]),
        tries=row[5],
    )


def _int32(data: bytes) -> int:
    return zlib.crc32(data) - 2**31
