"""A service's event store: events, tracking and work in one transaction (Postgres).

The `eventsourcing` library keeps the events, refuses a stream version that is taken, and a tracked
position that has been passed; both show as IntegrityError, and then nothing at all is saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eventsourcing.persistence import InterfaceError, OperationalError, StoredEvent, Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresProcessRecorder
from eventsourcing.utils import retry
from psycopg import Cursor
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from streams.runtime.work_queue import WorkItem, WorkKey, WorkQueue

PartitionKey = tuple[str, int]
_PIPELINED_BYTES = 32 * 1024


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

    def create_table(self) -> None:
        """Create the tables where missing, the queue's among them."""
        super().create_table()
        with self.datastore.transaction(commit=True) as cursor:
            self.queue.create_table(cursor)
        self.datastore.register_type_adapters()

    def save(self, saving: Saving) -> None:
        """Save all or nothing.

        Raises:
            eventsourcing.persistence.IntegrityError: a position was passed already, or another
                worker has written to a stream.
        """
        if _size(saving) <= _PIPELINED_BYTES:
            self.insert_events(saving.events, saving=saving)
        else:
            self._save_step_by_step(saving)

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def _save_step_by_step(self, saving: Saving) -> None:
        """Save without psycopg's pipeline mode, which hangs for good on what its socket does not take
        at once: it stops sending there, and the server waits for the rest."""
        with (
            self.datastore.get_connection() as connection,
            connection.transaction(),
            connection.cursor() as cursor,
        ):
            self._insert_events(cursor, saving.events, saving=saving)
            if saving.events:
                self._insert_stored_events(cursor, saving.events)

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

    def _insert_events(self, curs: Cursor[Any], stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        saving: Saving = kwargs["saving"]
        for key, offset in sorted((saving.positions or {}).items()):
            self._insert_tracking(curs, Tracking(_tracked(key), offset))
        self.queue.add(curs, saving.work)
        self.queue.remove(curs, saving.finished)
        super()._insert_events(curs, stored_events)

    def _insert_stored_events(
        self, curs: Cursor[Any], stored_events: Sequence[StoredEvent], **_kwargs: Any
    ) -> None:
        """As the library does, but by columns in binary: its array of rows as text took half of the time
        of a whole batch."""
        self._lock_table(curs)
        self._notify_channel(curs)
        columns = zip(
            *((e.originator_id, e.originator_version, e.topic, e.state) for e in stored_events), strict=True
        )
        curs.execute(self._insert_columns, [list(column) for column in columns])

    def _fetch_ids_after_insert_events(self, *_: Any, **__: Any) -> Sequence[int]:
        return ()


def _size(saving: Saving) -> int:
    """Roughly the bytes that the transaction sends."""
    work = sum(len(item.started) + len(item.trigger) for item in saving.work)
    return work + sum(len(event.state) for event in saving.events)


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
