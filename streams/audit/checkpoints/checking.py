"""Checking the log against its checkpoints, and naming the first record of a partition that differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from connectors.kafka.log import LogRecord, read_log
from connectors.kafka.position import Position
from schemas.errors import HistoryError
from schemas.topics import DEAD_LETTER_SUFFIX
from streams.audit.checkpoints.checkpoint import Checkpoint, Place
from streams.audit.checkpoints.comparison import Comparison
from streams.audit.checkpoints.difference import Change, Difference, first_difference
from streams.audit.checkpoints.fingerprint import fingerprint_of
from streams.audit.checkpoints.keys import is_signed_by, public_key
from streams.audit.checkpoints.store import CheckpointStore
from streams.audit.findings import Mismatch, MismatchKind

_KINDS: dict[Change, MismatchKind] = {
    "altered": "altered_since_checkpoint",
    "dropped": "dropped_since_checkpoint",
    "inserted": "inserted_since_checkpoint",
    "reordered": "reordered_since_checkpoint",
    "moved": "moved_since_checkpoint",
}


class CheckpointCheck:
    """Checks a log that is being read against the checkpoints of a folder.

    Attributes:
        covered: number of records that the checkpoints vouch for.
    """

    def __init__(self, folder: Path, key: Path | None = None) -> None:
        """Read the checkpoints.

        Args:
            key: file of the public key that a reader has kept; the folder's own where it is None.

        Raises:
            SetupError: there are checkpoints, and no key to check their signatures with.
        """
        self._store = CheckpointStore(folder)
        self._invalid: list[Mismatch] = []
        latest: dict[Place, Checkpoint] = {}
        places = self._store.places()
        trusted = public_key(folder, key) if places else None
        for place in places:
            try:
                last = self._store.latest(place)
            except HistoryError as error:
                self._invalid.append(_invalid(place, 0, f"its checkpoints cannot be read: {error}"))
                continue
            if trusted is not None and is_signed_by(trusted, last.signature, last.statement()):
                latest[place] = last
            else:
                why = f"the checkpoint of {last.records} records is not signed with the key"
                self._invalid.append(_invalid(place, last.next_offset - 1, why))
        self._comparison = Comparison(latest)
        self.covered = sum(each.records for each in latest.values())

    def watched(self, records: Iterable[LogRecord]) -> Iterator[LogRecord]:
        """The same records, which are looked at on their way; all event topics from the beginning."""
        return self._comparison.watched(records)

    def findings(self, brokers: str) -> list[Mismatch]:
        """What differs, once all events have been read; dead letters are read here.

        Raises:
            SetupError: the broker cannot be reached, or a topic is missing.
        """
        topics = sorted({topic for topic, _ in self._comparison.checkpoints})
        dead = [topic for topic in topics if topic.endswith(DEAD_LETTER_SUFFIX)]
        if dead:
            for _ in self._comparison.watched(read_log(brokers, dead)):
                pass
        named = [self._named(brokers, each) for each in self._comparison.differing()]
        return [*self._invalid, *named]

    def _named(self, brokers: str, checkpoint: Checkpoint) -> Mismatch:
        try:
            expected = self._store.fingerprints(checkpoint)
        except HistoryError as error:
            why = f"its records are not those of the checkpoint; which one differs is not known: {error}"
            return _invalid(checkpoint.place, checkpoint.next_offset - 1, why)
        found = list(read_log(brokers, [checkpoint.topic], only=checkpoint.place))
        difference = first_difference(expected, [fingerprint_of(record) for record in found])
        if difference is None:
            # The first reading met the partition in a state that it is no longer in.
            why = "its records changed while they were read; verify again"
            return _invalid(checkpoint.place, checkpoint.next_offset - 1, why)
        record = found[difference.index] if difference.index < len(found) else None
        return _mismatch(checkpoint, difference, record)


def _mismatch(checkpoint: Checkpoint, difference: Difference, record: LogRecord | None) -> Mismatch:
    is_there = record is not None and difference.change != "dropped"
    offset = record.offset if record is not None and is_there else difference.expected.offset
    told = dict(record.headers) if record is not None and is_there else {}
    key = (record.key or b"") if record is not None and is_there else b""
    # streamwright.<event type>.v<version>
    event_type = told.get("ce_type", b"").decode(errors="replace").split(".")
    return Mismatch(
        kind=_KINDS[difference.change],
        position=Position(checkpoint.topic, checkpoint.partition, offset),
        delivery_id=key.decode(errors="replace")[:80],
        event_id=told.get("ce_id", b"").decode(errors="replace"),
        event_type=event_type[1] if len(event_type) == 3 else "",
        service="",
        why=_why(checkpoint, difference),
    )


def _why(checkpoint: Checkpoint, difference: Difference) -> str:
    where = f"{checkpoint.topic}-{checkpoint.partition}-{difference.expected.offset}"
    what = {
        "altered": f"the record at {where} is not the one",
        "dropped": f"the record at {where} is not there any more, which it was",
        "inserted": f"it was not there: {where} came here",
        "reordered": f"it stood at another place: {where} came here",
        "moved": f"its offset was that of {where}",
    }[difference.change]
    return (
        f"{what} at the checkpoint of {checkpoint.made_at}; "
        f"first of its partition that differs, {difference.index} records before it are as they were"
    )


def _invalid(place: Place, offset: int, why: str) -> Mismatch:
    return Mismatch(
        kind="invalid_checkpoint",
        position=Position(*place, max(offset, 0)),
        delivery_id="",
        event_id="",
        event_type="",
        service="",
        why=why,
    )
