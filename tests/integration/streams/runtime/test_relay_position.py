"""A relay whose store is not the one whose events it has published."""

from __future__ import annotations

import psycopg

from connectors.kafka.publisher import Publisher
from connectors.kafka.user_events import user_event
from connectors.postgres.roles import schema_of
from connectors.settings import Settings
from schemas.events import requirement
from tests.integration.streams.service_process import RunningService, running, wait_until


def test_given_a_store_that_was_lost_when_the_relay_starts_then_it_skips_nothing_silently(
    prepared: Settings,
) -> None:
    publisher = Publisher(prepared.kafka_brokers)
    saga = RunningService(prepared, "delivery-saga")
    publisher.publish(user_event(requirement.RequirementSubmitted(requirement="Keep tasks")))
    with running([saga]):
        assert saga.read() == 1
        saga.publish()
    with psycopg.connect(prepared.database_url, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {schema_of('delivery-saga')}.stored_events")

    again = RunningService(prepared, "delivery-saga")
    with running([again]):
        wait_until(lambda: "lost or replaced" in again.relay.problem)

        assert not again.relay.active
