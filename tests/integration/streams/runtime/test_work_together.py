"""Quick work is taken and recorded together; slow work holds up nothing beside itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest

from connectors.kafka.log import LogRecord
from connectors.postgres.roles import service_url
from connectors.settings import Settings
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.events.build import BuildCompleted
from streams.core.decider import WorkDone
from streams.runtime.worker import WorkLoop
from tests.integration.streams.service_process import RunningService, passed_tests, wait_until
from tests.unit.streams.audit.recorded_histories import work_done

_SERVICE = "deployment"
_Connection = psycopg.Connection[tuple[object, ...]]


@dataclass
class _Builder:
    """Builds at once, but for one delivery whose build waits until it may end."""

    slow: str = ""
    may_end: threading.Event = field(default_factory=threading.Event)
    built: list[str] = field(default_factory=list)

    def work(self, started: Event, trigger: Event) -> WorkDone:  # noqa: ARG002
        if started.envelope.delivery_id == self.slow:
            assert self.may_end.wait(60)
        self.built.append(started.envelope.delivery_id)
        return WorkDone(attempt=1, payload=work_done(_SERVICE, 1))

    def undo(self, delivery_id: str, attempt: int) -> None:
        """Nothing is left of it."""


@dataclass
class _Queue:
    """Deployment with builds in its queue."""

    service: RunningService
    url: str
    deliveries: list[str] = field(default_factory=list)

    def add(self, number: int) -> None:
        tested = [passed_tests() for _ in range(number)]
        for event in tested:
            key, offset = event.envelope.delivery_id.encode(), len(self.deliveries)
            record = LogRecord("test-events", 0, offset, key, Codec().encode(event), (), 0)
            self.service.inbox.handle([record])
            self.deliveries.append(event.envelope.delivery_id)

    def loop(self, builder: _Builder) -> WorkLoop:
        return WorkLoop(
            self.service.decider, builder, self.service.store, Codec(), self.url, limit_seconds=60
        )

    def completed(self) -> list[str]:
        codec, notifications = Codec(), self.service.store.select_notifications(start=1, limit=1_000)
        events = [codec.decode(each.state) for each in notifications]
        return [e.envelope.delivery_id for e in events if isinstance(e.payload, BuildCompleted)]

    def tries(self, connection: _Connection) -> list[int]:
        rows = connection.execute('SELECT tries FROM "deployment".work ORDER BY created_at').fetchall()
        return [int(str(row[0])) for row in rows]


@pytest.fixture
def queue(prepared: Settings) -> _Queue:
    return _Queue(RunningService(prepared, _SERVICE), service_url(prepared.database_url, _SERVICE))


@pytest.fixture
def connection(queue: _Queue) -> Iterator[_Connection]:
    with psycopg.connect(queue.url, autocommit=True) as connection:
        yield connection


def test_given_quick_work_when_done_then_more_and_more_is_recorded_together_each_once(
    queue: _Queue, connection: _Connection
) -> None:
    queue.add(40)
    builder = _Builder()
    loop = queue.loop(builder)

    rounds = sum(1 for _ in iter(lambda: loop.run_once(connection), False))

    assert sorted(queue.completed()) == sorted(builder.built) == sorted(queue.deliveries)
    assert rounds <= 12
    assert queue.service.store.queue.depth(connection) == 0


def test_given_slow_work_when_it_goes_on_then_the_results_before_it_are_recorded_and_the_rest_is_free(
    queue: _Queue, connection: _Connection
) -> None:
    builder = _Builder()
    loop = queue.loop(builder)
    queue.add(15)
    while loop.run_once(connection):
        pass
    queue.add(6)
    first, slow, *rest = queue.deliveries[15:]
    builder.slow = slow
    working = threading.Thread(target=lambda: loop.run_once(connection))

    working.start()
    try:
        wait_until(lambda: first in queue.completed(), seconds=20)
        with psycopg.connect(queue.url, autocommit=True) as second:
            other = queue.loop(_Builder())
            wait_until(lambda: not other.run_once(second), seconds=20)
            assert queue.tries(second) == [1]
        assert sorted(queue.completed()[16:]) == sorted(rest)
    finally:
        builder.may_end.set()
        working.join(30)

    assert sorted(queue.completed()) == sorted(queue.deliveries)


def test_given_work_that_ended_its_process_when_taken_again_then_it_is_taken_alone(
    queue: _Queue, connection: _Connection
) -> None:
    queue.add(3)
    work = queue.service.store.queue
    with psycopg.connect(queue.url, autocommit=True) as killed, work.taken(killed, 2) as items:
        assert len(items) == 2
        killed.close()
    wait_until(lambda: _is_free(queue, connection))

    with work.taken(connection, 3) as items:
        assert [item.tries for item in items] == [2]


def _is_free(queue: _Queue, connection: _Connection) -> bool:
    with queue.service.store.queue.taken(connection, 1) as items:
        queue.service.store.queue.give_back(connection, items)
        return len(items) == 1 and str(items[0].delivery) == queue.deliveries[0]
