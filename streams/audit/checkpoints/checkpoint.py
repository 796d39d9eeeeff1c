"""A checkpoint: the signed statement of what a partition held up to an offset."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

from schemas.errors import HistoryError

Place = tuple[str, int]
_DOMAIN = b"streamwright checkpoint 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a partition held.

    Attributes:
        records: number of records from the beginning.
        next_offset: offset after the last of them.
        root: root of the Merkle tree (RFC 6962, SHA-256) over their fingerprints, in hexadecimal.
        made_at: time in ISO 8601.
        signature: Ed25519 over `statement`, in hexadecimal.
    """

    topic: str
    partition: int
    records: int
    next_offset: int
    root: str
    made_at: str
    signature: str = ""

    @property
    def place(self) -> Place:
        """The partition."""
        return self.topic, self.partition

    def statement(self) -> bytes:
        """What is signed: everything but the signature."""
        told = {name: value for name, value in dataclasses.asdict(self).items() if name != "signature"}
        return _DOMAIN + json.dumps(told, sort_keys=True, separators=(",", ":")).encode()

    def to_json(self) -> str:
        """The checkpoint on one line."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, line: str) -> Checkpoint:
        """The checkpoint that `to_json` gave.

        Raises:
            HistoryError: the line is something else.
        """
        try:
            return cls(**json.loads(line))
        except (TypeError, ValueError) as error:
            raise HistoryError(
                f"Reading a checkpoint '{line[:80]}'",
                why=str(error),
                todo="Bring back the checkpoints from a copy",
            ) from error
