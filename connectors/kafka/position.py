"""A place in the log, written as topic-partition-offset."""

from __future__ import annotations

import re
from typing import NamedTuple

from schemas.errors import BadInputError

_TEXT = re.compile(r"(?P<topic>[A-Za-z0-9._-]+)-(?P<partition>\d{1,6})-(?P<offset>\d{1,18})")


class Position(NamedTuple):
    """Topic, partition and offset of a record."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}-{self.partition}-{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Position:
        """The position that the text names.

        Raises:
            BadInputError: the text is not <topic>-<partition>-<offset>.
        """
        match = _TEXT.fullmatch(text)
        if match is None:
            raise BadInputError(
                f"Reading the position '{text[:100]}'",
                why="it is not <topic>-<partition>-<offset>",
                todo="Use a position as publish prints it, for example requirement-events-2-17",
            )
        return cls(match["topic"], int(match["partition"]), int(match["offset"]))
