"""Records of the log to the rows that one transaction writes: pure, so that it can be repeated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from projections.models.fold import changes_of
from projections.models.spans import Spans
from projections.models.table import MergedRows, Value, merge
from projections.models.timeline import timeline_row
from projections.reading import RawRecord, Reader
from schemas.errors import DecodeError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_REASON = 2_000


@dataclass(slots=True)
class Batch:
    """Rows to write.

    Attributes:
        merged: rows that are merged with those already there.
        timeline: one row for each event.
        skipped: one row for each record that is not an event of ours.
        positions: next offset to read of each (topic, partition).
    """

    merged: MergedRows = field(default_factory=dict)
    timeline: list[tuple[Value, ...]] = field(default_factory=list)
    skipped: list[tuple[Value, ...]] = field(default_factory=list)
    positions: dict[tuple[str, int], int] = field(default_factory=dict)


def batch_of(records: Iterable[RawRecord], reader: Reader) -> Batch:
    """The rows of these records; those that do not decode are skipped with the reason."""
    batch = Batch()
    merged, timeline, positions, spans = batch.merged, batch.timeline, batch.positions, Spans()
    for record in records:
        try:
            event = reader.read(record)
            row, changes = timeline_row(event), list(changes_of(event))
        except DecodeError as error:
            batch.skipped.append(skipped_row(record, str(error)))
        except (OverflowError, ValueError, TypeError, KeyError) as error:
            batch.skipped.append(skipped_row(record, f"A value is not allowed: {error!r}"))
        else:
            timeline.append(row)
            merge(merged, changes)
            spans.add(event)
        positions[record.topic, record.partition] = record.offset + 1
    merge(merged, spans.changes())
    return batch


def skipped_batch(record: RawRecord, reason: str) -> Batch:
    """The batch that skips one record."""
    return Batch(
        skipped=[skipped_row(record, reason)],
        positions={(record.topic, record.partition): record.offset + 1},
    )


def skipped_row(record: RawRecord, reason: str) -> tuple[Value, ...]:
    """The row of a skipped record, in the order of `projections.models.tables.SKIPPED`."""
    key = (record.key or b"")[:200].decode(errors="replace")
    return (
        record.topic,
        record.partition,
        record.offset,
        _moment(record.timestamp_ms),
        key,
        len(record.value or b""),
        reason[:_LONGEST_REASON],
    )


def _moment(timestamp_ms: int) -> datetime | None:
    """The time of a record, which its sender may have set to anything; None where it is none."""
    try:
        return _EPOCH + timedelta(milliseconds=timestamp_ms) if timestamp_ms > 0 else None
    except OverflowError:
        return None
