"""The inbox: records of topics in, decided events saved, each record's effect exactly once."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import structlog
from eventsourcing.persistence import IntegrityError, StoredEvent

from connectors.kafka.log import LogRecord
from schemas.catalogue import type_of
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.errors import BadInputError, DecodeError, HistoryError
from schemas.topics import DEAD_LETTER_SUFFIX, MAX_EVENT_BYTES, dead_letter_topic
from streams.agents.registry import DECIDERS, AnyDecider, consumed_by, decider_of_stream
from streams.core.acceptance import check
from streams.core.dead_letter import DeadLetter
from streams.core.decider import fold
from streams.core.identity import record
from streams.runtime.fault_points import reach
from streams.runtime.store import EventStore, PartitionKey, Saving
from streams.runtime.work_queue import WorkItem

_log = structlog.get_logger()
_MAX_CONFLICTS = 20
_NOWHERE: Mapping[PartitionKey, int] = {}


@dataclass(slots=True)
class _Stream:
    """A delivery's stream while a batch is decided.

    Attributes:
        decider: the version that the stream goes on with.
        causes: ids of the events that the stream's events were recorded upon.
    """

    decider: AnyDecider
    state: object
    version: int
    causes: set[str]


@dataclass(slots=True)
class _Batch:
    """What a batch of records comes to."""

    streams: dict[UUID, _Stream] = field(default_factory=dict)
    events: list[StoredEvent] = field(default_factory=list)
    work: list[WorkItem] = field(default_factory=list)


class Inbox:
    """Decides on records and saves the result, with the positions, in one transaction.

    Attributes:
        writes_dead_letters: whether this service writes the dead letters of undecodable records.
    """

    def __init__(
        self,
        decider: AnyDecider,
        store: EventStore,
        codec: Codec,
        *,
        writes_dead_letters: bool,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._decider = decider
        self._consumes = consumed_by(decider)
        self._store = store
        self._codec = codec
        self._clock = clock
        self.writes_dead_letters = writes_dead_letters

    def handle(self, records: Sequence[LogRecord], starts: Mapping[PartitionKey, int] = _NOWHERE) -> int:
        """Process records that are in order in each partition; give the number of events saved.

        Args:
            starts: for each partition, the position that its first record follows without a gap.

        Raises:
            IntegrityError: others keep writing to the same streams.
            HistoryError: the store stands before such a position, so that records would be skipped; or a
                delivery began with a version of the decider that this release does not have.
        """
        for _ in range(_MAX_CONFLICTS):
            fresh = self._unprocessed(records, starts)
            if not fresh:
                return 0
            reach("inbox.before_decide")
            batch = self._decide(fresh)
            reach("inbox.before_save")
            try:
                self._store.save(Saving(events=batch.events, positions=_positions(fresh), work=batch.work))
            except IntegrityError:
                # Another worker was faster, or a result of work came in between: look again.
                continue
            reach("inbox.after_save")
            return len(batch.events)
        raise IntegrityError(f"{self._decider.name}: {_MAX_CONFLICTS} conflicts in a row")

    def redrive(self, records: Sequence[LogRecord]) -> int:
        """React to records that were passed without a reaction; give the number of events saved.

        The positions stay as they are. A record that has its reaction gets no second one: the stream
        tells what it was recorded upon, and of two that write at once the store refuses one, which
        then looks again. So it may be called while the service runs.

        Raises:
            IntegrityError: others keep writing to the same streams.
        """
        for _ in range(_MAX_CONFLICTS):
            batch = self._decide(records)
            events = self._unsaved(batch)
            if not events:
                return 0
            try:
                self._store.save(Saving(events=events, work=batch.work))
            except IntegrityError:
                continue
            return len(events)
        raise IntegrityError(f"{self._decider.name}: {_MAX_CONFLICTS} conflicts in a row")

    def has_reacted(self, record: LogRecord) -> bool:
        """Whether the service has nothing to record upon the record any more."""
        return not self._unsaved(self._decide([record]))

    def _unsaved(self, batch: _Batch) -> list[StoredEvent]:
        """The batch's events without dead letters that are saved, and perhaps not published yet."""
        letters = [UUID(str(event.originator_id)) for event in batch.events if is_letter(event)]
        saved = self._store.streams(letters) if letters else {}
        known = {letter for letter, stored in saved.items() if any(map(is_letter, stored))}
        return [event for event in batch.events if event.originator_id not in known or not is_letter(event)]

    def _unprocessed(
        self, records: Sequence[LogRecord], starts: Mapping[PartitionKey, int]
    ) -> list[LogRecord]:
        partitions = sorted({(record.topic, record.partition) for record in records})
        positions = self._store.positions(partitions)
        for (topic, partition), start in starts.items():
            if positions[topic, partition] < start:
                raise HistoryError(
                    f"Processing {topic}-{partition} from offset {start}",
                    why=f"the store of {self._decider.name} stands at {positions[topic, partition]}: "
                    "it has lost what it had processed, and the records between would be skipped",
                    todo="The service starts anew and reads on from where its store stands",
                )
        return [r for r in records if r.offset >= positions[(r.topic, r.partition)]]

    def _decide(self, records: Sequence[LogRecord]) -> _Batch:
        batch = _Batch()
        decoded = [(rec, event) for rec in records if (event := self._decoded(rec, batch)) is not None]
        deliveries = list({UUID(event.envelope.delivery_id): None for _, event in decoded})
        for delivery, stored in self._store.streams(deliveries).items():
            # Whoever names a delivery as a dead letter is named must find an empty stream.
            own = [self._codec.decode(event.state) for event in stored if not is_letter(event)]
            decider = decider_of_stream(self._decider, own[0].envelope.actor if own else "")
            state = fold(decider, [event.payload for event in own])
            causes = {event.envelope.causation_id for event in own}
            batch.streams[delivery] = _Stream(decider, state, len(own), causes)
        for rec, event in decoded:
            self._react(batch, rec, event)
        return batch

    def _decoded(self, rec: LogRecord, batch: _Batch) -> Event | None:
        """The event, where it concerns this service; a record that is no event is a dead letter."""
        try:
            concerns = self._codec.writer_schema(rec.value or b"").event_type.payload in self._consumes
            if not concerns and not self.writes_dead_letters:
                return None
            event = self._codec.decode(rec.value or b"")
            check(rec.position, rec.topic, rec.key, event, DECIDERS)
        except DecodeError as error:
            if self.writes_dead_letters:
                batch.events.append(buried(self._letter(rec, str(error), "")))
            return None
        return event if concerns else None

    def _react(self, batch: _Batch, rec: LogRecord, event: Event) -> None:
        stream = batch.streams[UUID(event.envelope.delivery_id)]
        decider = stream.decider
        if event.envelope.event_id in stream.causes:
            # A further copy of it, or the reconciler handed it in before: its reaction is recorded.
            return
        try:
            payloads = decider.decide(stream.state, event)
            state = fold(decider, payloads, stream.state)
            events = record(
                payloads,
                service=decider.name,
                version=decider.version,
                cause=event.envelope,
                stream_version=stream.version,
                occurred_at=self._clock(),
                traceparent=event.envelope.traceparent,
            )
            stored = [stored_event(self._codec, new) for new in events]
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            batch.events.append(buried(self._letter(rec, reason, traceback.format_exc())))
            return
        stream.state, stream.version = state, stream.version + len(events)
        if events:
            stream.causes.add(event.envelope.event_id)
        batch.events += stored
        for new, saved in zip(events, stored, strict=True):
            if type(new.payload) in (decider.work_starts_with, decider.undo_starts_with):
                undo = type(new.payload) is decider.undo_starts_with
                batch.work.append(_work(new, saved, rec, undo=undo))

    def _letter(self, rec: LogRecord, reason: str, stack: str) -> DeadLetter:
        _log.warning("dead letter", position=str(rec.position), reason=reason)
        return DeadLetter(
            service=self._decider.name,
            topic=rec.topic,
            partition=rec.partition,
            offset=rec.offset,
            key=rec.key,
            value=rec.value,
            headers=rec.headers,
            reason=reason,
            stack=stack,
        )


