"""Writing batches to Postgres: rows and positions in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import psycopg
from psycopg import sql

from projections.batch import Batch
from projections.copy_text import copy_text
from projections.models.table import AppendTable, Table, Value, flat_row
from projections.models.tables import MERGED_TABLES, SKIPPED, TIMELINE
from schemas.errors import SetupError

Positions = dict[tuple[str, int], int]
Connection = psycopg.Connection[tuple[object, ...]]

CHANNEL = "streamwright_projections"
_PROJECTOR_LOCK = "streamwright.projections.projector"
_SWITCH_LOCK = "streamwright.projections.switch"


class PositionsMovedError(Exception):
    """Another projector has written meanwhile; this one must start again from what is stored."""


class Store:
    """The read models in the first schema of the connection's search path.

    Args:
        is_live: the schema may be switched by a rebuild at any time; False for one that is being built.
    """

    def __init__(self, connection: Connection, *, is_live: bool = True) -> None:
        self._connection = connection
        self._is_live = is_live
        self._prepared = False

    def try_lock(self) -> bool:
        """Become the one active projector of the database, if there is none; held as long as the
        connection lives."""
        statement = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
        with self._connection.transaction():
            row = self._connection.execute(statement, (_PROJECTOR_LOCK,)).fetchone()
        return bool(row and row[0])

    def positions(self, partitions: Iterable[tuple[str, int]]) -> Positions:
        """Next offset to read of each partition; those not yet known begin at 0 and get a row.

        Raises:
            SetupError: the read models have no tables.
        """
        topics, numbers = zip(*partitions, strict=True)
        try:
            with self._connection.transaction():
                self._hold()
                self._connection.execute(
                    "INSERT INTO positions SELECT t, p, 0 FROM unnest(%s::text[], %s::int[]) AS u(t, p)"
                    " ON CONFLICT DO NOTHING",
                    (list(topics), list(numbers)),
                )
                return read_positions(self._connection)
        except psycopg.errors.UndefinedTable as error:
            raise SetupError(
                "Reading the positions of the read models",
                why="there are no tables",
                todo="Create them with: streamwright up",
            ) from error

    def write(self, batch: Batch, before: Mapping[tuple[str, int], int]) -> None:
        """Write the rows and move the positions, in one transaction.

        Args:
            before: positions that must be stored now; those after it are in the batch.

        Raises:
            PositionsMovedError: the stored positions are others; nothing is written.
        """
        self._prepare()
        with self._connection.transaction():
            self._hold()
            self._move(batch.positions, before)
            self._append(TIMELINE, batch.timeline)
            self._append(SKIPPED, batch.skipped)
            for table, rows in batch.merged.items():
                flat = (flat_row(table, key, states) for key, states in rows.items())
                self._merge(table, flat)
            if self._is_live and (batch.timeline or batch.skipped):
                self._connection.execute("SELECT pg_notify(%s, '')", (CHANNEL,))

    def _hold(self) -> None:
        if self._is_live:
            hold_schema(self._connection)

    def _prepare(self) -> None:
        if self._prepared:
            return
        with self._connection.transaction():
            for table in MERGED_TABLES:
                self._connection.execute(
                    sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {} (LIKE {}) ON COMMIT DELETE ROWS").format(
                        sql.Identifier(f"incoming_{table.name}"), sql.Identifier(table.name)
                    )
                )
        self._prepared = True

    def _move(self, after: Mapping[tuple[str, int], int], before: Mapping[tuple[str, int], int]) -> None:
        if not after:
            return
        moved = self._connection.execute(
            "UPDATE positions SET next_offset = u.after"
            " FROM unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[]) AS u(t, p, before, after)"
            " WHERE topic = u.t AND partition = u.p AND next_offset = u.before",
            (
                [topic for topic, _ in after],
                [partition for _, partition in after],
                [before[place] for place in after],
                list(after.values()),
            ),
        )
        if moved.rowcount != len(after):
            raise PositionsMovedError

    def _append(self, table: AppendTable, rows: list[tuple[Value, ...]]) -> None:
        if rows:
            self._copy(table.name, table.columns, rows)

    def _merge(self, table: Table, rows: Iterable[tuple[Value, ...]]) -> None:
        self._copy(f"incoming_{table.name}", table.columns, rows)
        self._connection.execute(merge_statement(table))

    def _copy(self, name: str, columns: tuple[str, ...], rows: Iterable[tuple[Value, ...]]) -> None:
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(copy_text(rows))


def hold_schema(connection: Connection) -> None:
    """Keep the schema from being switched by a rebuild until the transaction ends. To be called
    first: names looked up before it could be those of the schema that is switched away."""
    connection.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", (_SWITCH_LOCK,))


def hold_all_writers(connection: Connection) -> None:
    """Keep every writer of read models waiting until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (_SWITCH_LOCK,))


def read_positions(connection: Connection) -> Positions:
    """The stored positions."""
    rows = connection.execute("SELECT topic, partition, next_offset FROM positions").fetchall()
    return {(str(topic), int(str(partition))): int(str(offset)) for topic, partition, offset in rows}


@cache
def merge_statement(table: Table) -> sql.Composed:
    """The statement that merges the incoming rows as `projections.models.table.merge` does."""
    sets: list[sql.Composed] = []
    for facet in table.facets:
        order = sql.Identifier(f"{facet.name}_order")
        sets.extend(
            sql.SQL(
                "{column} = CASE WHEN excluded.{order} > kept.{order} THEN excluded.{column}"
                " ELSE kept.{column} END"
            ).format(column=sql.Identifier(column), order=order)
            for column in facet.columns
        )
    return sql.SQL("INSERT INTO {} AS kept ({}) SELECT {} FROM {} ON CONFLICT ({}) DO UPDATE SET {}").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(map(sql.Identifier, table.columns)),
        sql.SQL(", ").join(map(sql.Identifier, table.columns)),
        sql.Identifier(f"incoming_{table.name}"),
        sql.SQL(", ").join(map(sql.Identifier, table.key)),
        sql.SQL(", ").join(sets),
    )
