"""Reading the log up to given positions, or to its end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from projections.batch import Batch
from projections.consumption import Gathered, LogConsumer, Place
from projections.reading import Reader
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
    wanted = {place: until.get(place, 0) if until is not None else None for place in positions}
    waiting = {place for place, end in wanted.items() if end is None or positions[place] < end}
    consumer.assign({place: positions[place] for place in waiting})
    ends: dict[Place, int] = {}
    with write_behind(store, reader, positions) as writer:
        for gathered in _heard(consumer, waiting):
            reached = _reached(gathered, wanted)
            within = [each for each in gathered.records if _is_before(each.offset, wanted[each.place])]
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


def _reached(gathered: Gathered, wanted: Mapping[Place, int | None]) -> dict[Place, int]:
    """Partitions that were read as far as wanted, with the position to move to."""
    reached = dict(gathered.ends)
    for place, end in gathered.ends.items():
        limit = wanted[place]
        reached[place] = end if limit is None else min(end, limit)
    for record in gathered.records:
        limit = wanted[record.place]
        if limit is not None and record.offset + 1 >= limit:
            reached[record.place] = limit
    return reached


def _is_before(offset: int, limit: int | None) -> bool:
    return limit is None or offset < limit


def _move(store: Store, positions: Positions, targets: dict[Place, int]) -> None:
    ahead = {place: end for place, end in targets.items() if end > positions[place]}
    store.write(Batch(positions=ahead), positions)
    positions.update(ahead)
