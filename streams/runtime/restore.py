"""Restoring the event stores of all services from the topics alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from connectors.kafka.dead_letters import standing_letters
from connectors.kafka.group_offsets import groups_with_members
from connectors.kafka.log import LogRecord, read_log
from connectors.kafka.position import Position
from schemas.codec import Codec
from schemas.errors import DecodeError, SetupError
from schemas.topics import EVENT_TOPICS
from streams.agents.registry import DEAD_LETTER_OWNER, DECIDERS, topics_of
from streams.audit.history import RecordedEvent, by_delivery
from streams.audit.recorded_log import MEMORY_BYTES, whole_deliveries
from streams.core.acceptance import check
from streams.core.dead_letter import DeadLetter
from streams.runtime.inbox import buried, stored_event
from streams.runtime.restore_plan import PlannedWork, ServicePlan, new_plans, plan
from streams.runtime.restored_store import RestoredStore, count_events
from streams.runtime.work_queue import WorkItem

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class RestoredService:
    """What was restored of one service.

    Attributes:
        published: events that stand in the topics.
        unpublished: events and dead letters that the service's relay has to publish.
        work: pieces of work in the queue.
        equal: whether the store held just these published events before; None where it was empty.
    """

    published: int
    unpublished: int
    work: int
    equal: bool | None


@dataclass(slots=True)
class _Restoring:
    """What is known while the log is read.

    Attributes:
        ends: for each partition the offset after the last record read.
        bytes_of: bytes of each event of the present part of the log.
    """

    codec: Codec
    now: datetime
    stores: dict[str, RestoredStore]
    set_aside: frozenset[Position]
    ends: dict[Place, int] = field(default_factory=dict)
    bytes_of: dict[str, bytes] = field(default_factory=dict)


def restore(
    brokers: str, database_url: str, codec: Codec, *, memory_bytes: int = MEMORY_BYTES
) -> dict[str, RestoredService]:
    """Put into each service's store what the topics hold, in place of what is in it.

    Each service is restored in one transaction. The services must not run; their tables must exist.

    Raises:
        SetupError: a service runs, or broker or database cannot be reached.
        HistoryError: the log is not what the deciders give.
    """
    running = groups_with_members(brokers, list(DECIDERS))
    if running:
        raise SetupError(
            "Restoring the services",
            why=f"{', '.join(running)} runs",
            todo="Stop the services with: streamwright down",
        )
    set_aside = frozenset(letter.record for letter in standing_letters(brokers))
    with ExitStack() as stack:
        stores = {name: stack.enter_context(RestoredStore(name, database_url, brokers)) for name in DECIDERS}
        restoring = _Restoring(codec, datetime.now(UTC), stores, set_aside)
        for part in whole_deliveries(read_log(brokers, EVENT_TOPICS), codec, memory_bytes=memory_bytes):
            _restore_part(restoring, part)
        for name, store in stores.items():
            store.positions = {
                place: end for place, end in restoring.ends.items() if place[0] in topics_of(DECIDERS[name])
            }
        return {name: _finished(store) for name, store in stores.items()}


def lacking_services(brokers: str, database_url: str, codec: Codec) -> list[str]:
    """Services whose stores lack events that stand in the topics.

    Raises:
        SetupError: broker or database cannot be reached.
    """
    ids: dict[str, set[str]] = {name: set() for name in DECIDERS}
    for record in read_log(brokers, EVENT_TOPICS):
        try:
            envelope = codec.decode_envelope(record.value or b"")
        except DecodeError:
            continue
        ids.get(envelope.stream_id.partition(":")[0], set()).add(envelope.event_id)
    return [name for name, own in ids.items() if count_events(name, database_url) < len(own)]


def _finished(store: RestoredStore) -> RestoredService:
    store.finish()
    return RestoredService(store.published, len(store.unpublished), len(store.work), store.equal)


def _restore_part(restoring: _Restoring, part: Iterable[LogRecord]) -> None:
    restoring.bytes_of = {}
    plans = new_plans()
    for delivery in by_delivery(_events(restoring, part)).values():
        plan(delivery, restoring.set_aside, restoring.now, plans)
    for name, store in restoring.stores.items():
        _store(restoring, plans[name], store)


def _events(restoring: _Restoring, part: Iterable[LogRecord]) -> Iterator[RecordedEvent]:
    """The part's events as the inboxes take them; what they refuse gets its dead letter, if it has none."""
    for record in part:
        place = (record.topic, record.partition)
        restoring.ends[place] = max(restoring.ends.get(place, 0), record.offset + 1)
        value, key = record.value or b"", (record.key or b"").decode(errors="replace")
        try:
            event = restoring.codec.decode(value)
            check(record.position, record.topic, record.key, event, DECIDERS)
        except DecodeError as error:
            if record.position not in restoring.set_aside:
                restoring.stores[DEAD_LETTER_OWNER].unpublished.append(_buried(record, str(error)))
            continue
        restoring.bytes_of.setdefault(event.envelope.event_id, value)
        yield RecordedEvent(record.position, key, event)


def _buried(record: LogRecord, reason: str) -> StoredEvent:
    return buried(
        DeadLetter(
            service=DEAD_LETTER_OWNER,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            value=record.value,
            headers=record.headers,
            reason=reason,
        )
    )


def _store(restoring: _Restoring, found: ServicePlan, store: RestoredStore) -> None:
    fresh = [stored_event(restoring.codec, event) for event in found.unpublished]
    for event, saved in zip(found.unpublished, fresh, strict=True):
        restoring.bytes_of[event.envelope.event_id] = saved.state
    store.add_published(_stored(record, restoring.bytes_of[record.id]) for record in found.published)
    store.unpublished += fresh
    store.work += [_work_item(work, restoring.bytes_of) for work in found.work]


def _stored(record: RecordedEvent, data: bytes) -> StoredEvent:
    envelope = record.event.envelope
    return StoredEvent(UUID(envelope.delivery_id), envelope.stream_version, record.position.topic, data)


def _work_item(work: PlannedWork, bytes_of: dict[str, bytes]) -> WorkItem:
    return WorkItem(
        delivery=UUID(work.delivery_id),
        attempt=work.attempt,
        undo=work.undo,
        started=bytes_of[work.started_id],
        trigger=bytes_of[work.trigger_id],
    )
