"""One service's event store while it is restored: all in one transaction, with its relay locked out."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg import sql

from connectors.kafka.group_offsets import Place, committed_offsets, set_offsets
from connectors.postgres.roles import schema_of, service_url
from schemas.errors import SetupError
from streams.runtime.outbox import RELAY_PLACE, relay_group, relay_lock
from streams.runtime.work_queue import WorkItem, WorkQueue

_MIGRATION_ROW = "__migration__"
_DIGEST = (
    "SELECT count(*), coalesce(sum(hashtextextended(originator_id::text || ' ' || originator_version || ' '"
    " || topic || ' ' || encode(sha256(state), 'hex'), 0)::numeric), 0) FROM {}"
    " WHERE notification_id <= %s AND topic NOT LIKE '%%.dlq'"
)


def count_events(service: str, database_url: str) -> int:
    """Number of events in the service's store.

    Raises:
        SetupError: the database cannot be reached.
    """
    statement = sql.SQL("SELECT count(*) FROM {} WHERE topic NOT LIKE '%.dlq'").format(
        sql.Identifier(schema_of(service), "stored_events")
    )
    try:
        with psycopg.connect(service_url(database_url, service)) as connection:
            row = connection.execute(statement).fetchone()
    except psycopg.Error as error:
        raise _failure(service, error) from error
    return int(row[0]) if row else 0


def _failure(service: str, error: psycopg.Error) -> SetupError:
    return SetupError(
        f"Restoring the store of {service}",
        why=str(error).strip(),
        todo="Prepare the database with: streamwright up, then run it again",
    )


class RestoredStore:
    """Takes the restored events, and puts them in place of what is there when it is finished.

    Attributes:
        published: number of events added that stand in the topics.
        unpublished: events that the relay has to publish.
        positions: next offset of each partition.
        equal: whether the store held just the published events before; None where it was empty.
    """

    def __init__(self, service: str, database_url: str, brokers: str) -> None:
        self._service = service
        self._brokers = brokers
        self._url = service_url(database_url, service)
        schema = schema_of(service)
        self._events = sql.Identifier(schema, "stored_events")
        self._tracking = sql.Identifier(schema, "notification_tracking")
        self._work = sql.Identifier(schema, "work")
        self._queue = WorkQueue(schema)
        self.published = 0
        self.unpublished: list[StoredEvent] = []
        self.work: list[WorkItem] = []
        self.positions: dict[Place, int] = {}
        self.equal: bool | None = None

    def __enter__(self) -> Self:
        try:
            self._connection = psycopg.connect(self._url)
            self._lock_out_relay()
            self._relayed = committed_offsets(self._brokers, relay_group(self._service), [RELAY_PLACE]).get(
                RELAY_PLACE, 0
            )
            self._before = self._digest(self._relayed)
            self._connection.execute(
                sql.SQL("TRUNCATE {} RESTART IDENTITY").format(self._events), prepare=False
            )
        except psycopg.Error as error:
            raise _failure(self._service, error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What is not finished is undone."""
        self._connection.close()

    def add_published(self, events: Iterable[StoredEvent]) -> None:
        """Add events that stand in the topics; each stream in order."""
        statement = sql.SQL(
            "COPY {} (originator_id, originator_version, topic, state) FROM STDIN (FORMAT BINARY)"
        ).format(self._events)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(("uuid", "int8", "text", "bytea"))
            for event in events:
                copy.write_row((event.originator_id, event.originator_version, event.topic, event.state))
                self.published += 1

    def finish(self) -> None:
        """Put it all in place.

        Published events have ids up to the relay's position, and what is still to be published has
        ids behind it. The relay's offset is set first: a crash in between leaves the store as it was,
        and to be restored again.
        """
        after = self._digest(self.published)
        self.equal = None if self._before[0] == 0 else self._before == after
        position = max(self._relayed, self.published)
        with self._connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'notification_id'), %s, %s)").format(
                    sql.Literal(self._events.as_string(self._connection))
                ),
                (max(position, 1), position > 0),
            )
            for event in self.unpublished:
                cursor.execute(
                    sql.SQL(
                        "INSERT INTO {} (originator_id, originator_version, topic, state)"
                        " VALUES (%s, %s, %s, %s)"
                    ).format(self._events),
                    (event.originator_id, event.originator_version, event.topic, event.state),
                )
            self._restore_positions(cursor)
            cursor.execute(sql.SQL("DELETE FROM {}").format(self._work))
            self._queue.add(cursor, self.work)
        if position > self._relayed:
            set_offsets(self._brokers, relay_group(self._service), {RELAY_PLACE: position})
        self._connection.commit()

    def _restore_positions(self, cursor: psycopg.Cursor[tuple[object, ...]]) -> None:
        delete = sql.SQL("DELETE FROM {} WHERE application_name <> %s").format(self._tracking)
        cursor.execute(delete, (_MIGRATION_ROW,))
        cursor.executemany(
            sql.SQL("INSERT INTO {} (application_name, notification_id) VALUES (%s, %s)").format(
                self._tracking
            ),
            [(f"{topic}-{partition}", offset) for (topic, partition), offset in self.positions.items()],
        )

    def _lock_out_relay(self) -> None:
        statement = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
        row = self._connection.execute(statement, (relay_lock(self._service),)).fetchone()
        if not row or not row[0]:
            raise SetupError(
                f"Restoring the store of {self._service}",
                why="its relay runs",
                todo="Stop the services with: streamwright down",
            )

    def _digest(self, up_to: int) -> tuple[object, ...]:
        row = self._connection.execute(sql.SQL(_DIGEST).format(self._events), (up_to,)).fetchone()
        return row or (0, 0)
