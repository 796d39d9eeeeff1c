"""The source reads on where the store stands, whatever the group committed, and holds no more than it may."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from confluent_kafka import Producer

from connectors.kafka.group_offsets import committed_offsets, groups_with_members, set_offsets
from connectors.kafka.topics import ensure_topics
from schemas.topics import Topic
from streams.runtime.record_source import Batch, RecordSource
from streams.runtime.store import PartitionKey
from tests.integration.streams.service_process import wait_until

_PARTITIONS = 4


@dataclass
class Store:
    """What several sources process; `hold` keeps them from going on."""

    topic: str
    tracked: dict[PartitionKey, int] = field(default_factory=dict)
    seen: list[tuple[int, int]] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    delivered: int = 0
    hold: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def positions(self, places: Sequence[PartitionKey]) -> Mapping[PartitionKey, int]:
        with self.lock:
            return {place: self.tracked.get(place, 0) for place in places}

    def deliver(self, batch: Batch) -> Future[object]:
        with self.lock:
            self.delivered += len(batch.records)
        handled: Future[object] = Future()
        threading.Thread(target=self._handle, args=(batch, handled), daemon=True).start()
        return handled

    def _handle(self, batch: Batch, handled: Future[object]) -> None:
        self.hold.wait(60)
        with self.lock:
            for place, start in batch.starts.items():
                if start > self.tracked.get(place, 0):
                    self.gaps.append(f"{place} from {self.tracked.get(place, 0)} to {start}")
            for record in batch.records:
                place = (record.topic, record.partition)
                if record.offset >= self.tracked.get(place, 0):
                    self.seen.append((record.partition, record.offset))
                    self.tracked[place] = record.offset + 1
        handled.set_result(None)


@pytest.fixture
def store(kafka_brokers: str) -> Store:
    topic = f"source-{uuid.uuid4().hex[:8]}"
    ensure_topics(kafka_brokers, [Topic(name=topic, partitions=_PARTITIONS)])
    store = Store(topic)
    store.hold.set()
    return store


def publish(brokers: str, topic: str, number: int) -> None:
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5})
    for each in range(number):
        producer.produce(topic, value=b"x" * 100, partition=each % _PARTITIONS)
        producer.poll(0)
    assert producer.flush(30) == 0


@contextmanager
def reading(brokers: str, group: str, store: Store, number: int = 1) -> Iterator[list[RecordSource]]:
    sources = [
        RecordSource(group, brokers, [store.topic], store.positions, store.deliver) for _ in range(number)
    ]
    for source in sources:
        source.start()
    try:
        yield sources
    finally:
        store.hold.set()
        for source in sources:
            source.stop(20)


def until(condition: Callable[[], bool]) -> None:
    wait_until(condition)


def test_given_a_group_that_has_committed_ahead_of_the_store_when_read_then_nothing_is_skipped(
    kafka_brokers: str, store: Store
) -> None:
    publish(kafka_brokers, store.topic, 40)
    group = f"group-{store.topic}"
    set_offsets(kafka_brokers, group, {(store.topic, partition): 10 for partition in range(_PARTITIONS)})
    store.tracked = {(store.topic, 0): 3}

    with reading(kafka_brokers, group, store):
        until(lambda: len(store.seen) == 37)

    assert sorted(store.seen) == sorted(
        (partition, offset) for partition in range(4) for offset in range(3 if partition == 0 else 0, 10)
    )


def test_given_processed_records_when_a_while_has_passed_then_the_group_tells_its_progress(
    kafka_brokers: str, store: Store
) -> None:
    group = f"group-{store.topic}"
    publish(kafka_brokers, store.topic, 40)

    with reading(kafka_brokers, group, store):
        until(lambda: len(store.seen) == 40)
        places = [(store.topic, partition) for partition in range(_PARTITIONS)]
        until(lambda: committed_offsets(kafka_brokers, group, places) == dict.fromkeys(places, 10))


def test_given_a_slow_handler_when_much_is_published_then_two_batches_are_held_and_the_group_is_kept(
    kafka_brokers: str, store: Store
) -> None:
    group = f"group-{store.topic}"
    store.hold.clear()
    with reading(kafka_brokers, group, store) as sources:
        until(lambda: not sources[0].problem)
        publish(kafka_brokers, store.topic, 5_000)
        until(lambda: store.delivered > 0)
        # Longer than the session: a member that does not poll and beat would be gone.
        time.sleep(14)

        assert store.delivered <= 1_000
        assert groups_with_members(kafka_brokers, [group]) == [group]

        store.hold.set()
        until(lambda: len(store.seen) == 5_000)
        assert not sources[0].problem

    assert store.gaps == []
    assert len(set(store.seen)) == 5_000


def test_given_members_that_come_and_go_when_read_then_each_record_is_processed_without_a_gap(
    kafka_brokers: str, store: Store
) -> None:
    group = f"group-{store.topic}"
    publishing = threading.Thread(
        target=lambda: [publish(kafka_brokers, store.topic, 400) or time.sleep(0.05) for _ in range(50)]  # type: ignore[func-returns-value]
    )
    with reading(kafka_brokers, group, store):
        publishing.start()
        for _ in range(4):
            with reading(kafka_brokers, group, store, number=2) as others:
                until(lambda others=others: all(not each.problem for each in others))  # type: ignore[misc]
                time.sleep(0.5)
        publishing.join()
        until(lambda: len(store.seen) == 20_000)

    assert store.gaps == []
    assert len(set(store.seen)) == 20_000


def test_given_a_store_ahead_of_the_log_when_read_then_the_problem_is_told(
    kafka_brokers: str, store: Store
) -> None:
    publish(kafka_brokers, store.topic, 8)
    store.tracked = {(store.topic, 1): 900}

    with reading(kafka_brokers, f"group-{store.topic}", store) as sources:
        until(lambda: "does not have the offset" in sources[0].problem)

    assert f"{store.topic}-1" in sources[0].problem


def test_given_a_partition_that_was_lost_while_paused_when_it_comes_back_then_it_is_read_on(
    kafka_brokers: str, store: Store
) -> None:
    group = f"group-{store.topic}"
    with reading(kafka_brokers, group, store) as sources:
        until(lambda: not sources[0].problem)
        store.hold.clear()
        publish(kafka_brokers, store.topic, 40)
        until(lambda: store.delivered > 0)
        # Longer than the source's patience, so that it has paused its partitions.
        time.sleep(4)
        quick = Store(store.topic)
        quick.hold.set()
        with reading(kafka_brokers, group, quick) as others:
            until(lambda: not others[0].problem)
            time.sleep(1)
            store.hold.set()
        publish(kafka_brokers, store.topic, 40)
        until(lambda: {(partition, 19) for partition in range(_PARTITIONS)} <= set(store.seen))
