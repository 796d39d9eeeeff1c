"""All services in memory: the real inbox, recorder of work and relay, over stores and a log that keep
what the real ones promise. Everything that a process holds can be lost at each fault point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast
from unittest import mock
from uuid import UUID

from confluent_kafka import Consumer, KafkaException, Producer

from connectors.kafka.headers import headers_of
from connectors.kafka.position import Position
from schemas.catalogue import type_of
from schemas.codec import Codec
from schemas.envelope import Envelope, Event
from schemas.topics import EVENT_TOPICS
from streams.agents.registry import DEAD_LETTER_OWNER, DECIDERS, AnyDecider, topics_of
from streams.audit.history import RecordedEvent
from streams.core.decider import WorkResult
from streams.runtime import inbox, outbox
from streams.runtime.inbox import Inbox
from streams.runtime.outbox import RELAY_PLACE, Relay
from streams.runtime.store import EventStore, PartitionKey
from streams.runtime.work_queue import WorkItem
from streams.runtime.work_recorder import Ended, WorkRecorder
from tests.unit.streams.runtime.simulation.memory_kafka import PARTITIONS, MemoryBroker, MemoryProducer
from tests.unit.streams.runtime.simulation.memory_store import MemoryStore

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
CODEC = Codec()
_MOST_ROUNDS = 200
Results = Callable[[str, WorkItem], WorkResult | None]


class CrashError(Exception):
    """The process has ended here."""


@dataclass
class ServiceInMemory:
    """One service: its store, two processes that read (one may be a zombie), and relays."""

    decider: AnyDecider
    log: MemoryBroker
    offsets: MemoryBroker
    clock: Callable[[], datetime]
    store: MemoryStore = field(default_factory=MemoryStore)
    read: dict[tuple[int, PartitionKey], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name = self.decider.name
        self.install(self.decider)
        self.relays = [self._new_relay()]

    def install(self, decider: AnyDecider) -> None:
        """From now on this is the current version of the service's decider."""
        store, owner = cast(EventStore, self.store), self.name == DEAD_LETTER_OWNER
        self.decider = decider
        self.inbox = Inbox(decider, store, CODEC, writes_dead_letters=owner, clock=self.clock)
        self.recorder = WorkRecorder(decider, store, CODEC, self.clock)

    def places(self) -> list[PartitionKey]:
        """Partitions that the service reads."""
        return [(topic, number) for topic in topics_of(self.decider) for number in range(PARTITIONS)]

    def consume(self, process: int, place: PartitionKey, limit: int) -> bool:
        """A process handles its next records of a partition; False where there is none."""
        position = self.read.setdefault((process, place), self.store.tracked.get(place, 0))
        records = self.log.read(place, position, limit)
        if not records:
            return False
        try:
            self.inbox.handle(records, {place: position})
        except CrashError:
            self.end_process(process)
            return True
        self.read[process, place] = records[-1].offset + 1
        return True

    def end_process(self, process: int) -> None:
        """A process ends, or its partitions are taken away: it begins anew where the store stands."""
        for key in [key for key in self.read if key[0] == process]:
            del self.read[key]

    def relay(self, which: int = -1) -> bool:
        """A relay publishes what is next; one that is not the last one is a zombie, and is fenced."""
        relay, producer = self.relays[which]
        try:
            return relay._publish_next(mock.Mock(), cast(Producer, producer), cast(Consumer, producer))
        except CrashError:
            self.relays.append(self._new_relay())
        except KafkaException:
            assert relay is not self.relays[-1][0], "the active relay was fenced"
        return True

    def overtake_relay(self) -> None:
        """Another process takes over, as the lock of the present relay was lost."""
        self.relays.append(self._new_relay())

    def work(self, item: WorkItem, result: WorkResult) -> bool:
        """A worker ends a piece of work that it took from the queue, at whatever time."""
        if item.undo:
            self.recorder.end(item)
            return True
        with suppress(CrashError):
            left = self.recorder.record([Ended(item, CODEC.decode(item.started), result)])
            for each in left:
                self.recorder.end(each)
        return True

    def _new_relay(self) -> tuple[Relay, MemoryProducer]:
        producer = MemoryProducer(self.offsets)
        relay = Relay(self.name, cast(EventStore, self.store), CODEC, "nowhere", "")
        relay.position = self.offsets.committed.get(RELAY_PLACE, 0)
        return relay, producer


