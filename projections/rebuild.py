"""Building all read models again from the topics alone: `python -m projections.rebuild --json`.

A fresh schema is built beside the live one up to the live one's positions, where both must be equal.
Then it reads on to the end of the log and takes the live one's place. Queries go on meanwhile.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files

import psycopg
from confluent_kafka import KafkaException
from psycopg import sql
from psycopg.conninfo import make_conninfo
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from connectors.logs import configure_logs
from connectors.postgres.migrations import apply
from connectors.postgres.roles import ensure_role, role_of, schema_of, service_url
from connectors.schema_registry import codec_for
from connectors.settings import Settings, settings
from projections.catching_up import catch_up
from projections.checksums import TableChecksum, checksums, differing
from projections.consumption import LogConsumer
from projections.reading import Reader
from projections.store import CHANNEL, Connection, Positions, Store, hold_all_writers, read_positions
from schemas.errors import SetupError

SERVICE = "projections"
_LIVE = schema_of(SERVICE)
_FRESH = f"{_LIVE}_fresh"
_REPLACED = f"{_LIVE}_replaced"
_REBUILD_LOCK = "streamwright.projections.rebuild"


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildResult:
    """What a rebuild gave.

    Attributes:
        events: events in the read models now.
        seconds: time it took.
        checksums_equal: every table was equal to the live one, at the live one's positions.
        compared_events: events in both when they were compared.
        differing_tables: tables that were not equal; the live ones are kept in the schema
            projections_replaced until the next rebuild.
        checksums: of each fresh table when they were compared.
    """

    events: int
    seconds: float
    checksums_equal: bool
    compared_events: int
    differing_tables: tuple[str, ...]
    checksums: dict[str, TableChecksum]


def rebuild(settings: Settings, *, keep_differing: bool = True) -> RebuildResult:
    """Build all read models from the topics, compare them with the live ones, and switch to them.

    Args:
        keep_differing: keep the replaced tables, for a look, where the new ones differ from them.

    Raises:
        SetupError: broker or database cannot be reached, or another rebuild is under way.
    """
    started = time.monotonic()
    try:
        with _only_rebuild(settings.database_url) as owner:
            compared, live, events = _build_and_switch(settings, owner)
            different = differing(compared, live)
            if not different or not keep_differing:
                _drop(owner, _REPLACED)
    except (psycopg.Error, KafkaException) as error:
        raise SetupError(
            "Rebuilding the read models",
            why=str(error).strip(),
            todo="Check KAFKA_BROKERS and DATABASE_URL, then run it again; what is live is untouched",
        ) from error
    return RebuildResult(
        events=events,
        seconds=round(time.monotonic() - started, 3),
        checksums_equal=not different,
        compared_events=compared["timeline"].rows,
        differing_tables=different,
        checksums=compared,
    )


Checksums = dict[str, TableChecksum]


def _build_and_switch(settings: Settings, owner: Connection) -> tuple[Checksums, Checksums, int]:
    url = service_url(settings.database_url, SERVICE)
    _create_schemas(settings.database_url, owner)
    reader = Reader(codec_for(settings))
    fresh_url = make_conninfo(url, options=f"-c search_path={_FRESH}")
    with (
        psycopg.connect(url, autocommit=True) as live,
        psycopg.connect(fresh_url, autocommit=True) as fresh,
        LogConsumer(settings.kafka_brokers) as consumer,
    ):
        fresh.execute("SET synchronous_commit = off")
        store = Store(fresh, is_live=False)
        positions = store.positions(consumer.partitions())
        catch_up(consumer, store, reader, positions, until=_live_positions(live))
        with owner.transaction():
            hold_all_writers(owner)
            catch_up(consumer, store, reader, positions, until=_live_positions(live))
            compared = checksums(fresh, _FRESH), checksums(live, _LIVE)
            catch_up(consumer, store, reader, positions, until=None)
            events = _count_events(fresh)
            _switch(owner)
    return *compared, events


@contextmanager
def _only_rebuild(database_url: str) -> Iterator[Connection]:
    """A connection of the owner, which holds the lock of rebuilds."""
    with psycopg.connect(database_url, autocommit=True) as owner:
        statement = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
        found = owner.execute(statement, (_REBUILD_LOCK,)).fetchone()
        if not found or not found[0]:
            raise SetupError(
                "Rebuilding the read models",
                why="another rebuild of this database is under way",
                todo="Wait for it to end",
            )
        try:
            yield owner
        finally:
            # The server notices a closed connection only a moment later.
            owner.execute("SELECT pg_advisory_unlock_all()")


def _create_schemas(database_url: str, owner: Connection) -> None:
    """A fresh schema with tables; the live one too where it is missing."""
    ensure_role(database_url, SERVICE)
    for schema in (_FRESH, _REPLACED):
        _drop(owner, schema)
    owner.execute(
        sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(
            sql.Identifier(_FRESH), sql.Identifier(role_of(SERVICE))
        )
    )
    with as_file(files("projections") / "migrations") as folder:
        for schema in (_LIVE, _FRESH):
            apply(service_url(database_url, SERVICE), folder, schema)


def _live_positions(live: Connection) -> Positions:
    try:
        return read_positions(live)
    except psycopg.errors.UndefinedTable:
        return {}


def _count_events(fresh: Connection) -> int:
    row = fresh.execute("SELECT count(*) FROM timeline").fetchone()
    return int(str(row[0])) if row else 0


def _switch(owner: Connection) -> None:
    rename = sql.SQL("ALTER SCHEMA {} RENAME TO {}")
    for before, after in ((_LIVE, _REPLACED), (_FRESH, _LIVE)):
        owner.execute(rename.format(sql.Identifier(before), sql.Identifier(after)))
    owner.execute("SELECT pg_notify(%s, '')", (CHANNEL,))


@retry(
    retry=retry_if_exception_type(psycopg.errors.LockNotAvailable),
    wait=wait_fixed(1),
    stop=stop_after_attempt(30),
    reraise=True,
)
def _drop(owner: Connection, schema: str) -> None:
    """Drop the schema; a query that still reads it is waited for, without making others wait."""
    with owner.transaction():
        owner.execute("SET LOCAL lock_timeout = '500ms'")
        owner.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def main() -> int:
    """Rebuild, and tell what came of it; 0 if the checksums were equal, 1 if not, 3 if it could not run."""
    parser = argparse.ArgumentParser(prog="python -m projections.rebuild", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    config = settings()
    configure_logs(config.log_level)
    try:
        result = rebuild(config)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 3
    if arguments.json:
        print(json.dumps(dataclasses.asdict(result)))
    else:
        print(f"{result.events} events in {result.seconds:.1f} s")
        print("All tables equal" if result.checksums_equal else f"Not equal: {result.differing_tables}")
    return 0 if result.checksums_equal else 1


if __name__ == "__main__":
    sys.exit(main())
