"""What a service's store has to hold for its recorded events to be all that is known of it. Pure.

A database that is lost takes with it what was saved and not published yet. What is published is a
beginning of what was saved, because the relay publishes in the order of saving. So, for a service:

- its published events are its streams, and their fold its state;
- of events decided together of which only the first ones are published, the rest is decided again;
- a record that it has not reacted to, and that asks for a reaction in that state, is decided upon
  now. A request of a person that can have come when it was rightly ignored counts as ignored, unless
  another service began an attempt upon it (all services have to follow a request, or none), or it
  follows one in its partition that is decided upon now;
- so all records of the log are processed, and the service goes on with what comes after them;
- work whose result is not recorded is done again.

Ids come from causes, and versions from streams, so what is decided again is the same event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

from connectors.kafka.position import Position
from schemas.envelope import Envelope, Event
from schemas.errors import HistoryError
from streams.agents.registry import DECIDERS, AnyDecider
from streams.audit.findings import Mismatch
from streams.audit.handover import altered_on_the_way
from streams.audit.history import RecordedEvent, causal_order
from streams.audit.messages import message_upon
from streams.audit.placement import single_copies
from streams.audit.reactions import missing_reactions, unreacted
from streams.audit.stream_check import StreamReading, check_stream
from streams.core import identity
from streams.core.decider import WorkFailed, fold


@dataclass(frozen=True, slots=True)
class PlannedWork:
    """Work to be put into the queue: ids of the event that starts it, and of that event's cause."""

    started_id: str
    trigger_id: str
    delivery_id: str
    attempt: int
    undo: bool


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """What the store of one service holds of some deliveries.

    Attributes:
        published: its recorded events, each stream in order.
        unpublished: events that the relay has to publish, each stream in order.
    """

    published: list[RecordedEvent] = field(default_factory=list)
    unpublished: list[Event] = field(default_factory=list)
    work: list[PlannedWork] = field(default_factory=list)


def new_plans() -> dict[str, ServicePlan]:
    """Empty plans of all services."""
    return {name: ServicePlan() for name in DECIDERS}


def plan(
    records: Sequence[RecordedEvent],
    set_aside: Set[Position],
    now: datetime,
    plans: Mapping[str, ServicePlan],
) -> None:
    """Add one delivery to the plans of all services.

    Args:
        records: all records of the delivery.
        set_aside: positions of records that have a dead letter.
        now: time of events that are decided upon now.

    Raises:
        HistoryError: a service's events are not what its decider gives, so that its state is unknown.
    """
    kept, wrong, _ = single_copies(records, set_aside)
    by_id = {record.id: record for record in kept}
    own = {name: [r for r in kept if r.service == name and not r.is_by_user] for name in plans}
    readings = {name: check_stream(DECIDERS[name], own[name], by_id) for name in plans}
    _refuse([*(m for m in wrong if m.kind == "altered"), *altered_on_the_way(kept, by_id)])
    _refuse([found for reading in readings.values() for found in reading.mismatches])
    missing, pending = missing_reactions(kept, readings, set_aside)
    asked = {(m.service, m.event_id) for m in missing} | {(p.service, p.event_id) for p in pending}
    heard = _attempts_begun(readings.values())
    ordered = [record for record in causal_order(kept) if record.position not in set_aside]
    for name, reading in readings.items():
        requests = {
            record.id
            for record in ordered
            if record.is_by_user
            and (
                heard[record.id] > _attempt_of(reading.state)
                if record.id in heard
                else (name, record.id) in asked
            )
        }
        owed = [
            (record, not record.is_by_user or record.id in requests) for record in unreacted(reading, ordered)
        ]
        _plan_stream(reading, owed, now, plans[name])