class _RelayBroker(MemoryBroker):
    """The shared log, with the offsets and the epoch of one service's relay."""

    def __init__(self, shared: MemoryBroker) -> None:
        super().__init__(log=shared.log, ends=shared.ends)


class SystemInMemory:
    """All services over one log. `at` holds what is to happen, once, at a fault point."""

    def __init__(self, deciders: Mapping[str, AnyDecider] = DECIDERS) -> None:
        self.now = NEW_YEAR
        self.log = MemoryBroker()
        self.at: dict[str, Callable[[], object]] = {}
        self.users = 0
        self.services = {
            name: ServiceInMemory(decider, self.log, _RelayBroker(self.log), self._clock)
            for name, decider in deciders.items()
        }

    @contextmanager
    def running(self) -> Iterator[None]:
        """The fault points of the runtime lead here, and calls to Kafka need no thread."""
        with (
            mock.patch.object(inbox, "reach", self._reach),
            mock.patch.object(outbox, "reach", self._reach),
            mock.patch.object(outbox, "within", lambda _seconds, call, meanwhile: call()),  # noqa: ARG005
        ):
            yield

    def publish(self, delivery: UUID, payload: object) -> None:
        """A person publishes."""
        self.users += 1
        event_type, event_id = type_of(payload), str(UUID(int=self.users, version=4))
        envelope = Envelope(
            event_id=event_id,
            event_type=event_type.name,
            schema_version=event_type.version,
            delivery_id=str(delivery),
            stream_id=f"user:{delivery}",
            stream_version=0,
            correlation_id=event_id,
            causation_id="",
            occurred_at=self._clock(),
            actor="user:test",
        )
        value = CODEC.encode(Event(envelope=envelope, payload=payload))
        self.log.append(event_type.topic, str(delivery).encode(), value, tuple(headers_of(envelope)))

    def turn(self, name: str, result: Results, slow: tuple[str, str] = ("", "")) -> bool:
        """A service reads, works and publishes all that it can; False where nothing was to be done.

        Args:
            result: of a service's work; None where the work goes on.
            slow: a service, and a topic of which it reads nothing.
        """
        service, moved = self.services[name], False
        for place in service.places():
            if (name, place[0]) != slow:
                moved = service.consume(0, place, 100) or moved
        for item in list(service.store.work.values()):
            ended = result(name, item)
            moved = (ended is not None and service.work(item, ended)) or moved
        return service.relay() or moved

    def go_on(self, result: Results, slow: tuple[str, str] = ("", "")) -> bool:
        """Each service in turn; False where nothing was to be done."""
        return any([self.turn(name, result, slow) for name in self.services])  # noqa: C419 all have to

    def settle(self, result: Results, slow: tuple[str, str] = ("", "")) -> None:
        """All go on until nothing is left to do, but for a service that reads nothing of a topic."""
        for _ in range(_MOST_ROUNDS):
            if not self.go_on(result, slow):
                return
        raise AssertionError(f"it does not come to rest within {_MOST_ROUNDS} rounds")

    def recorded(self) -> list[RecordedEvent]:
        """The log as the audit reads it."""
        return [
            RecordedEvent(
                Position(record.topic, record.partition, record.offset),
                (record.key or b"").decode(),
                CODEC.decode(record.value or b""),
            )
            for (topic, _), records in sorted(self.log.log.items())
            if topic in EVENT_TOPICS
            for record in records
        ]

    def _clock(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def _reach(self, point: str) -> None:
        happens = self.at.pop(point, None)
        if happens is not None:
            happens()
