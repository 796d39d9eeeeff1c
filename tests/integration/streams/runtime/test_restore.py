from __future__ import annotations

import dataclasses
from collections import Counter
from random import Random

import psycopg
import pytest

from connectors.kafka.log import read_log
from connectors.kafka.publisher import Publisher
from connectors.kafka.user_events import user_event
from connectors.settings import Settings
from deploy.local.prepare import prepare
from schemas.codec import Codec
from schemas.errors import HistoryError, SetupError
from schemas.events.outcome import DeliverySucceeded
from schemas.events.requirement import RequirementSubmitted
from schemas.topics import EVENT_TOPICS
from streams.agents.registry import DECIDERS
from streams.audit.whole_log import verify_log
from streams.runtime.restore import restore
from tests.integration.streams.audit.published_histories import many_histories, publish
from tests.integration.streams.service_process import RunningService, run_to_the_end, running
from tests.servers import new_database
from tests.unit.streams.audit.recorded_histories import REQUIREMENT, Schedule, successful_history


def log_of(config: Settings) -> list[bytes]:
    return [record.value or b"" for record in read_log(config.kafka_brokers, EVENT_TOPICS)]


def services_of(config: Settings) -> list[RunningService]:
    return [RunningService(config, name) for name in DECIDERS]


def assert_whole(config: Settings) -> None:
    """Each event is there once, is what the deciders give, and none is owed."""
    codec = Codec()
    ids = Counter(codec.decode_envelope(value).event_id for value in log_of(config))
    assert max(ids.values()) == 1
    result = verify_log(config.kafka_brokers, codec).result
    assert result.mismatches == ()
    assert result.pending == ()


def test_given_deliveries_under_way_when_restored_into_an_empty_database_then_they_go_on_to_their_ends(
    prepared: Settings,
) -> None:
    log = many_histories(10, seed=40)
    for seed in range(8):
        log += Schedule(Random(seed), success=1.0, user_requests=0).run(5 * seed + 2)
    publish(prepared.kafka_brokers, log)
    own = Counter(record.service for record in log if not record.is_by_user)

    found = restore(prepared.kafka_brokers, prepared.database_url, Codec(), memory_bytes=30_000)

    assert {name: each.published for name, each in found.items()} == {name: own[name] for name in DECIDERS}
    assert sum(each.work for each in found.values()) > 0
    services = services_of(prepared)
    with running(services):
        run_to_the_end(services)
    assert_whole(prepared)


def test_given_a_database_lost_while_events_were_unpublished_when_restored_then_nothing_is_lost_or_doubled(
    prepared: Settings, database_url: str
) -> None:
    publisher = Publisher(prepared.kafka_brokers)
    for _ in range(5):
        publisher.publish(user_event(RequirementSubmitted(requirement=REQUIREMENT)))
    services = services_of(prepared)
    with running(services):
        for service in services[:2]:
            service.read()
            service.work()
            service.publish()
    # The relays have stopped; what is saved now is lost with the database.
    saga = RunningService(prepared, "delivery-saga")
    assert saga.read() == 5
    saga.store.datastore.close()

    with new_database(database_url) as url:
        config = prepared.model_copy(update={"database_url": url})
        prepare(config)
        restore(config.kafka_brokers, url, Codec())
        services = services_of(config)
        with running(services):
            run_to_the_end(services)

        assert_whole(config)
        payloads = [Codec().decode(value).payload for value in log_of(config)]
        assert sum(isinstance(payload, DeliverySucceeded) for payload in payloads) == 5


def test_given_stores_that_are_whole_when_restored_then_they_are_equal_and_nothing_is_published(
    prepared: Settings,
) -> None:
    Publisher(prepared.kafka_brokers).publish(user_event(RequirementSubmitted(requirement=REQUIREMENT)))
    services = services_of(prepared)
    with running(services):
        run_to_the_end(services)
    before = log_of(prepared)

    found = restore(prepared.kafka_brokers, prepared.database_url, Codec())

    assert all(each.equal for each in found.values())
    assert all((each.unpublished, each.work) == (0, 0) for each in found.values())
    services = services_of(prepared)
    with running(services):
        run_to_the_end(services)
        Publisher(prepared.kafka_brokers).publish(user_event(RequirementSubmitted(requirement=REQUIREMENT)))
        run_to_the_end(services)
    after = log_of(prepared)
    assert len(after) == 2 * len(before)
    assert_whole(prepared)


def test_given_a_service_that_runs_when_restored_then_it_is_refused_and_nothing_is_changed(
    prepared: Settings,
) -> None:
    Publisher(prepared.kafka_brokers).publish(user_event(RequirementSubmitted(requirement=REQUIREMENT)))
    saga = RunningService(prepared, "delivery-saga")
    with running([saga]):
        saga.read()
        saga.publish()
        with pytest.raises(SetupError, match="its relay runs"):
            restore(prepared.kafka_brokers, prepared.database_url, Codec())
        assert saga.store.max_notification_id() == 1


def test_given_an_altered_log_when_restored_then_it_is_refused_and_the_stores_are_as_before(
    prepared: Settings,
) -> None:
    log = successful_history()
    publish(prepared.kafka_brokers, log)
    restore(prepared.kafka_brokers, prepared.database_url, Codec())
    index = next(i for i, r in enumerate(log) if r.service == "deployment")
    forged = dataclasses.replace(log[index].event, payload=type(log[index].event.payload)(attempt=9))
    publish(prepared.kafka_brokers, [dataclasses.replace(log[index], event=forged)])

    with pytest.raises(HistoryError, match="is altered"):
        restore(prepared.kafka_brokers, prepared.database_url, Codec())

    with psycopg.connect(prepared.database_url) as connection:
        row = connection.execute("SELECT count(*) FROM delivery_saga.stored_events").fetchone()
    assert row == (sum(record.service == "delivery-saga" for record in log),)
