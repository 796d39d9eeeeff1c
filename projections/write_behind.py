"""Writing a batch while the next one is read: Postgres and this process work at the same time."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from projections.batch import batch_of
from projections.projection import project
from projections.reading import RawRecord, Reader
from projections.store import Positions, Store

# The writing thread answers Postgres many times a batch, and waits this long for its turn each time.
_SWITCH_SECONDS = 0.000_5
_COLLECT_AFTER = 200_000


class WriteBehind:
    """Projects batches, the writing of each in a thread of its own, one after the other.

    Args:
        positions: next offset of each partition; is moved while batches are written, and stands still
            once they are settled.
    """

    def __init__(
        self, executor: ThreadPoolExecutor, store: Store, reader: Reader, positions: Positions
    ) -> None:
        self._executor = executor
        self._store = store
        self._reader = reader
        self._positions = positions
        self._writing: Future[None] | None = None

    def project(self, records: list[RawRecord]) -> None:
        """Make the records' batch, and begin to write it when the one before is written.

        Raises:
            PositionsMovedError: another projector has written meanwhile.
            psycopg.Error: the database does not take the batch before.
        """
        batch = batch_of(records, self._reader)
        self.settle()
        self._writing = self._executor.submit(
            project, self._store, self._reader, records, self._positions, batch=batch
        )

    def settle(self) -> None:
        """Wait until all is written.

        Raises:
            PositionsMovedError: another projector has written meanwhile.
            psycopg.Error: the database does not take the batch.
        """
        if self._writing is not None:
            writing, self._writing = self._writing, None
            writing.result()


@contextmanager
def write_behind(store: Store, reader: Reader, positions: Positions) -> Iterator[WriteBehind]:
    """For a while: threads take turns quickly, and garbage, of which batches make none, is sought seldom."""
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.set_threshold(_COLLECT_AFTER, *thresholds[1:])
    try:
        with ThreadPoolExecutor(1, "write-behind") as executor:
            writer = WriteBehind(executor, store, reader, positions)
            yield writer
            writer.settle()
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*thresholds)
