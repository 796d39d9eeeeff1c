"""Checkpoints as files of one folder, outside the log.

For each partition there are `<topic>-<partition>.jsonl`, the checkpoints, and
`<topic>-<partition>.fingerprints`, what each record was, from which a difference can be named. Only
the checkpoints are signed: the root in them vouches for the fingerprints too.
"""

from __future__ import annotations

import os
from pathlib import Path

from schemas.errors import HistoryError
from streams.audit.checkpoints.checkpoint import Checkpoint, Place
from streams.audit.checkpoints.fingerprint import FINGERPRINT_BYTES, Fingerprint
from streams.audit.checkpoints.merkle import MerkleTree, leaf_hash


class CheckpointStore:
    """The files of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def places(self) -> list[Place]:
        """Partitions that have a checkpoint."""
        names = [path.stem.rpartition("-") for path in sorted(self.folder.glob("*-*.jsonl"))]
        return [(topic, int(partition)) for topic, _, partition in names if partition.isdigit()]

    def checkpoints(self, place: Place) -> list[Checkpoint]:
        """The partition's checkpoints, oldest first.

        Raises:
            HistoryError: a line of the file is none.
        """
        path = self._file(place, "jsonl")
        text = path.read_text(errors="replace") if path.exists() else ""
        # What stands after the last end of a line was being written when the process or machine ended.
        return [Checkpoint.from_json(line) for line in text.split("\n")[:-1]]

    def latest(self, place: Place) -> Checkpoint:
        """The partition's last checkpoint, which covers all records of the ones before.

        Raises:
            HistoryError: there is none, or the file is damaged.
        """
        found = self.checkpoints(place)
        if not found:
            raise HistoryError(
                f"Reading {self._file(place, 'jsonl')}",
                why="no checkpoint is in it",
                todo="Bring it back from a copy",
            )
        return found[-1]

    def fingerprints(self, checkpoint: Checkpoint) -> list[Fingerprint]:
        """What each record of the checkpoint was.

        Raises:
            HistoryError: the file is not the one of the checkpoint.
        """
        self.tree(checkpoint)
        return [Fingerprint.from_bytes(row) for row in self._rows(checkpoint)]

    def tree(self, checkpoint: Checkpoint) -> MerkleTree:
        """The tree of the checkpoint, to be gone on with.

        Raises:
            HistoryError: the fingerprints do not give the checkpoint's root.
        """
        tree = MerkleTree()
        for row in self._rows(checkpoint):
            tree.add(leaf_hash(row))
        if tree.size != checkpoint.records or tree.root().hex() != checkpoint.root:
            raise HistoryError(
                f"Reading {self._file(checkpoint.place, 'fingerprints')}",
                why="it is not the file that the checkpoint was made with",
                todo="Bring it back from a copy",
            )
        return tree

    def _rows(self, checkpoint: Checkpoint) -> list[bytes]:
        path = self._file(checkpoint.place, "fingerprints")
        data = path.read_bytes() if path.exists() else b""
        end = min(len(data), checkpoint.records * FINGERPRINT_BYTES)
        return [data[at : at + FINGERPRINT_BYTES] for at in range(0, end, FINGERPRINT_BYTES)]

    def add(self, checkpoint: Checkpoint, before: int, fingerprints: bytes) -> None:
        """Keep a further checkpoint; its fingerprints are on the disk before it is.

        Args:
            before: number of records of the checkpoint before; what a crash left behind them goes.
        """
        path = self._file(checkpoint.place, "fingerprints")
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(before * FINGERPRINT_BYTES)
            file.seek(0, os.SEEK_END)
            file.write(fingerprints)
            file.flush()
            os.fsync(file.fileno())
        path = self._file(checkpoint.place, "jsonl")
        with path.open("r+b" if path.exists() else "w+b") as lines:
            lines.truncate(lines.read().rfind(b"\n") + 1)
            lines.seek(0, os.SEEK_END)
            lines.write(checkpoint.to_json().encode() + b"\n")
            lines.flush()
            os.fsync(lines.fileno())

    def _file(self, place: Place, kind: str) -> Path:
        return self.folder / f"{place[0]}-{place[1]}.{kind}"
