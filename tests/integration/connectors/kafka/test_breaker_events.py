"""State changes of breakers as events in the log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from connectors.kafka.breaker_events import BreakerRecorder
from connectors.kafka.log import read_log
from connectors.kafka.topics import ensure_topics
from connectors.resilience.breaker import Breaker
from connectors.resilience.policy import CallPolicy
from connectors.settings import Settings
from projections.rebuild import rebuild
from schemas.codec import Codec
from schemas.events.outcome import CircuitBreakerChanged
from schemas.topics import EVENT_TOPICS, OUTCOME_EVENTS
from streams.audit.whole_log import verify_log
from tests.integration.projections.conftest import client_of
from tests.servers import RealBroker

CODEC = Codec()


@contextmanager
def recording(brokers: str) -> Iterator[BreakerRecorder]:
    recorder = BreakerRecorder(brokers, CODEC, "query-api")
    recorder.start()
    try:
        yield recorder
    finally:
        recorder.stop()


def open_and_close(breaker: Breaker) -> None:
    for _ in range(5):
        breaker.failed(breaker.admit(), ConnectionError("refused"))
    breaker.recovered()


def recorded(brokers: str) -> list[CircuitBreakerChanged]:
    payloads = [CODEC.decode(record.value or b"").payload for record in read_log(brokers, [OUTCOME_EVENTS])]
    return [each for each in payloads if isinstance(each, CircuitBreakerChanged)]


def eventually(condition: Callable[[], bool], seconds: float = 40.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.1)


def test_given_a_breaker_that_opens_and_closes_when_recorded_then_log_audit_and_read_models_hold_it(
    prepared: Settings,
) -> None:
    with recording(prepared.kafka_brokers):
        open_and_close(Breaker("read-models", CallPolicy()))
        eventually(lambda: len(recorded(prepared.kafka_brokers)) == 2)

    opened, closed = recorded(prepared.kafka_brokers)
    assert (opened.before, opened.after, opened.failures, opened.cause) == (
        "closed",
        "open",
        5,
        "ConnectionError",
    )
    assert (closed.breaker, closed.process, closed.after) == ("read-models", "query-api", "closed")
    verified = verify_log(prepared.kafka_brokers, CODEC).result
    assert (verified.events, verified.verified, verified.mismatches, verified.pending) == (2, 2, (), ())


async def test_given_a_breaker_that_opened_when_the_read_models_are_built_then_it_is_no_delivery(
    prepared: Settings,
) -> None:
    with recording(prepared.kafka_brokers):
        open_and_close(Breaker("read-models", CallPolicy()))
        eventually(lambda: len(recorded(prepared.kafka_brokers)) == 2)
    (record, _) = read_log(prepared.kafka_brokers, EVENT_TOPICS)

    rebuild(prepared)

    async with client_of(prepared) as api:
        delivery = CODEC.decode(record.value or b"").envelope.delivery_id
        timeline = (await api.get(f"/api/v1/deliveries/{delivery}/timeline")).json()
        deliveries = (await api.get("/api/v1/deliveries")).json()
        skipped = (await api.get("/api/v1/skipped")).json()
    assert deliveries["items"] == skipped["items"] == []
    assert [each["summary"] for each in timeline["items"]] == [
        "calls of query-api to read-models: open",
        "calls of query-api to read-models: closed",
    ]


@pytest.mark.timeout(120)
def test_given_a_broker_that_is_away_when_a_breaker_opens_then_nobody_waits_and_it_is_recorded_later(
    own_broker: RealBroker,
) -> None:
    ensure_topics(own_broker.brokers)
    own_broker.stop()
    with recording(own_broker.brokers):
        started = time.monotonic()
        open_and_close(Breaker("read-models", CallPolicy()))
        took = time.monotonic() - started
        own_broker.start()
        eventually(lambda: [each.after for each in recorded(own_broker.brokers)] == ["open", "closed"], 80)

    assert took < 0.5
