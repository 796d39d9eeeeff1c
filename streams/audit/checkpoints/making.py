"""Making checkpoints: reads what came since the last ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from connectors.kafka.log import LogRecord, read_log
from schemas.topics import TOPICS
from streams.audit.checkpoints.checkpoint import Checkpoint, Place
from streams.audit.checkpoints.fingerprint import fingerprint_of
from streams.audit.checkpoints.keys import signing_key
from streams.audit.checkpoints.merkle import MerkleTree, leaf_hash
from streams.audit.checkpoints.store import CheckpointStore

# What may be held of one partition; a checkpoint is made when it is full.
_MEMORY_BYTES = 32 * 1024 * 1024


@dataclass(slots=True)
class _Partition:
    """A partition while it is read: the tree, the fingerprints that are not kept yet, where it goes on."""

    tree: MerkleTree
    next_offset: int
    kept: int
    fresh: bytearray = field(default_factory=bytearray)


def make_checkpoints(
    brokers: str, folder: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> list[Checkpoint]:
    """Make a checkpoint of each partition that has records since its last one; gives the new ones.

    Dead letters are covered, too. One process at a time makes checkpoints in a folder.

    Raises:
        SetupError: the broker cannot be reached, or a topic or the key is missing.
        HistoryError: the files of the last checkpoints are damaged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        return _Making(CheckpointStore(folder), clock).run(brokers)


class _Making:
    def __init__(self, store: CheckpointStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._key = signing_key(store.folder)
        self._partitions: dict[Place, _Partition] = {}
        self._made: list[Checkpoint] = []

    def run(self, brokers: str) -> list[Checkpoint]:
        for place in self._store.places():
            last = self._store.latest(place)
            self._partitions[place] = _Partition(self._store.tree(last), last.next_offset, last.records)
        start = {place: partition.next_offset for place, partition in self._partitions.items()}
        for record in read_log(brokers, [topic.name for topic in TOPICS], start):
            self._add(record)
        for place in sorted(self._partitions):
            self._keep(place)
        return self._made

    def _add(self, record: LogRecord) -> None:
        place = (record.topic, record.partition)
        partition = self._partitions.setdefault(place, _Partition(MerkleTree(), 0, 0))
        if record.offset < partition.next_offset:
            # Kafka begins again from the first record where the log is shorter than it was.
            return
        row = fingerprint_of(record).to_bytes()
        partition.tree.add(leaf_hash(row))
        partition.fresh += row
        partition.next_offset = record.offset + 1
        if len(partition.fresh) >= _MEMORY_BYTES:
            self._keep(place)

    def _keep(self, place: Place) -> None:
        partition = self._partitions[place]
        if not partition.fresh:
            return
        unsigned = Checkpoint(
            topic=place[0],
            partition=place[1],
            records=partition.tree.size,
            next_offset=partition.next_offset,
            root=partition.tree.root().hex(),
            made_at=self._clock().isoformat(),
        )
        signature = self._key.sign(unsigned.statement()).hex()
        checkpoint = dataclasses.replace(unsigned, signature=signature)
        self._store.add(checkpoint, partition.kept, bytes(partition.fresh))
        partition.kept = partition.tree.size
        partition.fresh.clear()
        self._made.append(checkpoint)
