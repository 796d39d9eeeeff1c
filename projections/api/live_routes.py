"""Server-sent events: every event of the log, as soon as it is projected."""

from __future__ import annotations

import heapq
from collections.abc import AsyncIterator, Iterable
from itertools import groupby
from typing import Annotated, LiteralString

from fastapi import APIRouter, Header, Query, Request
from pydantic import Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from projections.api.answers import TimelineEvent
from projections.api.database import Database, Row
from projections.api.listings import TIMELINE_COLUMNS
from projections.api.parameters import Identity, QueryParameters, Text
from projections.api.problems import bad_parameter
from projections.api.read_models import Models, ReadModels
from projections.api.resume_point import Vector, decode_point, encode_point

router = APIRouter(prefix="/api/v1/events", tags=["live"])

_AT_ONCE = 100
_LOOK_AGAIN_SECONDS = 2.0
_PING_SECONDS = 15
_RETRY_MS = 1_000

_NEW: LiteralString = (
    "SELECT found.* FROM unnest(%(topics)s::text[], %(partitions)s::int[], %(offsets)s::bigint[])"
    " AS read (topic, partition, next_offset) CROSS JOIN LATERAL (SELECT "
    + TIMELINE_COLUMNS
    + " FROM timeline"
    " WHERE timeline.topic = read.topic AND timeline.partition = read.partition"
    " AND record_offset >= read.next_offset ORDER BY record_offset LIMIT %(at_once)s) AS found"
    " ORDER BY topic, partition, record_offset"
)


class LiveParameters(QueryParameters):
    """Which events, and from when on."""

    delivery_id: Identity | None = None
    event_type: list[Text] | None = Field(None, description="Any of these")
    from_start: bool = Field(False, description="Begin with the first event of the log, not with the next")
    resume_from: str | None = Field(
        None, max_length=8_000, description="As the header Last-Event-ID, for who cannot set it"
    )


@router.get(
    "/live",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "Events of type 'event': a TimelineEvent as JSON data, and an id to resume",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def live_events(
    request: Request,
    models: Models,
    parameters: Annotated[LiveParameters, Query()],
    last_event_id: Annotated[str | None, Header(max_length=8_000)] = None,
) -> EventSourceResponse:
    """Events as they are projected; after a break, the header Last-Event-ID goes on where it was.

    Each event comes once, in the order of its partition, thus in order for each delivery.
    """
    await models.passed(parameters)
    vector = await _start(models.database, last_event_id or parameters.resume_from, parameters.from_start)
    return EventSourceResponse(
        _events(models, request, parameters, vector),
        ping=_PING_SECONDS,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _start(database: Database, last_event_id: str | None, from_start: bool) -> Vector:
    if last_event_id:
        try:
            return decode_point(last_event_id)
        except ValueError as error:
            raise bad_parameter("Last-Event-ID", str(error)) from error
    return {} if from_start else await _positions(database)


async def _positions(database: Database) -> Vector:
    rows = await database.rows("SELECT topic, partition, next_offset FROM positions")
    return {(str(row["topic"]), int(str(row["partition"]))): int(str(row["next_offset"])) for row in rows}


async def _events(
    models: ReadModels, request: Request, parameters: LiveParameters, vector: Vector
) -> AsyncIterator[ServerSentEvent]:
    # An id at once, so that a client that saw no event yet can resume as well.
    yield ServerSentEvent(event="start", id=encode_point(vector), retry=_RETRY_MS, data="{}")
    while not await request.is_disconnected():
        change = models.changes.next_change()
        known = dict.fromkeys(await _positions(models.database), 0)
        rows = await _new_rows(models.database, known | vector)
        for row in rows:
            vector[str(row["topic"]), int(str(row["partition"]))] = int(str(row["record_offset"])) + 1
            if _is_wanted(row, parameters):
                yield _server_sent(row, vector)
        if not rows:
            await models.changes.wait(change, _LOOK_AGAIN_SECONDS)


async def _new_rows(database: Database, vector: Vector) -> list[Row]:
    """Rows from these offsets on, in order of time as far as the order of each partition allows."""
    rows = await database.rows(
        _NEW,
        {
            "topics": [topic for topic, _ in vector],
            "partitions": [partition for _, partition in vector],
            "offsets": list(vector.values()),
            "at_once": _AT_ONCE,
        },
    )
    return merged_by_time(rows)


def merged_by_time(rows: Iterable[Row]) -> list[Row]:
    """Rows sorted by partition, merged by time without changing the order in any partition."""
    partitions = [list(group) for _, group in groupby(rows, key=lambda row: (row["topic"], row["partition"]))]
    return list(heapq.merge(*partitions, key=lambda row: str(row["occurred_at"])))


def _is_wanted(row: Row, parameters: LiveParameters) -> bool:
    return parameters.delivery_id in (None, row["delivery_id"]) and (
        parameters.event_type is None or row["event_type"] in parameters.event_type
    )


def _server_sent(row: Row, vector: Vector) -> ServerSentEvent:
    return ServerSentEvent(
        event="event", id=encode_point(vector), data=TimelineEvent.model_validate(row).model_dump_json()
    )
