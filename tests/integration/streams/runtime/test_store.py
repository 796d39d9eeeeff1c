from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import closing

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from connectors.postgres.roles import schema_of, service_url
from connectors.settings import Settings
from schemas.topics import MAX_EVENT_BYTES
from streams.runtime.store import EventStore, Saving
from streams.runtime.work_queue import WorkItem


@pytest.fixture
def store(prepared: Settings) -> Iterator[EventStore]:
    name = "delivery-saga"
    store = EventStore(service_url(prepared.database_url, name), schema_of(name))
    with closing(store.datastore):
        yield store


def events(number: int, size: int) -> list[StoredEvent]:
    delivery = uuid.uuid4()
    return [StoredEvent(delivery, version, "topic", os.urandom(size)) for version in range(1, number + 1)]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("number", "size"), [(1, 1), (500, 4_000), (1, 1_000_000), (3, 10_000_000), (1, MAX_EVENT_BYTES)]
)
def test_given_events_of_any_size_when_saved_then_all_are_there_with_the_position(
    store: EventStore, number: int, size: int
) -> None:
    saved = events(number, size)

    store.save(Saving(events=saved, positions={("topic", 1): 7}))

    assert store.streams([uuid.UUID(str(saved[0].originator_id))]) == {saved[0].originator_id: saved}
    assert store.positions([("topic", 1)]) == {("topic", 1): 7}
    assert [each.id for each in store.select_notifications(1, 1_000)] == list(range(1, number + 1))


@pytest.mark.timeout(60)
def test_given_large_work_when_saved_then_it_is_queued(store: EventStore) -> None:
    item = WorkItem(delivery=uuid.uuid4(), attempt=1, started=b"s" * 2_000_000, trigger=b"t" * 10_000_000)

    store.save(Saving(work=[item]))

    with store.datastore.get_connection() as connection:
        assert store.queue.depth(connection) == 1


@pytest.mark.parametrize("size", [100, 1_000_000])
def test_given_a_position_that_was_passed_when_saved_then_nothing_is(store: EventStore, size: int) -> None:
    store.save(Saving(positions={("topic", 1): 7}))

    with pytest.raises(IntegrityError):
        store.save(Saving(events=events(1, size), positions={("topic", 1): 7}))

    assert store.max_notification_id() is None


@pytest.mark.parametrize("size", [100, 1_000_000])
def test_given_a_version_that_is_taken_when_saved_then_nothing_is(store: EventStore, size: int) -> None:
    first, second = events(2, size)
    store.save(Saving(events=[first]))

    with pytest.raises(IntegrityError):
        store.save(Saving(events=[second, first], positions={("topic", 1): 7}))

    assert store.max_notification_id() == 1
    assert store.positions([("topic", 1)]) == {("topic", 1): 0}


def test_given_a_limit_of_bytes_when_the_unpublished_are_read_then_one_comes_at_least_and_no_more_than_fit(
    store: EventStore,
) -> None:
    store.save(Saving(events=events(5, 1_000)))

    assert [each.id for each in store.unpublished(0, 1_000, 3_500)] == [1, 2, 3]
    assert [each.id for each in store.unpublished(3, 1_000, 10)] == [4]
    assert [each.id for each in store.unpublished(1, 2, 1_000_000)] == [2, 3]
    assert store.unpublished(5, 1_000, 1_000_000) == []
