"""A service's event store: events, tracking and work in one transaction (Postgres).

The `eventsourcing` library keeps the events, refuses a stream version that is taken, and a tracked
position that has been passed; both show as IntegrityError, and then nothing at all is saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    Notification,
    OperationalError,
    StoredEvent,
)
from eventsourcing.postgres import PostgresDatastore, PostgresProcessRecorder
from eventsourcing.utils import retry
from psycopg import Cursor
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from streams.runtime.work_queue import WorkItem, WorkKey, WorkQueue

PartitionKey = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What one transaction saves.

    Attributes:
        events: events and dead letters, in the order in which they are to be published.
        positions: next offset for each partition whose records are now processed.
        work: work that begins.
        finished: work that has ended.
    """

    events: Sequence[StoredEvent] = ()
    positions: Mapping[PartitionKey, int] | None = None
    work: Sequence[WorkItem] = ()
    finished: Sequence[WorkKey] = ()


class EventStore(PostgresProcessRecorder):
    """The recorder of one service, in the service's own schema."""

    def __init__(self, service_database_url: str, schema: str, *, connections: int = 4) -> None:
        super().__init__(_datastore(service_database_url, schema, connections))
        self.channel_name = f"{schema}_stored_events"
        self.queue = WorkQueue(schema)
        table = SQL("{}.{}").format(Identifier(schema), Identifier(self.events_table_name))
        self._insert_columns = SQL(
            "INSERT INTO {} (originator_id, originator_version, topic, state)"
            " SELECT * FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[])"
        ).format(table)
        self._upsert_positions = SQL(
            "INSERT INTO {} AS old (application_name, notification_id)"
            " SELECT * FROM unnest(%s::text[], %s::bigint[])"
            " ON CONFLICT (application_name) DO UPDATE SET notification_id = excluded.notification_id"
            " WHERE old.notification_id < excluded.notification_id"
        ).format(SQL("{}.{}").format(Identifier(schema), Identifier(self.tracking_table_name)))
        notify = SQL("NOTIFY {}").format(Identifier(self.channel_name))
        self._before_append = SQL("; ").join([*self.lock_table_statements, notify])
        self._select_unpublished = SQL(
            "SELECT notification_id, originator_id, originator_version, topic, state FROM"
            " (SELECT *, sum(octet_length(state)) OVER (ORDER BY notification_id) AS bytes, row_number() OVER"
            "  (ORDER BY notification_id) AS number FROM (SELECT * FROM {} WHERE notification_id > %s"
            "   ORDER BY notification_id LIMIT %s) AS following) AS counted"
            " WHERE number = 1 OR bytes <= %s ORDER BY notification_id"
        ).format(table)

    def create_table(self) -> None:
        """Create the tables where missing, the queue's among them."""
        super().create_table()
        with self.datastore.transaction(commit=True) as cursor:
            self.queue.create_table(cursor)
        self.datastore.register_type_adapters()

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def save(self, saving: Saving) -> None:
        """Save all or nothing.

        The library's own way is not taken: its pipeline mode hangs for good on what its socket does not
        take at once, and its array of rows as text takes half of the time of a whole batch.

        Raises:
            eventsourcing.persistence.IntegrityError: a position was passed already, or another
                worker has written to a stream.
        """
        with (
            self.datastore.get_connection() as connection,
            connection.transaction(),
            connection.cursor() as cursor,
        ):
            self._track(cursor, saving.positions or {})
            self.queue.add(cursor, saving.work)
            self.queue.remove(cursor, saving.finished)
            self._append(cursor, saving.events)

    def streams(self, deliveries: Sequence[UUID]) -> dict[UUID, list[StoredEvent]]:
        """The recorded events of these deliveries, each in order of version."""
        statement = SQL(
            "SELECT originator_id, originator_version, topic, state FROM {}.{}"
            " WHERE originator_id = ANY(%s) ORDER BY originator_id, originator_version"
        ).format(Identifier(self.datastore.schema), Identifier(self.events_table_name))
        found: dict[UUID, list[StoredEvent]] = {delivery: [] for delivery in deliveries}
        with self.datastore.get_connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement, (list(found),), prepare=True)
            for row in cursor.fetchall():
                stored = StoredEvent(
                    row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"])
                )
                found[stored.originator_id].append(stored)  # type: ignore[index]
        return found

    def positions(self, partitions: Sequence[PartitionKey]) -> dict[PartitionKey, int]:
        """Next offset of each partition; 0 where none was processed."""
        statement = SQL(
            "SELECT application_name, max(notification_id) AS position FROM {}.{}"
            " WHERE application_name = ANY(%s) GROUP BY application_name"
        ).format(Identifier(self.datastore.schema), Identifier(self.tracking_table_name))
        names = {_tracked(key): key for key in partitions}
        found = dict.fromkeys(partitions, 0)
        with self.datastore.get_connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement, (list(names),), prepare=True)
            found |= {names[row["application_name"]]: row["position"] for row in cursor.fetchall()}
        return found

    def unpublished(self, after: int, limit: int, most_bytes: int) -> list[Notification]:
        """The events that follow a notification id: one where there is any, and more up to both limits."""
        with (
            self.datastore.get_connection() as connection,
            connection.cursor(row_factory=tuple_row) as cursor,
        ):
            cursor.execute(self._select_unpublished, (after, limit, most_bytes), prepare=True)
            return [
                Notification(
                    id=row[0], originator_id=row[1], originator_version=row[2], topic=row[3], state=row[4]
                )
                for row in cursor
            ]

    def _track(self, cursor: Cursor[Any], positions: Mapping[PartitionKey, int]) -> None:
        if not positions:
            return
        # Always in the same order, so that two workers cannot wait for each other.
        names, offsets = zip(
            *sorted((_tracked(key), offset) for key, offset in positions.items()), strict=True
        )
        cursor.execute(self._upsert_positions, (list(names), list(offsets)), prepare=True)
        if cursor.rowcount != len(names):
            raise IntegrityError(f"one of the positions was passed already: {', '.join(names)}")

    def _append(self, cursor: Cursor[Any], events: Sequence[StoredEvent]) -> None:
        """Add events, in the order of commits: the table is locked until the transaction's end."""
        if not events:
            return
        cursor.execute(self._before_append)
        rows = [(e.originator_id, e.originator_version, e.topic, e.state) for e in events]
        cursor.execute(self._insert_columns, [list(column) for column in zip(*rows, strict=True)])


def _tracked(key: PartitionKey) -> str:
    return f"{key[0]}-{key[1]}"


def _datastore(url: str, schema: str, connections: int) -> PostgresDatastore:
    parts = conninfo_to_dict(url)
    return PostgresDatastore(
        dbname=str(parts.get("dbname") or ""),
        host=str(parts.get("host") or "localhost"),
        port=str(parts.get("port") or 5432),
        user=str(parts.get("user") or ""),
        password=str(parts.get("password") or ""),
        schema=schema,
        pool_size=1,
        max_overflow=connections - 1,
        connect_timeout=10,
        pre_ping=True,
        lock_timeout=10,
    )
