"""Recording the results of work, and what is to be done where a result is not wanted any more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from eventsourcing.persistence import IntegrityError, StoredEvent

from schemas.codec import Codec
from schemas.envelope import Event
from schemas.errors import StreamwrightError
from streams.agents.registry import AnyDecider
from streams.core.decider import WorkDone, WorkFailed, WorkResult, fold
from streams.core.identity import record
from streams.runtime.inbox import is_letter, stored_event
from streams.runtime.store import EventStore, Saving
from streams.runtime.work_queue import WorkItem, WorkKey

_LONGEST_REASON = 4_000


def failure(attempt: int, error: Exception) -> WorkFailed:
    """The failure that an error of the work is, with a reason that an event can hold."""
    told = str(error) if isinstance(error, StreamwrightError) else f"{type(error).__name__}: {error}"
    # What an error quotes may be anything, half a character as well.
    return WorkFailed(attempt=attempt, reason=told[:_LONGEST_REASON].encode(errors="replace").decode())


@dataclass(frozen=True, slots=True)
class Ended:
    """Work that has ended, however it did."""

    item: WorkItem
    started: Event
    result: WorkResult


class WorkRecorder:
    """Records results by the service's decider, in its store."""

    def __init__(
        self,
        decider: AnyDecider,
        store: EventStore,
        codec: Codec,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._decider = decider
        self._store = store
        self._codec = codec
        self._clock = clock

    def wanted(self, items: Sequence[WorkItem]) -> set[WorkKey]:
        """Work whose result would still be recorded: a step may have been undone meanwhile."""
        streams = self._streams([item.delivery for item in items])
        return {
            item.key
            for item in items
            if self._decider.decide(
                fold(self._decider, streams[item.delivery]), WorkFailed(attempt=item.attempt, reason="")
            )
        }

    def record(self, ended: Sequence[Ended], unwanted: Sequence[WorkKey] = ()) -> list[WorkItem]:
        """Record the results in one transaction, and end this work.

        Returns:
            Work whose result the decider does not take any more, and that has not been ended; and work
            whose result no event can hold, which is recorded as failed.
        """
        while True:
            events, taken, left = self._decided(ended)
            try:
                self._store.save(Saving(events=events, finished=[*taken, *unwanted]))
            except IntegrityError:
                # A stream has gone on meanwhile: decide again.
                continue
            return left

    def end(self, item: WorkItem) -> None:
        """Remove work from the queue without a result."""
        self._store.save(Saving(finished=[item.key]))

    def stands(self, item: WorkItem) -> bool:
        """Whether the attempt is recorded as done, and has not been undone since."""
        payloads = self._streams([item.delivery])[item.delivery]
        results = [self._decider.result_of(payload) for payload in payloads]
        done = any(isinstance(each, WorkDone) and each.attempt == item.attempt for each in results)
        undone = [each for each in payloads if type(each) is self._decider.undo_starts_with]
        return done and not any(getattr(each, "attempt", 0) >= item.attempt for each in undone)

    def _decided(self, ended: Sequence[Ended]) -> tuple[list[StoredEvent], list[WorkKey], list[WorkItem]]:
        """Events to be saved, work that they end, and work that nothing is recorded of."""
        streams = self._streams([each.item.delivery for each in ended])
        events, taken, left = list[StoredEvent](), list[WorkKey](), list[WorkItem]()
        for each in ended:
            stream = streams[each.item.delivery]
            payloads = self._decider.decide(fold(self._decider, stream), each.result)
            if not payloads:
                left.append(each.item)
                continue
            try:
                stored = self._stored(each.started, payloads, len(stream))
            except (StreamwrightError, ValueError, TypeError) as error:
                # It does not fit into an event: too long, or no text that can be written.
                reason = failure(each.item.attempt, error)
                payloads = self._decider.decide(fold(self._decider, stream), reason)
                stored = self._stored(each.started, payloads, len(stream))
                left.append(each.item)
            events += stored
            taken.append(each.item.key)
            stream += payloads
        return events, taken, left

    def _stored(self, started: Event, payloads: Sequence[object], version: int) -> list[StoredEvent]:
        recorded = record(
            payloads,
            service=self._decider.name,
            version=self._decider.version,
            cause=started.envelope,
            stream_version=version,
            occurred_at=self._clock(),
            traceparent=started.envelope.traceparent,
        )
        return [stored_event(self._codec, event) for event in recorded]

    def _streams(self, deliveries: Sequence[UUID]) -> dict[UUID, list[object]]:
        stored = self._store.streams(deliveries)
        return {
            delivery: [self._codec.decode(event.state).payload for event in events if not is_letter(event)]
            for delivery, events in stored.items()
        }
