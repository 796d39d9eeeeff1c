"""The whole system with everything bad in its log."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Message, Producer

from connectors.kafka.dead_letters import StandingLetter, standing_letters
from connectors.kafka.headers import headers_of
from connectors.kafka.position import Position
from connectors.kafka.publisher import producer_settings
from connectors.settings import Settings
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.topics import REQUIREMENT_EVENTS
from streams.core.dead_letter import DeadLetter
from tests.integration.projections.processes import ProjectorProcess, projector
from tests.integration.streams.bad_input.records import (
    BadRecord,
    Header,
    bad_records,
    requirement,
    touchy_requirement,
)
from tests.integration.streams.pipeline.running_services import RunningServices, running_services, wait_for

_MODULE = "tests.integration.streams.bad_input.touchy_process"
_PARTITIONS = 4


@dataclass(frozen=True)
class Sent:
    """A bad record as it was sent.

    Attributes:
        follower: a good delivery, published behind it in the same partition.
    """

    record: BadRecord
    position: Position
    follower: str


@dataclass
class System:
    """All services, the projector, and what was sent.

    Attributes:
        delivered: a delivery that had succeeded before.
        touchy: a delivery that a decider raises on.
    """

    services: RunningServices
    projector: ProjectorProcess
    sent: dict[str, Sent]
    delivered: str
    touchy: str

    @property
    def settings(self) -> Settings:
        """Those of the system."""
        return self.services.settings

    def letters(self) -> dict[Position, StandingLetter]:
        """Dead letters by the position of the record."""
        return {letter.record: letter for letter in standing_letters(self.settings.kafka_brokers)}

    def publish(self, event: Event, partition: int = -1) -> Position:
        """Publish a person's event as it is."""
        key, value = event.envelope.delivery_id.encode(), Codec().encode(event)
        return publish(
            self.settings, REQUIREMENT_EVENTS, key, value, tuple(headers_of(event.envelope)), partition
        )


def publish(
    config: Settings,
    topic: str,
    key: bytes | None,
    value: bytes | None,
    headers: tuple[Header, ...],
    partition: int = -1,
) -> Position:
    """Put a record into a partition, -1 for that of the key."""
    producer = Producer(producer_settings(config.kafka_brokers))
    standing: list[Message] = []
    producer.produce(
        topic,
        key=key,
        value=value,
        headers=list(headers),
        partition=partition,
        on_delivery=lambda error, message: standing.append(message) if error is None else None,
    )
    producer.flush(30)
    (message,) = standing
    return Position(topic, message.partition() or 0, message.offset() or 0)


@contextmanager
def system_with_bad_input(config: Settings, folder: Path) -> Iterator[System]:
    """A system that has processed every bad record, and a good delivery behind each."""
    with (
        running_services(config, _MODULE) as services,
        projector(config, folder / "projector.log") as process,
    ):
        delivered = services.submit('{"quick": true}')
        services.wait_for_end([delivered])
        touchy = touchy_requirement()
        system = System(services, process, {}, delivered, touchy.envelope.delivery_id)
        system.publish(touchy)
        for number, (name, record) in enumerate(bad_records(delivered).items()):
            system.sent[name] = _send(system, record, number % _PARTITIONS)
        followers = [sent.follower for sent in system.sent.values()]
        services.wait_for_end(followers)
        wanted = {sent.position for sent in system.sent.values()}
        wait_for(lambda: wanted <= system.letters().keys(), 30, f"{wanted - system.letters().keys()}")
        yield system


def _send(system: System, record: BadRecord, partition: int) -> Sent:
    place = publish(system.settings, record.topic, record.key, record.value, record.headers, partition)
    follower = requirement()
    system.publish(follower, partition)
    return Sent(record, place, follower.envelope.delivery_id)


def delivery_named_as(letter: Position) -> str:
    """The delivery id that is the id of a dead letter."""
    return str(
        DeadLetter(
            service="delivery-saga",
            topic=letter.topic,
            partition=letter.partition,
            offset=letter.offset,
            key=None,
            value=None,
            headers=(),
            reason="",
        ).id
    )


def new_id() -> str:
    return str(uuid.uuid4())
