"""The local broker and database keep their data, and come back after a crash."""

from __future__ import annotations

import psycopg
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from connectors.kafka.topics import ensure_topics
from connectors.postgres.roles import ensure_role, service_url
from connectors.settings import Settings
from deploy.local.broker import BrokerPlace, start_broker
from deploy.local.database import running_database
from schemas.errors import SetupError
from schemas.topics import OUTCOME_EVENTS
from tests.servers import RealBroker, RealDatabase, delete_topics


def _produce(brokers: str, values: list[bytes]) -> None:
    producer = Producer({"bootstrap.servers": brokers, "transactional.id": "test", "acks": "all"})
    producer.init_transactions(30)
    producer.begin_transaction()
    for value in values:
        producer.produce(OUTCOME_EVENTS, value=value, partition=0)
    producer.commit_transaction(30)


def _read(brokers: str, count: int) -> list[bytes | None]:
    consumer = Consumer(
        {"bootstrap.servers": brokers, "group.id": "test", "isolation.level": "read_committed"}
    )
    consumer.assign([TopicPartition(OUTCOME_EVENTS, 0, 0)])
    messages = consumer.consume(count, timeout=20)
    consumer.close()
    return [message.value() for message in messages]


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_given_committed_records_when_the_broker_ends_and_starts_then_they_are_read(
    own_broker: RealBroker, ending: str
) -> None:
    ensure_topics(own_broker.brokers)
    _produce(own_broker.brokers, [b"one", b"two"])

    getattr(own_broker, ending)()
    own_broker.start()

    assert _read(own_broker.brokers, 2) == [b"one", b"two"]
    _produce(own_broker.brokers, [b"three"])


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_given_committed_rows_when_the_database_ends_and_starts_then_they_are_read(
    own_database: RealDatabase, ending: str
) -> None:
    with psycopg.connect(own_database.url) as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.execute("INSERT INTO kept VALUES (7)")

    getattr(own_database, ending)()
    own_database.start()

    with psycopg.connect(own_database.url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchall() == [(7,)]


def test_given_a_note_of_a_server_whose_pid_is_anothers_when_started_then_it_runs(
    own_database: RealDatabase,
) -> None:
    own_database.kill()
    noted = own_database.place.data / "postmaster.pid"
    lines = noted.read_text().splitlines() if noted.exists() else [""] * 8
    noted.write_text("\n".join(["1", *lines[1:]]) + "\n")

    own_database.start()

    assert running_database(own_database.place) == own_database.process


def test_given_a_service_when_it_logs_in_then_it_sees_its_own_schema_alone(fresh_database: str) -> None:
    for service in ("deployment", "delivery-saga"):
        ensure_role(fresh_database, service)
    with psycopg.connect(service_url(fresh_database, "deployment")) as connection:
        connection.execute("CREATE TABLE own (number int)")

    with (
        psycopg.connect(service_url(fresh_database, "delivery-saga")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT * FROM deployment.own")


def test_given_a_format_that_was_broken_off_when_started_then_the_folder_is_formatted(
    own_broker: RealBroker,
) -> None:
    own_broker.stop()
    own_broker.place.data.rename(own_broker.place.data.with_name("data.formatting"))
    (own_broker.place.data.with_name("data.formatting") / "meta.properties").unlink()

    own_broker.start()

    assert (own_broker.place.data / "meta.properties").exists()
    assert not own_broker.place.data.with_name("data.formatting").exists()


def test_given_logs_without_their_meta_properties_when_started_then_nothing_is_deleted(
    own_broker: RealBroker,
) -> None:
    ensure_topics(own_broker.brokers)
    own_broker.stop()
    (own_broker.place.data / "meta.properties").unlink()

    with pytest.raises(SetupError, match=r"meta\.properties"):
        own_broker.start()

    assert list(own_broker.place.data.glob(f"{OUTCOME_EVENTS}-*/*.log"))


def test_given_a_port_in_use_when_started_then_the_error_names_it(own_broker: RealBroker) -> None:
    place = own_broker.place
    other = BrokerPlace(
        place.folder.with_name("other"), place.java, place.jars, place.port, place.controller_port
    )

    with pytest.raises(SetupError, match=f"port {place.port}: another program listens there"):
        start_broker(other)


def test_given_topics_with_records_when_deleted_and_created_then_they_are_empty(prepared: Settings) -> None:
    _produce(prepared.kafka_brokers, [b"old"])

    delete_topics(prepared.kafka_brokers)
    ensure_topics(prepared.kafka_brokers)

    _produce(prepared.kafka_brokers, [b"new"])
    assert _read(prepared.kafka_brokers, 1) == [b"new"]
