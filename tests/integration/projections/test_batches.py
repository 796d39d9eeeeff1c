"""Property: however the log is cut into batches, the same rows come out."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from random import Random

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier

from projections.batch import batch_of
from projections.checksums import TableChecksum, checksums
from projections.models.tables import APPEND_TABLES, MERGED_TABLES
from projections.projection import project
from projections.reading import RawRecord, Reader
from projections.store import PositionsMovedError, Store
from schemas.envelope import Event
from schemas.events.feature import FeatureCreated
from tests.integration.projections.conftest import raw
from tests.unit.projections.rich_deliveries import rich_deliveries

HISTORY = rich_deliveries(8, seed=41)
RECORDS = [raw(record) for record in HISTORY]
SHUFFLES = st.integers(min_value=0, max_value=2**32)
CUTS = st.sets(st.integers(min_value=1, max_value=len(RECORDS) - 1), max_size=12)


def clear(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Empty all tables."""
    names = [*(table.name for table in MERGED_TABLES), *(table.name for table in APPEND_TABLES)]
    for name in (*names, "positions"):
        connection.execute(SQL("DELETE FROM {}").format(Identifier(name)))


def interleaved(records: list[RawRecord], seed: int) -> list[RawRecord]:
    """The records in another order that keeps each partition's."""
    random = Random(seed)
    waiting: dict[tuple[str, int], list[RawRecord]] = {}
    for record in records:
        waiting.setdefault(record.place, []).append(record)
    order = [record.place for record in records]
    random.shuffle(order)
    return [waiting[place].pop(0) for place in order]


def with_endless_id(event: Event) -> Event:
    """The event with a feature id that is too long for an index."""
    assert isinstance(event.payload, FeatureCreated)
    endless = Random(1).randbytes(10_000).hex()
    feature = dataclasses.replace(event.payload.feature, id=endless)
    return Event(envelope=event.envelope, payload=dataclasses.replace(event.payload, feature=feature))


def rows_of(
    connection: psycopg.Connection[tuple[object, ...]], records: list[RawRecord], cuts: set[int]
) -> dict[str, TableChecksum]:
    """The checksums after projecting the records in batches that end at the cuts."""
    clear(connection)
    store, reader = Store(connection), Reader()
    positions = store.positions({record.place for record in records})
    edges = [0, *sorted(cuts), len(records)]
    for start, end in pairwise(edges):
        project(store, reader, records[start:end], positions)
    return checksums(connection, "projections")


@pytest.mark.timeout(120)
def test_given_any_cut_and_any_interleaving_when_projected_then_the_same_rows_come_out(
    fresh_read_models: str,
) -> None:
    with psycopg.connect(fresh_read_models, autocommit=True) as connection:
        expected = rows_of(connection, RECORDS, set())

        @given(seed=SHUFFLES, cuts=CUTS)
        @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        def same_rows(seed: int, cuts: set[int]) -> None:
            assert rows_of(connection, interleaved(RECORDS, seed), cuts) == expected

        same_rows()
    assert expected["timeline"].rows == len(RECORDS)


def test_given_a_batch_that_was_written_when_written_again_then_nothing_changes(
    fresh_read_models: str,
) -> None:
    with psycopg.connect(fresh_read_models, autocommit=True) as connection:
        store = Store(connection)
        positions = store.positions({record.place for record in RECORDS})
        batch = batch_of(RECORDS, Reader())
        store.write(batch, positions)
        before = checksums(connection, "projections")
        with pytest.raises(PositionsMovedError):
            store.write(batch, positions)

        assert checksums(connection, "projections") == before


def test_given_a_row_that_the_database_refuses_when_projected_then_it_alone_is_skipped(
    fresh_read_models: str,
) -> None:
    at = next(n for n, each in enumerate(HISTORY) if isinstance(each.event.payload, FeatureCreated))
    refused = raw(dataclasses.replace(HISTORY[at], event=with_endless_id(HISTORY[at].event)))
    records = [*RECORDS[:at], refused, *RECORDS[at + 1 :]]
    with psycopg.connect(fresh_read_models, autocommit=True) as connection:
        store = Store(connection)
        positions = store.positions({record.place for record in records})
        project(store, Reader(), records, positions)
        skipped = connection.execute("SELECT topic, partition, record_offset FROM skipped").fetchall()
        found = checksums(connection, "projections")

    assert skipped == [(refused.topic, refused.partition, refused.offset)]
    assert found["timeline"].rows == len(records) - 1
