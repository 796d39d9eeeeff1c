"""Writing records of the log into the read models."""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from projections.batch import Batch, batch_of, skipped_batch
from projections.reading import RawRecord, Reader
from projections.store import Positions, Store

# Errors of the data, for which a repetition does not help. The last one is for keys too long for an index.
_POISON = (psycopg.DataError, psycopg.errors.ProgramLimitExceeded, ValueError)


def project(
    store: Store,
    reader: Reader,
    records: list[RawRecord],
    positions: Positions,
    *,
    batch: Batch | None = None,
    on_batch: Callable[[Batch], None] = lambda _: None,
) -> None:
    """Write the records in one transaction and move the positions; a record that Postgres refuses
    is found by halving, and skipped.

    Args:
        positions: next offset of each partition; is moved.
        batch: that of the records, where it has been made already.
        on_batch: told of each batch that is written.

    Raises:
        PositionsMovedError: another projector has written meanwhile.
        psycopg.Error: the database does not take it.
    """
    if not records:
        return
    batch = batch or batch_of(records, reader)
    try:
        store.write(batch, positions)
    except _POISON as error:
        if len(records) > 1:
            middle = len(records) // 2
            for half in (records[:middle], records[middle:]):
                project(store, reader, half, positions, on_batch=on_batch)
            return
        batch = skipped_batch(records[0], f"The database refuses it: {error}")
        store.write(batch, positions)
    positions.update(batch.positions)
    on_batch(batch)
