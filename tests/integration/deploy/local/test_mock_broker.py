"""librdkafka's in-process broker does what the system needs of a broker, except to keep anything."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from connectors.kafka.topics import ensure_topics
from deploy.local.mock_broker import start_mock_broker
from deploy.local.process import stop
from schemas.topics import FEATURE_EVENTS, OUTCOME_EVENTS
from streams.runtime.record_source import Batch, RecordSource
from tests.integration.streams.service_process import wait_until


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


def test_given_a_group_when_it_reads_from_the_stores_positions_then_all_records_come(
    mock_brokers: str,
) -> None:
    ensure_topics(mock_brokers)
    producer = Producer({"bootstrap.servers": mock_brokers})
    for value in range(8):
        producer.produce(FEATURE_EVENTS, value=b"%d" % value, partition=value % 4)
    producer.flush(20)
    seen = list[bytes | None]()

    def deliver(batch: Batch) -> Future[object]:
        seen.extend(record.value for record in batch.records)
        handled: Future[object] = Future()
        handled.set_result(None)
        return handled

    source = RecordSource(
        "reader", mock_brokers, [FEATURE_EVENTS], lambda places: {p: int(p[1] == 1) for p in places}, deliver
    )
    source.start()
    try:
        wait_until(lambda: len(seen) == 7)
    finally:
        source.stop(10)

    assert sorted(seen) == [b"%d" % value for value in (0, 2, 3, 4, 5, 6, 7)]  # type: ignore[type-var]
