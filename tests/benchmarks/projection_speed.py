"""Projection rebuild beside its bound (consume, decode and COPY alone), and beside a row-by-row projector."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from connectors.postgres.migrations import apply
from connectors.postgres.roles import ensure_role, service_url
from projections.batch import Batch, batch_of
from projections.catching_up import catch_up
from projections.consumption import LogConsumer
from projections.copy_text import copy_text
from projections.models.table import flat_row
from projections.models.tables import TIMELINE
from projections.reading import Reader
from projections.store import Store
from tests.benchmarks import event_log
from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import Row, Sample, Samples, alternate, cpu_rate, rate, rate_row, timed
from tests.benchmarks.peers.row_by_row import project_row_by_row
from tests.benchmarks.raw_avro import decode_all
from tests.servers import new_database

_BATCH = 5_000
_Chunk = list[tuple[str, tuple[str, ...], bytes, int]]
Connection = psycopg.Connection[tuple[object, ...]]


def projection_rows(bench: Bench) -> list[Row]:
    """All rows on projections."""
    count = event_log.publish_log(bench.brokers, bench.sizes.log)
    values = event_log.values(bench.brokers)
    chunks = list(_chunks(bench.brokers))
    rows_of_all = sum(rows for chunk in chunks for *_, rows in chunk)
    timeline = [[part for part in chunk if part[0] == TIMELINE.name] for chunk in chunks]
    samples = alternate(
        {
            "ours": lambda: rebuild(bench),
            "consume": lambda: event_log.consume_alone(bench.brokers),
            "decode": lambda: timed(lambda: len(decode_all(values))),
            "copy": lambda: _copied(bench, chunks, count),
            "copy timeline": lambda: _copied(bench, timeline, count),
            "one loop": lambda: _one_loop(bench, chunks),
            "row by row": lambda: project_row_by_row(bench.database_url, bench.sizes.row_by_row),
        },
        bench.sizes.repetitions,
    )
    return [
        _bound_row("copy", f"consume + decode + COPY of the same rows ({rows_of_all / count:.1f} an event)",
                   samples, bar=0.7),
        _bound_row("copy timeline", "consume + decode + COPY of 1 row an event", samples),
        rate_row("projection rebuild, in one loop", samples["ours"], samples["one loop"],
                 "consume, decode and COPY of the same rows in one loop"),
        rate_row("projection rebuild, row by row", samples["ours"], samples["row by row"],
                 "eventsourcing, one row and one transaction an event", bar=30.0),
    ]  # fmt: skip


def _bound_row(copy: str, reference_name: str, samples: Samples, bar: float | None = None) -> Row:
    parts = ("consume", "decode", copy)
    bound = 1 / sum(1 / rate(samples[part]) for part in parts)
    cpu_bound = 1 / sum(1 / cpu_rate(samples[part]) for part in parts)
    alone = ", ".join(f"{part} {rate(samples[part]):,.0f}/s" for part in parts)
    return Row(
        name="projection rebuild",
        ours=rate(samples["ours"]),
        reference=bound,
        reference_name=reference_name,
        unit="events/s",
        bar=bar,
        cpu_ratio=cpu_rate(samples["ours"]) / cpu_bound,
        note=f"alone: {alone}",
    )


@contextmanager
def empty_read_models(bench: Bench) -> Iterator[Connection]:
    """A connection to new read models, as a rebuild has it."""
    with new_database(bench.database_url) as url:
        ensure_role(url, "projections")
        own = service_url(url, "projections")
        with as_file(files("projections") / "migrations") as folder:
            apply(own, folder, "projections")
        with psycopg.connect(make_conninfo(own), autocommit=True) as connection:
            connection.execute("SET synchronous_commit = off")
            yield connection


def rebuild(bench: Bench) -> Sample:
    """Build the read models from the topics, with the code of `streamwright rebuild`."""
    with empty_read_models(bench) as connection, LogConsumer(bench.brokers) as consumer:
        store = Store(connection, is_live=False)
        positions = store.positions(consumer.partitions())

        def work() -> int:
            catch_up(consumer, store, Reader(), positions, until=None)
            return 0

        taken = timed(work)
        row = connection.execute("SELECT count(*) FROM timeline").fetchone()
        return Sample(int(str(row[0])) if row else 0, taken.wall, taken.cpu)


def _chunks(brokers: str) -> Iterator[_Chunk]:
    """The rows of the log as COPY text, in the batches and tables of the projector."""
    reader = Reader()
    with LogConsumer(brokers) as consumer:
        waiting = set(consumer.partitions())
        consumer.assign(dict.fromkeys(waiting, 0))
        while waiting:
            gathered = consumer.gather(_BATCH, 0.5)
            waiting -= gathered.ends.keys()
            if gathered.records:
                yield _chunk(batch_of(gathered.records, reader))


def _chunk(batch: Batch) -> _Chunk:
    chunk = [(TIMELINE.name, TIMELINE.columns, copy_text(batch.timeline), len(batch.timeline))]
    for table, merged in batch.merged.items():
        flat = [flat_row(table, key, states) for key, states in merged.items()]
        chunk.append((table.name, table.columns, copy_text(flat), len(flat)))
    return chunk


def _copied(bench: Bench, chunks: list[_Chunk], count: int) -> Sample:
    """COPY text that is ready into tables without indexes."""
    with empty_read_models(bench) as connection:
        _make_plain_tables(connection, chunks)

        def work() -> int:
            for chunk in chunks:
                _copy(connection, chunk)
            return count

        return timed(work)


def _one_loop(bench: Bench, chunks: list[_Chunk]) -> Sample:
    """Consume and decode the log, and COPY ready text of the same rows, one after the other."""
    with empty_read_models(bench) as connection:
        _make_plain_tables(connection, chunks)
        consumer = event_log.reading_consumer(bench.brokers)

        def work() -> int:
            count, ready = 0, iter(chunks)
            for batch in event_log.batches(consumer, _BATCH):
                count += len(decode_all(value for _, value in batch))
                _copy(connection, next(ready, []))
            for chunk in ready:
                _copy(connection, chunk)
            return count

        try:
            return timed(work)
        finally:
            consumer.close()


def _make_plain_tables(connection: Connection, chunks: list[_Chunk]) -> None:
    for name in {name for chunk in chunks for name, *_ in chunk}:
        statement = "CREATE TABLE {} (LIKE {})"
        plain, table = sql.Identifier(f"plain_{name}"), sql.Identifier(name)
        connection.execute(sql.SQL(statement).format(plain, table))


def _copy(connection: Connection, chunk: _Chunk) -> None:
    with connection.transaction(), connection.cursor() as cursor:
        for name, columns, text, _ in chunk:
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(f"plain_{name}"), sql.SQL(", ").join(map(sql.Identifier, columns))
            )
            with cursor.copy(statement) as copy:
                copy.write(text)
