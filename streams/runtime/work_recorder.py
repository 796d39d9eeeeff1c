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
from streams.agents.registry import AnyDecider, decider_of_stream
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


@dataclass(frozen=True, slots=True)
class _Stream:
    """A delivery's stream: the version of the decider that it goes on with, and its payloads."""

    decider: AnyDecider
    payloads: list[object]

    def decide(self, result: WorkResult) -> Sequence[object]:
        return self.decider.decide(fold(self.decider, self.payloads), result)


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
            if streams[item.delivery].decide(WorkFailed(attempt=item.attempt, reason=""))
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
        stream = self._streams([item.delivery])[item.delivery]
        decider, payloads = stream.decider, stream.payloads
        results = [decider.result_of(payload) for payload in payloads]
        done = any(isinstance(each, WorkDone) and each.attempt == item.attempt for each in results)
        undone = [each for each in payloads if type(each) is decider.undo_starts_with]
        return done and not any(getattr(each, "attempt", 0) >= item.attempt for each in undone)

    def _decided(self, ended: Sequence[Ended]) -> tuple[list[StoredEvent], list[WorkKey], list[WorkItem]]:
        """Events to be saved, work that they end, and work that nothing is recorded of."""
        streams = self._streams([each.item.delivery for each in ended])
        events, taken, left = list[StoredEvent](), list[WorkKey](), list[WorkItem]()
        for each in ended:
            stream = streams[each.item.delivery]
            payloads = stream.decide(each.result)
            if not payloads:
                left.append(each.item)
                continue
            try:
                stored = self._stored(each.started, payloads, stream)
            except (StreamwrightError, ValueError, TypeError) as error:
                # It does not fit into an event: too long, or no text that can be written.
                payloads = stream.decide(failure(each.item.attempt, error))
                stored = self._stored(each.started, payloads, stream)
                left.append(each.item)
            events += stored
            taken.append(each.item.key)
            stream.payloads.extend(payloads)
        return events, taken, left

    def _stored(self, started: Event, payloads: Sequence[object], stream: _Stream) -> list[StoredEvent]:
        recorded = record(
            payloads,
            service=self._decider.name,
            version=stream.decider.version,
            cause=started.envelope,
            stream_version=len(stream.payloads),
            occurred_at=self._clock(),
            traceparent=started.envelope.traceparent,
        )
        return [stored_event(self._codec, event) for event in recorded]

    def _streams(self, deliveries: Sequence[UUID]) -> dict[UUID, _Stream]:
        found: dict[UUID, _Stream] = {}
        for delivery, stored in self._store.streams(deliveries).items():
            own = [self._codec.decode(event.state) for event in stored if not is_letter(event)]
            decider = decider_of_stream(self._decider, own[0].envelope.actor if own else "")
            found[delivery] = _Stream(decider, [event.payload for event in own])
        return found
