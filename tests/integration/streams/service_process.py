"""Services run inside the test's process, one step at a time, on the real broker and database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg

from connectors.kafka.log import read_log
from connectors.kafka.user_events import user_event
from connectors.postgres.roles import schema_of, service_url
from connectors.settings import Settings
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.events.requirement import RequirementSubmitted
from streams.agents.registry import DEAD_LETTER_OWNER, DECIDERS, AnyDecider, topics_of
from streams.core.decider import WorkDone, WorkFailed
from streams.core.identity import record
from streams.runtime.inbox import Inbox
from streams.runtime.outbox import Relay
from streams.runtime.store import EventStore
from streams.runtime.worker import WorkLoop
from tests.unit.streams.audit.recorded_histories import REQUIREMENT, work_done


class InstantWorker:
    """Work that succeeds at once; the deciders, stores and topics around it are the real ones."""

    def __init__(self, service: str) -> None:
        self._service = service

    def work(self, started: Event, trigger: Event) -> WorkDone | WorkFailed:  # noqa: ARG002
        attempt: int = started.payload.attempt  # type: ignore[attr-defined]
        return WorkDone(attempt=attempt, payload=work_done(self._service, attempt))

    def undo(self, delivery_id: str, attempt: int) -> None:
        """Nothing was left outside the log."""


def passed_tests() -> Event:
    """The event of a new delivery that its tests have passed, as the testing engineer records it."""
    cause = user_event(RequirementSubmitted(requirement=REQUIREMENT)).envelope
    service = "testing-engineer"
    (event,) = record(
        [work_done(service, 1)],
        service=service,
        version=DECIDERS[service].version,
        cause=cause,
        stream_version=1,
        occurred_at=cause.occurred_at,
    )
    return event


class RunningService:
    """A service's inbox and relay; records are given to it by `read`, not by a consumer group."""

    def __init__(self, config: Settings, name: str, decider: AnyDecider | None = None) -> None:
        self.decider = decider or DECIDERS[name]
        self._brokers = config.kafka_brokers
        url = service_url(config.database_url, name)
        codec = Codec()
        self.store = EventStore(url, schema_of(name))
        self.inbox = Inbox(self.decider, self.store, codec, writes_dead_letters=name == DEAD_LETTER_OWNER)
        self.relay = Relay(name, self.store, codec, config.kafka_brokers, url)
        self._url = url
        self._work = WorkLoop(self.decider, InstantWorker(name), self.store, codec, url, limit_seconds=60)

    def read(self) -> int:
        """React to all records that its topics have now; gives the number of events saved."""
        records = list(read_log(self._brokers, topics_of(self.decider)))
        return self.inbox.handle(records) if records else 0

    def work(self) -> int:
        """Do all work that is queued; gives the number of pieces."""
        if not self.decider.work_starts_with:
            return 0
        with psycopg.connect(self._url, autocommit=True) as connection:
            return sum(1 for _ in iter(lambda: self._work.run_once(connection), False))

    def publish(self) -> None:
        """Wait until the relay has published all that is saved."""
        wait_until(
            lambda: self.relay.active and self.relay.position >= (self.store.max_notification_id() or 0)
        )


@contextmanager
def running(services: Sequence[RunningService]) -> Iterator[None]:
    """The relays of the services run in the block."""
    try:
        for service in services:
            service.relay.start()
        yield
    finally:
        for service in services:
            service.relay.stop(10)
            service.store.datastore.close()


def run_to_the_end(services: Sequence[RunningService]) -> None:
    """Let the services, whose relays run, react and work until nothing is left to do."""
    moved = True
    while moved:
        moved = False
        for service in services:
            moved |= bool(service.read() + service.work())
            service.publish()


def wait_until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        time.sleep(0.02)
