"""An event store in memory that keeps what the real one promises: all or nothing, and each version once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from eventsourcing.persistence import IntegrityError, Notification, StoredEvent

from streams.runtime.store import PartitionKey, Saving
from streams.runtime.work_queue import WorkItem, WorkKey


@dataclass
class MemoryStore:
    """What survives a crash of a service's processes.

    Attributes:
        events: in the order of saving; the place from 1 is the notification id.
    """

    events: list[StoredEvent] = field(default_factory=list)
    tracked: dict[PartitionKey, int] = field(default_factory=dict)
    work: dict[WorkKey, WorkItem] = field(default_factory=dict)

    def save(self, saving: Saving) -> None:
        """As `EventStore.save`."""
        positions = saving.positions or {}
        versions = {(event.originator_id, event.originator_version) for event in self.events}
        new = [(event.originator_id, event.originator_version) for event in saving.events]
        if any(offset <= self.tracked.get(place, 0) for place, offset in positions.items()):
            raise IntegrityError("a position was passed already")
        if len({*new, *versions}) < len(new) + len(versions):
            raise IntegrityError("a version is taken")
        if any(item.key in self.work for item in saving.work):
            raise IntegrityError("the work is there already")
        self.tracked.update(positions)
        self.work.update({item.key: item for item in saving.work})
        for key in saving.finished:
            self.work.pop(key, None)
        self.events += saving.events

    def streams(self, deliveries: Sequence[UUID]) -> dict[UUID, list[StoredEvent]]:
        """As `EventStore.streams`."""
        return {
            delivery: sorted(
                (event for event in self.events if event.originator_id == delivery),
                key=lambda event: event.originator_version,
            )
            for delivery in deliveries
        }

    def positions(self, partitions: Sequence[PartitionKey]) -> dict[PartitionKey, int]:
        """As `EventStore.positions`."""
        return {place: self.tracked.get(place, 0) for place in partitions}

    def max_notification_id(self) -> int | None:
        """As the library's."""
        return len(self.events) or None

    def unpublished(self, after: int, limit: int, most_bytes: int) -> list[Notification]:  # noqa: ARG002
        """As `EventStore.unpublished`, of small events."""
        chosen = list(enumerate(self.events, start=1))[after : after + limit]
        return [
            Notification(
                id=number,
                originator_id=event.originator_id,
                originator_version=event.originator_version,
                topic=event.topic,
                state=event.state,
            )
            for number, event in chosen
        ]
