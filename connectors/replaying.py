"""Replaying a delivery from the log that the settings name, up to a moment or a position."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.kafka.log import read_record
from connectors.kafka.position import Position
from connectors.schema_registry import codec_for
from connectors.settings import Settings
from schemas.errors import BadInputError
from streams.audit.recorded_log import read_delivery
from streams.audit.replay import Snapshot, as_of_now, as_of_position, as_of_time


def replayed(config: Settings, delivery_id: str, *, at: str = "", until: str = "") -> Snapshot:
    """The state of every service as of a moment, after a position, or now.

    Args:
        delivery_id: can be left out ('') where `until` is given.
        at: moment in ISO 8601, UTC where no zone is given.
        until: last event to replay, as topic-partition-offset.

    Raises:
        BadInputError: both are given, one cannot be read, or there is no such delivery or event.
    """
    if at and until:
        raise BadInputError("Replaying", why="both --at and --until are given", todo="Give one of them")
    moment = _moment(at) if at else None
    position = Position.parse(until) if until else None
    delivery = delivery_id or _delivery_at(config, position)
    records = read_delivery(config.kafka_brokers, codec_for(config), delivery)
    if position is not None:
        return as_of_position(records, position)
    return as_of_now(records) if moment is None else as_of_time(records, moment)


def _delivery_at(config: Settings, position: Position | None) -> str:
    """Id of the delivery whose event stands at a position."""
    if position is None:
        raise BadInputError(
            "Replaying",
            why="no delivery is named",
            todo="Name one; list them with: streamwright query deliveries",
        )
    record = read_record(config.kafka_brokers, position)
    return codec_for(config).decode_envelope(record.value or b"").delivery_id


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInputError(
            f"Reading the moment '{text[:60]}'",
            why="it is not an ISO 8601 date and time",
            todo="Use for example 2026-01-31T10:00:00Z",
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
