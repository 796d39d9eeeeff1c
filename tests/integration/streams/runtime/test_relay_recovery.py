"""The broker crashes in the midst of a transaction of the relay: all is published, once, when it is back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.kafka.log import LogRecord, read_log
from connectors.kafka.user_events import user_event
from connectors.settings import Settings
from deploy.local.prepare import prepare
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.events.requirement import RequirementSubmitted
from schemas.topics import REQUIREMENT_EVENTS
from streams.runtime import outbox
from streams.runtime.fault_points import RELAY_POINTS
from tests.integration.streams.service_process import RunningService, running, wait_until
from tests.servers import RealBroker

_SERVICE = "business-analyzer"


@pytest.fixture
def analyzer(own_broker: RealBroker, fresh_database: str, tmp_path: Path) -> Iterator[RunningService]:
    """The analyzer on a broker that the test may kill; its relay runs."""
    config = Settings(kafka_brokers=own_broker.brokers, database_url=fresh_database, home=tmp_path / "home")
    prepare(config)
    service = RunningService(config, _SERVICE)
    with running([service]):
        wait_until(lambda: service.relay.active, seconds=90)
        yield service


def _record(offset: int, event: Event) -> LogRecord:
    key = event.envelope.delivery_id.encode()
    return LogRecord(REQUIREMENT_EVENTS, 0, offset, key, Codec().encode(event), (), 0)


@pytest.mark.faults
@pytest.mark.timeout(600)
@pytest.mark.parametrize("point", RELAY_POINTS)
def test_given_a_broker_that_crashes_in_a_transaction_when_it_is_back_then_all_is_published_once(
    analyzer: RunningService, own_broker: RealBroker, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    restarts: list[threading.Thread] = []

    def crash(reached: str) -> None:
        if reached == point and not restarts:
            own_broker.kill()
            restart = threading.Thread(target=own_broker.start)
            restart.start()
            restarts.append(restart)

    monkeypatch.setattr(outbox, "reach", crash)
    submitted = [user_event(RequirementSubmitted(requirement=json.dumps(n))) for n in range(20)]

    analyzer.inbox.handle([_record(offset, event) for offset, event in enumerate(submitted)])
    wait_until(lambda: bool(restarts), seconds=60)
    restarts[0].join(120)
    began = time.monotonic()
    wait_until(lambda: analyzer.relay.position == analyzer.store.max_notification_id(), seconds=120)

    # Readers see a transaction that was committed just before the crash a moment after the restart.
    wait_until(lambda: len(_causes(own_broker)) >= len(submitted), seconds=60)
    assert sorted(_causes(own_broker)) == sorted(event.envelope.event_id for event in submitted)
    assert time.monotonic() - began < 90


def _causes(broker: RealBroker) -> list[str]:
    records = read_log(broker.brokers, [REQUIREMENT_EVENTS])
    return [Codec().decode(record.value or b"").envelope.causation_id for record in records]
