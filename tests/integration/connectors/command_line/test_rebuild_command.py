from __future__ import annotations

import psycopg

from connectors.settings import Settings
from deploy.local.prepare import prepare
from tests.integration.connectors.command_line.command import streamwright
from tests.integration.streams.audit.published_histories import many_histories, publish
from tests.servers import new_database


def test_given_topics_and_an_empty_database_when_rebuilt_then_stores_and_read_models_are_filled(
    prepared: Settings, database_url: str
) -> None:
    log = many_histories(15)
    publish(prepared.kafka_brokers, log)

    with new_database(database_url) as url:
        config = prepared.model_copy(update={"database_url": url})
        first = streamwright(config, "rebuild", "--json")
        again = streamwright(config, "rebuild", "--part", "all", "--json")

        assert first.code == 0, first.told
        assert first.answer["events"] == len(log)
        assert first.answer["checksums_equal"] is True
        services = first.answer["services"]
        assert isinstance(services, dict)
        assert sum(each["published"] for each in services.values()) == sum(not r.is_by_user for r in log)
        assert all(each["equal"] is None for each in services.values())
        assert again.code == 0, again.told
        assert all(each["equal"] is True for each in again.answer["services"].values())  # type: ignore[attr-defined]
        only_read_models = streamwright(config, "rebuild", "--json")
        assert only_read_models.answer["services"] == {}


def test_given_a_changed_read_model_when_rebuilt_then_the_difference_is_told_and_mended(
    prepared: Settings,
) -> None:
    publish(prepared.kafka_brokers, many_histories(3))
    assert streamwright(prepared, "rebuild", "--json").code == 0
    with psycopg.connect(prepared.database_url) as connection:
        connection.execute("UPDATE projections.deliveries SET requirement = 'forged'")

    ran = streamwright(prepared, "rebuild", "--json")

    assert ran.code == 1
    assert ran.answer["checksums_equal"] is False
    assert ran.answer["differing_tables"] == ["deliveries"]
    assert streamwright(prepared, "rebuild", "--json").code == 0


def test_given_a_changed_event_store_when_restored_then_the_difference_is_told_and_mended(
    prepared: Settings,
) -> None:
    publish(prepared.kafka_brokers, many_histories(3))
    prepare(prepared)
    assert streamwright(prepared, "rebuild", "--part", "services", "--json").code == 0
    with psycopg.connect(prepared.database_url) as connection:
        connection.execute("DELETE FROM delivery_saga.stored_events WHERE originator_version = 1")

    ran = streamwright(prepared, "rebuild", "--part", "services", "--json")

    assert ran.code == 1
    assert ran.answer["services"]["delivery-saga"]["equal"] is False  # type: ignore[index]
    assert streamwright(prepared, "rebuild", "--part", "services", "--json").code == 0