def _attempts_begun(readings: Iterable[StreamReading]) -> dict[str, int]:
    """Requests of people that a service reacted to, with the attempt that its reaction tells."""
    found: dict[str, int] = {}
    for reading in readings:
        for reaction in reading.reactions:
            if reaction.cause is not None and reaction.cause.is_by_user:
                told = [_attempt_of(record.event.payload) for record in reaction.recorded]
                found[reaction.cause.id] = max(found.get(reaction.cause.id, 0), *told)
    return found


def _attempt_of(value: object) -> int:
    attempt = getattr(value, "attempt", 0)
    return attempt if isinstance(attempt, int) else 0


def _refuse(mismatches: Sequence[Mismatch]) -> None:
    if mismatches:
        first = mismatches[0]
        raise HistoryError(
            f"Restoring from the log at {first.position}",
            why=f"{first.event_type} {first.event_id} is {first.kind}: {first.why}",
            todo="See all findings with: streamwright audit verify",
        )


def _plan_stream(
    reading: StreamReading, owed: Sequence[tuple[RecordedEvent, bool]], now: datetime, found: ServicePlan
) -> None:
    """Plan one service's stream of one delivery.

    Args:
        owed: records without a reaction, causes first, and whether each has to be decided upon. One that
            need not be is, where a record before it in its partition is decided upon now: then it
            cannot have come earlier.
    """
    decider = reading.decider
    own = [record for reaction in reading.reactions for record in reaction.recorded]
    fresh = _tail(reading)
    state, version = reading.state, len(own) + len(fresh)
    reacted: set[tuple[str, int]] = set()
    for record, is_needed in owed:
        place, event = (record.position.topic, record.position.partition), record.event
        if not is_needed and place not in reacted:
            continue
        payloads = decider.decide(state, event)
        if payloads:
            reacted.add(place)
        state = fold(decider, payloads, state)
        fresh += _recorded(decider, payloads, event.envelope, version, now, event.envelope.traceparent)
        version += len(payloads)
    found.published.extend(own)
    found.unpublished.extend(fresh)
    found.work.extend(_work(decider, state, [*(record.event for record in own), *fresh]))


def _tail(reading: StreamReading) -> list[Event]:
    """Events decided with the last published one that are not published."""
    if reading.unfinished is None:
        return []
    last, decider = reading.reactions[-1], reading.decider
    before = reading.reactions[-2].state if len(reading.reactions) > 1 else decider.initial
    first = last.recorded[0].event
    assert last.cause is not None  # otherwise what belongs together would not be known
    message = message_upon(decider, last.cause, [record.event.payload for record in last.recorded])
    assert message is not None  # otherwise the stream was refused
    payloads = decider.decide(before, message)
    version, traceparent = first.envelope.stream_version - 1, first.envelope.traceparent
    cause, moment = last.cause.event.envelope, first.envelope.occurred_at
    return _recorded(decider, payloads, cause, version, moment, traceparent)[len(last.recorded) :]


def _recorded(
    decider: AnyDecider,
    payloads: Sequence[object],
    cause: Envelope,
    version: int,
    moment: datetime,
    traceparent: str,
) -> list[Event]:
    return identity.record(
        payloads,
        service=decider.name,
        version=decider.version,
        cause=cause,
        stream_version=version,
        occurred_at=moment,
        traceparent=traceparent,
    )


def _work(decider: AnyDecider, state: object, own: Sequence[Event]) -> Iterator[PlannedWork]:
    ended = {event.envelope.causation_id for event in own}
    for event in own:
        kind = type(event.payload)
        undo = kind is decider.undo_starts_with
        if kind is not decider.work_starts_with and not undo:
            continue
        attempt = int(getattr(event.payload, "attempt"))  # noqa: B009
        wanted = undo or bool(decider.decide(state, WorkFailed(attempt=attempt, reason="")))
        if wanted and event.envelope.event_id not in ended:
            yield PlannedWork(
                started_id=event.envelope.event_id,
                trigger_id=event.envelope.causation_id,
                delivery_id=event.envelope.delivery_id,
                attempt=attempt,
                undo=undo,
            )
