"""Reading the log up to given positions, or to its end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from projections.batch import Batch
from projections.consumption import Gathered, LogConsumer, Place
from projections.reading import RawRecord, Reader
from projections.store import Positions, Store
from projections.write_behind import write_behind
from schemas.errors import SetupError

_BATCH = 5_000
_WAIT_SECONDS = 0.5
_SILENCE_SECONDS = 60.0


def catch_up(
    consumer: LogConsumer,
    store: Store,
    reader: Reader,
    positions: Positions,
    *,
    until: Mapping[Place, int] | None,
) -> None:
    """Project all records before `until`, and move the positions there.

    Args:
        positions: next offset of each partition; is moved.
        until: offsets to stop before; a partition that it does not name is not read, and None reads
            to the end of every partition.

    Raises:
        SetupError: nothing came from the broker for 60 seconds.
        KafkaException: the broker cannot be read from.
    """
    wanted = {place: until.get(place, 0) for place in positions} if until is not None else {}
    waiting = {place for place, reached in positions.items() if until is None or reached < wanted[place]}
    consumer.assign({place: positions[place] for place in waiting})
    ends: dict[Place, int] = {}
    with write_behind(store, reader, positions) as writer:
        for gathered in _heard(consumer, waiting):
            within, reached = gathered if until is None else _within(gathered, wanted)
            if within:
                writer.project(within)
            ends |= {place: reached[place] for place in waiting & reached.keys()}
            waiting.difference_update(reached)
    _move(store, positions, ends)


def _heard(consumer: LogConsumer, waiting: set[Place]) -> Iterator[Gathered]:
    """What comes from the broker, as long as partitions are waited for."""
    heard_at = time.monotonic()
    while waiting:
        gathered = consumer.gather(_BATCH, _WAIT_SECONDS)
        if gathered.records or gathered.ends:
            yield gathered
            # Only waiting for the broker counts as silence, not what was done with the records.
            heard_at = time.monotonic()
        elif time.monotonic() - heard_at > _SILENCE_SECONDS:
            raise SetupError(
                "Reading the topics",
                why=f"nothing came for {_SILENCE_SECONDS:g} seconds",
                todo="Check the broker with: streamwright status",
            )


def _within(gathered: Gathered, wanted: Mapping[Place, int]) -> Gathered:
    """The records before the wanted ends, and the partitions that were read as far as wanted, with the
    position to move to."""
    reached = {place: min(end, wanted[place]) for place, end in gathered.ends.items()}
    within: list[RawRecord] = []
    for record in gathered.records:
        limit = wanted[record.place]
        if record.offset < limit:
            within.append(record)
        if record.offset + 1 >= limit:
            reached[record.place] = limit
    return Gathered(within, reached)


def _move(store: Store, positions: Positions, targets: dict[Place, int]) -> None:
    ahead = {place: end for place, end in targets.items() if end > positions[place]}
    store.write(Batch(positions=ahead), positions)
    positions.update(ahead)
