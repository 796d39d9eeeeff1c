"""librdkafka's in-process broker does what the system needs of a broker, except to keep anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from connectors.kafka.topics import ensure_topics
from deploy.local.mock_broker import start_mock_broker
from deploy.local.process import stop
from schemas.topics import FEATURE_EVENTS, OUTCOME_EVENTS


@pytest.fixture
def mock_brokers(tmp_path: Path) -> Iterator[str]:
    """host:port of an in-process broker in a process of its own."""
    process, address = start_mock_broker(tmp_path / "address", tmp_path / "mock.log")
    yield address
    assert stop(process, timeout_seconds=10)


def test_given_the_in_process_broker_when_transactions_end_then_only_committed_records_are_read(
    mock_brokers: str,
) -> None:
    assert FEATURE_EVENTS in ensure_topics(mock_brokers)
    assert ensure_topics(mock_brokers) == []
    producer = Producer({"bootstrap.servers": mock_brokers, "transactional.id": "relay"})
    producer.init_transactions(20)
    for value, end in (
        (b"one", producer.commit_transaction),
        (b"never", producer.abort_transaction),
        (b"two", producer.commit_transaction),
    ):
        producer.begin_transaction()
        producer.produce(FEATURE_EVENTS, value=value, partition=1)
        end(20)

    reader = Consumer(
        {"bootstrap.servers": mock_brokers, "group.id": "reader", "isolation.level": "read_committed"}
    )
    reader.assign([TopicPartition(FEATURE_EVENTS, 1, 0)])
    assert [message.value() for message in reader.consume(3, timeout=3)] == [b"one", b"two"]
    reader.close()


def test_given_a_position_when_committed_plainly_then_another_client_of_the_group_reads_it(
    mock_brokers: str,
) -> None:
    ensure_topics(mock_brokers)
    settings = {"bootstrap.servers": mock_brokers, "group.id": "relay"}
    first, second = Consumer(settings), Consumer(settings)

    first.commit(offsets=[TopicPartition(OUTCOME_EVENTS, 0, 42)], asynchronous=False)

    (found,) = second.committed([TopicPartition(OUTCOME_EVENTS, 0)], timeout=20)
    assert found.offset == 42
