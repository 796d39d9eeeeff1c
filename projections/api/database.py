"""Queries of the read models over a pool of connections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import LiteralString, cast

import psycopg
from psycopg.errors import QueryCanceled
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Composed
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from connectors.resilience.breaker import BreakerOpenError
from connectors.resilience.outgoing import Outgoing
from connectors.resilience.policy import CallPolicy

Row = dict[str, object]
Arguments = Sequence[object] | Mapping[str, object]
_STATEMENT_LIMIT_MS = 10_000
_SOON_SECONDS = 1.0


class DatabaseAwayError(psycopg.OperationalError):
    """The database does not answer.

    Attributes:
        retry_after_seconds: when asking again may help.
    """

    def __init__(self, why: str, retry_after_seconds: float) -> None:
        super().__init__(why)
        self.retry_after_seconds = retry_after_seconds


def _is_away(error: BaseException) -> bool:
    """Whether the database is at fault, and neither a query that takes too long nor too many of them."""
    away = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return away and not isinstance(error, QueryCanceled | TooManyRequests)


class Database:
    """The read models, to be read.

    A query is tried once: who asks is told at once to come back, rather than kept waiting.

    Attributes:
        calls: the calls to the database.
    """

    def __init__(self, url: str, policy: CallPolicy | None = None, *, connections: int = 8) -> None:
        self.url: str = url
        self.calls: Outgoing = Outgoing(
            "read-models", policy or CallPolicy(), is_failure=_is_away, timeouts=(PoolTimeout, QueryCanceled)
        )
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[DictRow]] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=connections,
            max_waiting=200,
            timeout=5.0,
            reconnect_timeout=5.0,
            open=False,
            name="query-api",
            connection_class=psycopg.AsyncConnection[DictRow],
            kwargs={"row_factory": dict_row, "autocommit": True, "connect_timeout": 5},
            configure=_configure,
            check=AsyncConnectionPool.check_connection,
        )

    async def open(self) -> None:
        """Begin to connect; queries wait until there is a connection."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()

    async def rows(self, query: LiteralString | Composed, arguments: Arguments = ()) -> list[Row]:
        """All rows of a query.

        Raises:
            psycopg.OperationalError: the database does not answer.
        """
        statement = SQL(query) if isinstance(query, str) else query
        try:
            return await self.calls.call_async(lambda: self._rows(statement, arguments), is_repeatable=False)
        except BreakerOpenError as error:
            raise DatabaseAwayError(str(error), error.retry_after_seconds) from error
        except TimeoutError as error:
            limit = self.calls.policy.timeout_seconds
            raise DatabaseAwayError(f"no answer within {limit:g} s", _SOON_SECONDS) from error

    async def _rows(self, statement: SQL | Composed, arguments: Arguments) -> list[Row]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(statement, arguments)
            return cast("list[Row]", await cursor.fetchall())

    async def row(self, query: LiteralString | Composed, arguments: Arguments = ()) -> Row | None:
        """The first row of a query, or None."""
        rows = await self.rows(query, arguments)
        return rows[0] if rows else None

    async def problem(self) -> str:
        """Why queries cannot be answered, '' if they can."""
        try:
            found = await self.rows("SELECT migration_id FROM _yoyo_migration")
        except psycopg.errors.UndefinedTable:
            return "the read models have no tables: create them with streamwright up"
        except psycopg.Error as error:
            return f"the database does not answer: {error}".strip()
        missing = sorted(_migrations() - {str(row["migration_id"]) for row in found})
        return f"the migration {missing[0]} is missing: apply it with streamwright up" if missing else ""


def _migrations() -> set[str]:
    folder = files("projections") / "migrations"
    return {file.name.removesuffix(".sql") for file in folder.iterdir() if file.name.endswith(".sql")}


async def _configure(connection: psycopg.AsyncConnection[DictRow]) -> None:
    await connection.execute(f"SET statement_timeout = {_STATEMENT_LIMIT_MS}")
    await connection.execute("SET default_transaction_read_only = on")
    await connection.execute("SET timezone = 'UTC'")