def stored_event(codec: Codec, event: Event) -> StoredEvent:
    """An event for the store: its Kafka topic, and its bytes as they will be on the wire.

    Raises:
        BadInputError: it is longer than a topic takes.
    """
    state = codec.encode(event)
    if len(state) > MAX_EVENT_BYTES:
        raise BadInputError(
            f"Recording {event.envelope.event_type} of the delivery {event.envelope.delivery_id}",
            why=f"it has {len(state)} bytes, more than the {MAX_EVENT_BYTES} that go into a topic",
            todo="Submit a shorter requirement",
        )
    return StoredEvent(
        originator_id=UUID(event.envelope.delivery_id),
        originator_version=event.envelope.stream_version,
        topic=type_of(event.payload).topic,
        state=state,
    )


def is_letter(event: StoredEvent) -> bool:
    """Whether it is a dead letter."""
    return event.topic.endswith(DEAD_LETTER_SUFFIX)


def buried(letter: DeadLetter) -> StoredEvent:
    """A dead letter for the store, to be published by the relay."""
    return StoredEvent(
        originator_id=letter.id,
        # Streams begin with version 1, so that no delivery can take the letter's place.
        originator_version=0,
        topic=dead_letter_topic(letter.topic),
        state=letter.to_bytes(),
    )


def _work(event: Event, saved: StoredEvent, trigger: LogRecord, *, undo: bool) -> WorkItem:
    return WorkItem(
        delivery=UUID(event.envelope.delivery_id),
        attempt=int(getattr(event.payload, "attempt")),  # noqa: B009
        undo=undo,
        started=saved.state,
        trigger=trigger.value or b"",
    )


def _positions(records: Sequence[LogRecord]) -> dict[PartitionKey, int]:
    return {(record.topic, record.partition): record.offset + 1 for record in records}
