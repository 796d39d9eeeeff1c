"""A frozen process keeps its sessions; another takes its locks, and it does no harm when it wakes up."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context

import psycopg
import pytest

from connectors.kafka.log import LogRecord, read_log
from connectors.kafka.user_events import user_event
from connectors.postgres.roles import service_url
from connectors.settings import Settings
from schemas.codec import Codec
from schemas.events.build import BuildCompleted
from schemas.events.requirement import RequirementSubmitted
from schemas.topics import REQUIREMENT_EVENTS
from streams.runtime.silent_holders import SIGN_OF_LIFE_SECONDS
from streams.runtime.worker import WorkLoop
from tests.integration.streams.service_process import (
    InstantWorker,
    RunningService,
    passed_tests,
    running,
    wait_until,
)

_ANALYZER = "business-analyzer"
_BUILDER = "deployment"
_OVERTAKEN_SECONDS = 20.0


def _relay_for_ever(config: Settings) -> None:
    RunningService(config, _ANALYZER).relay.start()
    signal.pause()


def _hold_work_for_ever(config: Settings) -> None:
    service = RunningService(config, _BUILDER)
    with (
        psycopg.connect(service_url(config.database_url, _BUILDER), autocommit=True) as connection,
        service.store.queue.taken(connection),
    ):
        signal.pause()


@contextmanager
def _frozen(be: Callable[[Settings], None], config: Settings, is_ready: Callable[[], bool]) -> Iterator[int]:
    """A process that is frozen once it is ready; gives its pid."""
    process = get_context("spawn").Process(target=be, args=(config,), daemon=True)
    process.start()
    try:
        wait_until(is_ready, seconds=60)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSTOP)
        yield process.pid
    finally:
        process.kill()
        process.join(10)


def _locks(config: Settings) -> int:
    with psycopg.connect(config.database_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        ).fetchone()
    return int(row[0]) if row else 0


def _submitted(service: RunningService, first: int, count: int) -> list[str]:
    events = [user_event(RequirementSubmitted(requirement=json.dumps(n))) for n in range(count)]
    records = [
        LogRecord(
            REQUIREMENT_EVENTS,
            0,
            first + n,
            event.envelope.delivery_id.encode(),
            Codec().encode(event),
            (),
            0,
        )
        for n, event in enumerate(events)
    ]
    service.inbox.handle(records)
    return [event.envelope.event_id for event in events]


def _causes(config: Settings) -> list[str]:
    records = read_log(config.kafka_brokers, [REQUIREMENT_EVENTS])
    return [Codec().decode(record.value or b"").envelope.causation_id for record in records]


@pytest.mark.timeout(180)
def test_given_a_frozen_relay_when_another_waits_then_it_publishes_and_the_woken_one_does_no_harm(
    prepared: Settings,
) -> None:
    service = RunningService(prepared, _ANALYZER)
    expected = _submitted(service, 0, 5)
    with _frozen(_relay_for_ever, prepared, lambda: len(_causes(prepared)) == len(expected)) as pid:
        expected += _submitted(service, 5, 5)
        with running([service]):
            wait_until(lambda: service.relay.active, seconds=_OVERTAKEN_SECONDS)
            wait_until(lambda: len(_causes(prepared)) == len(expected))

            os.kill(pid, signal.SIGCONT)
            expected += _submitted(service, 10, 5)
            wait_until(lambda: len(_causes(prepared)) >= len(expected))
            time.sleep(3)

            assert service.relay.active
    assert sorted(_causes(prepared)) == sorted(expected)


@pytest.mark.timeout(180)
def test_given_a_frozen_worker_when_another_looks_for_work_then_it_does_that_of_the_frozen_one(
    prepared: Settings,
) -> None:
    service = RunningService(prepared, _BUILDER)
    tested = passed_tests()
    key = tested.envelope.delivery_id.encode()
    service.inbox.handle([LogRecord("test-events", 0, 0, key, Codec().encode(tested), (), 0)])

    with _frozen(_hold_work_for_ever, prepared, lambda: _locks(prepared) == 1):
        assert service.work() == 0
        wait_until(lambda: service.work() == 1, seconds=_OVERTAKEN_SECONDS)

    recorded = [Codec().decode(each.state).payload for each in service.store.select_notifications(1, 10)]
    assert type(recorded[-1]) is BuildCompleted
    service.store.datastore.close()


class _Slow(InstantWorker):
    def work(self, started, trigger):  # type: ignore[no-untyped-def]
        time.sleep(3)
        return super().work(started, trigger)


@pytest.mark.timeout(180)
def test_given_long_work_when_another_looks_for_work_then_a_sign_of_life_keeps_its_lock(
    prepared: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.runtime.silent_holders.SILENT_SECONDS", 2 * SIGN_OF_LIFE_SECONDS)
    monkeypatch.setattr("streams.runtime.work_queue._LOOK_SECONDS", 0.0)
    service = RunningService(prepared, _BUILDER)
    tested = passed_tests()
    key = tested.envelope.delivery_id.encode()
    service.inbox.handle([LogRecord("test-events", 0, 0, key, Codec().encode(tested), (), 0)])
    url = service_url(prepared.database_url, _BUILDER)
    loop = WorkLoop(service.decider, _Slow(_BUILDER), service.store, Codec(), url, limit_seconds=60)

    loop.start()
    wait_until(lambda: _locks(prepared) == 1)
    worked = 0
    while service.store.max_notification_id() == 1:
        worked += service.work()
        time.sleep(0.1)
    loop.stop(10)

    assert worked == 0
    service.store.datastore.close()
