"""The doctor finds what is wrong with servers, and says how to mend it."""

from __future__ import annotations

import psycopg
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)
from psycopg.conninfo import make_conninfo

from connectors.settings import Settings
from deploy.local.doctor_servers import examine_servers
from deploy.local.finding import Finding
from schemas.topics import BUILD_EVENTS


def _by_what(settings: Settings) -> dict[str, Finding]:
    return {finding.what: finding for finding in examine_servers(settings)}


def test_given_a_prepared_system_when_examined_then_all_is_ok(prepared: Settings) -> None:
    found = _by_what(prepared)

    assert {finding.verdict for finding in found.values()} == {"ok"}, found
    assert set(found) == {"broker", "topics", "positions of groups", "database", "roles"}


def test_given_a_topic_that_deletes_when_examined_then_it_is_named_with_the_command(
    prepared: Settings,
) -> None:
    entry = ConfigEntry("retention.ms", "1000", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, BUILD_EVENTS, incremental_configs=[entry])
    admin = AdminClient({"bootstrap.servers": prepared.kafka_brokers})
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(20)

    topics = _by_what(prepared)["topics"]

    assert topics.verdict == "wrong"
    assert f"--topic {BUILD_EVENTS} --add-config retention.ms=-1" in topics.todo


def test_given_an_owner_without_rights_when_examined_then_it_is_wrong(prepared: Settings) -> None:
    with psycopg.connect(prepared.database_url) as connection:
        connection.execute("DROP ROLE IF EXISTS streamwright_test_visitor")
        connection.execute("CREATE ROLE streamwright_test_visitor LOGIN")
    visitor = make_conninfo(prepared.database_url, user="streamwright_test_visitor")

    database = _by_what(prepared.model_copy(update={"database_url": visitor}))["database"]

    assert database.verdict == "wrong"
    assert "CREATEROLE" in database.todo


def test_given_servers_that_do_not_answer_when_examined_then_each_is_wrong() -> None:
    found = _by_what(
        Settings(
            kafka_brokers="127.0.0.1:1",
            database_url="host=127.0.0.1 port=1 user=nobody dbname=none",
            schema_registry_url="http://127.0.0.1:1",
        )
    )

    assert {what: finding.verdict for what, finding in found.items()} == {
        "broker": "wrong",
        "database": "wrong",
        "schema registry": "wrong",
    }
    assert all(finding.todo for finding in found.values())
