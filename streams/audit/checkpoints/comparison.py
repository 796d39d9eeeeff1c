"""Comparing the log with its checkpoints while it is read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from connectors.kafka.log import LogRecord
from streams.audit.checkpoints.checkpoint import Checkpoint, Place
from streams.audit.checkpoints.fingerprint import leaf_of
from streams.audit.checkpoints.merkle import MerkleTree


@dataclass(slots=True)
class Comparison:
    """The trees of the partitions that have a checkpoint, as the log is read.

    Attributes:
        checkpoints: the latest one of each partition.
    """

    checkpoints: Mapping[Place, Checkpoint]
    _growing: dict[Place, MerkleTree] = field(init=False)
    _whole: dict[Place, MerkleTree] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._growing = {place: MerkleTree() for place in self.checkpoints}

    def watched(self, records: Iterable[LogRecord]) -> Iterator[LogRecord]:
        """The same records, which are looked at on their way."""
        for record in records:
            tree = self._growing.get((record.topic, record.partition))
            if tree is not None:
                self._add(tree, record)
            yield record

    def _add(self, tree: MerkleTree, record: LogRecord) -> None:
        tree.add(leaf_of(record))
        place = (record.topic, record.partition)
        if tree.size == self.checkpoints[place].records:
            self._whole[place] = self._growing.pop(place)

    def differing(self) -> list[Checkpoint]:
        """Checkpoints that the records, once all are read, do not agree with."""
        return [each for place, each in sorted(self.checkpoints.items()) if not self._agrees(place, each)]

    def _agrees(self, place: Place, checkpoint: Checkpoint) -> bool:
        tree = self._whole.get(place)
        return tree is not None and tree.root().hex() == checkpoint.root
