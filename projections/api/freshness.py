"""Read-your-writes: a query waits until the read models have passed a given record."""

from __future__ import annotations

import time

from connectors.kafka.position import Position
from projections.api.changes import Changes
from projections.api.database import Database
from projections.api.problems import ProblemError, bad_parameter
from schemas.errors import BadInputError
from schemas.topics import EVENT_TOPICS

_LOOK_AGAIN_SECONDS = 0.5
_RETRY_SECONDS = 2
_PASSED = "SELECT next_offset FROM positions WHERE topic = %s AND partition = %s"


async def wait_until_passed(database: Database, changes: Changes, after: str, limit_seconds: float) -> None:
    """Return as soon as the record at `after` (<topic>-<partition>-<offset>) is projected.

    Raises:
        ProblemError: 400, it is no position of an event; 503, it was not passed in time.
    """
    position = _parsed(after)
    ends_at = time.monotonic() + limit_seconds
    while True:
        change = changes.next_change()
        row = await database.row(_PASSED, (position.topic, position.partition))
        if row is not None and int(str(row["next_offset"])) > position.offset:
            return
        left = ends_at - time.monotonic()
        if left <= 0:
            raise ProblemError(
                503,
                f"The read models have not yet reached {position}, though the query waited"
                f" {limit_seconds:g} seconds. Try again, and see /ready of the projector.",
                kind="not-yet-projected",
                retry_after=_RETRY_SECONDS,
            )
        await changes.wait(change, min(left, _LOOK_AGAIN_SECONDS))


def _parsed(after: str) -> Position:
    try:
        position = Position.parse(after)
    except BadInputError as error:
        raise bad_parameter("after", str(error)) from error
    if position.topic not in EVENT_TOPICS:
        raise bad_parameter("after", f"'{position.topic}' is not one of {', '.join(EVENT_TOPICS)}")
    return position
