"""A small sound run on real topics and tables, into which tests plant defects."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from uuid import UUID

import psycopg
from confluent_kafka import Consumer, Producer, TopicPartition
from eventsourcing.persistence import StoredEvent

from connectors.kafka.log import LogRecord, read_log
from connectors.kafka.publisher import Publisher, producer_settings
from connectors.kafka.user_events import user_event
from connectors.postgres.roles import schema_of, service_url
from connectors.settings import Settings
from deploy.faults.checker.check import check
from deploy.faults.checker.evidence import Findings
from deploy.faults.checker.reading import read_evidence
from projections.projector import SERVICE as PROJECTIONS
from projections.projector import Projector
from projections.reading import Reader
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.events import requirement
from schemas.topics import EVENT_TOPICS
from streams.agents.registry import DECIDERS
from streams.runtime.store import EventStore, Saving
from tests.integration.streams.service_process import RunningService, run_to_the_end, running, wait_until


@dataclass(frozen=True)
class Rig:
    """What a run has left: settings of its servers, and what the checker is told besides."""

    settings: Settings
    records: tuple[LogRecord, ...]
    published: tuple[str, ...]
    artefacts: Path

    def findings(self, database_url: str = "", extra_published: Sequence[str] = ()) -> Findings:
        """What the checker finds, in another database where one is named."""
        url = database_url or self.settings.database_url
        told = (*self.published, *extra_published)
        return check(read_evidence(self.settings.kafka_brokers, url, self.artefacts, told))


def decoded(record: LogRecord) -> Event:
    """The record's event."""
    return Codec().decode(record.value or b"")


def sound_run(settings: Settings, artefacts: Path) -> Rig:
    """One delivery that is built, and one that is cancelled after its build."""
    publisher = Publisher(settings.kafka_brokers)
    built, cancelled = (
        user_event(
            requirement.RequirementSubmitted(requirement=json.dumps({"expects": [end]}), format="json")
        )
        for end in ("built", "cancelled")
    )
    cancellation = user_event(
        requirement.CancellationRequested(reason="Not needed"), delivery_id=cancelled.envelope.delivery_id
    )
    services = [RunningService(settings, name) for name in DECIDERS]
    with running(services):
        for event in (built, cancelled):
            publisher.publish(event)
        run_to_the_end(services)
        publisher.publish(cancellation)
        run_to_the_end(services)
        # Readers see a transaction a moment after its producer has committed it.
        time.sleep(1)
        run_to_the_end(services)
    records = tuple(read_log(settings.kafka_brokers, EVENT_TOPICS))
    _project(settings, len(records))
    artefacts.mkdir()
    plant_build(artefacts, built.envelope.delivery_id)
    published = tuple(event.envelope.event_id for event in (built, cancelled, cancellation))
    return Rig(settings, records, published, artefacts)


def plant_build(artefacts: Path, delivery: str) -> Path:
    """A build of the first attempt, as the quick worker leaves it; gives its file."""
    folder = artefacts / delivery / "1"
    folder.mkdir(parents=True)
    (folder / "books.whl").write_bytes(bytes(4_096))
    return folder / "books.whl"


def replanted(rig: Rig, settings: Settings, plant: Callable[[list[LogRecord]], list[LogRecord]]) -> Rig:
    """The run once more on new topics and tables, with another log; the stores are those of the sound run."""
    records = plant(list(rig.records))
    producer = Producer({**producer_settings(settings.kafka_brokers), "enable.idempotence": True})
    for record in records:
        producer.produce(record.topic, key=record.key, value=record.value)
    producer.flush(30)
    ends = _ends(settings.kafka_brokers)
    for name in DECIDERS:
        store = EventStore(service_url(settings.database_url, name), schema_of(name))
        store.save(Saving(events=_stored(rig.records, name), positions=ends))
        store.datastore.close()
    _project(settings, len(records))
    return replace(rig, settings=settings, records=tuple(records))


def _stored(records: Sequence[LogRecord], service: str) -> list[StoredEvent]:
    events = [(decoded(record).envelope, record) for record in records]
    mine = [each for each in events if each[0].stream_id.startswith(f"{service}:")]
    mine.sort(key=lambda each: (each[0].delivery_id, each[0].stream_version))
    return [
        StoredEvent(UUID(envelope.delivery_id), envelope.stream_version, record.topic, record.value or b"")
        for _, group in groupby(mine, key=lambda each: each[0].delivery_id)
        for envelope, record in group
    ]


def _ends(brokers: str) -> dict[tuple[str, int], int]:
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "ends"})
    topics = consumer.list_topics(timeout=30).topics
    places = [(topic, partition) for topic in EVENT_TOPICS for partition in topics[topic].partitions]
    ends = {place: consumer.get_watermark_offsets(TopicPartition(*place))[1] for place in places}
    consumer.close()
    return {place: end for place, end in ends.items() if end}


def _project(settings: Settings, records: int) -> None:
    url = service_url(settings.database_url, PROJECTIONS)
    with (
        _projecting(Projector(settings.kafka_brokers, url, Reader(Codec()))),
        psycopg.connect(url) as connection,
    ):

        def is_projected() -> bool:
            row = connection.execute("SELECT count(*) FROM timeline").fetchone()
            connection.rollback()
            return row is not None and row[0] == records

        wait_until(is_projected, seconds=90)


@contextmanager
def _projecting(projector: Projector) -> Iterator[None]:
    thread = threading.Thread(target=projector.run)
    thread.start()
    try:
        yield
    finally:
        projector.stop()
        thread.join(30)
