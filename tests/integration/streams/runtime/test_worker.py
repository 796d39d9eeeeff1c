"""Work that outlives its lock or its time: what is left outside the log is what the log tells."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg
import pytest

from connectors.kafka.log import LogRecord
from connectors.postgres.roles import service_url
from connectors.settings import Settings
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.events.build import BuildCompleted
from schemas.events.outcome import StepTimedOut
from streams.core.decider import WorkDone
from streams.runtime import worker
from streams.runtime.worker import WorkLoop
from tests.integration.streams.service_process import RunningService, passed_tests, wait_until
from tests.unit.streams.audit.recorded_histories import work_done

_SERVICE = "deployment"


@dataclass
class _Builder:
    """Builds; `meanwhile` happens while it does so."""

    meanwhile: Callable[[], None] = lambda: None
    undone: list[str] = field(default_factory=list)

    def work(self, started: Event, trigger: Event) -> WorkDone:  # noqa: ARG002
        self.meanwhile()
        return WorkDone(attempt=1, payload=work_done(_SERVICE, 1))

    def undo(self, delivery_id: str, attempt: int) -> None:  # noqa: ARG002
        self.undone.append(delivery_id)


@pytest.fixture
def service(prepared: Settings) -> RunningService:
    """Deployment, with one build in its queue."""
    service = RunningService(prepared, _SERVICE)
    tested = passed_tests()
    key = tested.envelope.delivery_id.encode()
    service.inbox.handle([LogRecord("test-events", 0, 0, key, Codec().encode(tested), (), 0)])
    return service


def _loop(service: RunningService, config: Settings, builder: _Builder, limit: float = 60.0) -> WorkLoop:
    url = service_url(config.database_url, _SERVICE)
    return WorkLoop(service.decider, builder, service.store, Codec(), url, limit_seconds=limit)


def test_given_a_build_whose_lock_was_lost_when_another_worker_was_faster_then_its_build_stays(
    service: RunningService, prepared: Settings
) -> None:
    url = service_url(prepared.database_url, _SERVICE)
    faster = _Builder()

    with psycopg.connect(url, autocommit=True) as first, psycopg.connect(url, autocommit=True) as second:

        def lose_the_lock() -> None:
            second.execute("SELECT pg_terminate_backend(%s)", (first.info.backend_pid,))
            # The server frees the lock when it has ended the session, which takes it a moment.
            wait_until(lambda: _loop(service, prepared, faster).run_once(second))

        slower = _Builder(meanwhile=lose_the_lock)
        with suppress(psycopg.OperationalError):
            _loop(service, prepared, slower).run_once(first)

    recorded = [Codec().decode(each.state).payload for each in service.store.select_notifications(1, 10)]
    assert [type(payload) for payload in recorded][1:] == [BuildCompleted]
    assert (faster.undone, slower.undone) == ([], [])


def test_given_a_build_that_is_too_late_when_it_ends_at_last_then_it_is_undone(
    service: RunningService, prepared: Settings
) -> None:
    builder = _Builder(meanwhile=lambda: time.sleep(0.5))

    with psycopg.connect(service_url(prepared.database_url, _SERVICE), autocommit=True) as connection:
        assert _loop(service, prepared, builder, limit=0.1).run_once(connection)

    deadline = time.monotonic() + 10
    while not builder.undone:
        assert time.monotonic() < deadline, "what it left is still there"
        time.sleep(0.05)


def test_given_a_build_that_ended_too_late_when_it_is_looked_at_even_later_then_it_is_late_all_the_same(
    service: RunningService, prepared: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = _Builder(meanwhile=lambda: time.sleep(1.6))
    # As on a machine that stands still for a while: the work has ended when its limit is looked at.
    monkeypatch.setattr(worker, "show_life", lambda _: time.sleep(1.2))

    with psycopg.connect(service_url(prepared.database_url, _SERVICE), autocommit=True) as connection:
        assert _loop(service, prepared, builder, limit=1.3).run_once(connection)

    recorded = [Codec().decode(each.state).payload for each in service.store.select_notifications(1, 10)]
    assert [type(payload) for payload in recorded][1:] == [StepTimedOut]
    assert len(builder.undone) == 1
