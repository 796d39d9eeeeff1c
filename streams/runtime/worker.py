"""Doing the work: takes it from the queue, runs the engine, records the result as an event."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import psycopg
import structlog
from eventsourcing.persistence import IntegrityError, PersistenceError

from connectors.resilience import measures
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.errors import StreamwrightError
from streams.agents.registry import AnyDecider
from streams.core.decider import WorkDone, WorkFailed, WorkResult, WorkTimedOut, fold
from streams.core.identity import record
from streams.runtime.fault_points import reach
from streams.runtime.inbox import stored_event
from streams.runtime.silent_holders import SIGN_OF_LIFE_SECONDS, show_life
from streams.runtime.store import EventStore, Saving
from streams.runtime.work_queue import WorkItem

_log = structlog.get_logger()
_IDLE_SECONDS = 1.0
_MAX_TRIES = 3
# What undoes only removes files: it waits for a disk or a network to come back, a second at each try.
_MAX_UNDO_TRIES = 60


class Worker(Protocol):
    """An agent's impure part."""

    def work(self, started: Event, trigger: Event) -> WorkDone | WorkFailed:
        """Do the work of one attempt.

        Args:
            started: the agent's own event that the work has started.
            trigger: the event that the agent reacts to.

        Raises:
            Exception: is recorded as the failure of the step; nothing of the work may then be left.
        """
        ...

    def undo(self, delivery_id: str, attempt: int) -> None:
        """Remove what the work of an attempt left outside the log; may be called more than once."""
        ...


class WorkLoop:
    """A thread that works off a service's queue, one piece at a time."""

    def __init__(
        self,
        decider: AnyDecider,
        worker: Worker,
        store: EventStore,
        codec: Codec,
        service_database_url: str,
        *,
        limit_seconds: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._decider = decider
        self._worker = worker
        self._store = store
        self._codec = codec
        self._url = service_database_url
        self._limit = limit_seconds
        self._clock = clock
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"{decider.name}-worker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """There may be new work."""
        self._wake.set()

    def stop(self, timeout_seconds: float) -> None:
        """Take no more work, and wait for the present one; unfinished work stays in the queue."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    while not self._stop.is_set():
                        if not self.run_once(connection):
                            self._wake.wait(_IDLE_SECONDS)
                            self._wake.clear()
            except (psycopg.Error, PersistenceError) as error:
                _log.warning("worker lost its database", service=self._decider.name, error=str(error))
                measures.RETRIES.labels("work-queue").inc()
                self._stop.wait(_IDLE_SECONDS)

    def run_once(self, connection: psycopg.Connection) -> bool:
        """Do one piece of work; False where there is none."""
        with self._store.queue.taken(connection) as item:
            if item is None:
                return False
            if item.undo:
                self._undo(item)
            elif self._is_wanted(item):
                reach("work.before_work")
                started = self._codec.decode(item.started)
                result = self._perform(item, started, lambda: show_life(connection))
                reach("work.before_result")
                self._record(item, started, result)
                reach("work.after_result")
            else:
                self._store.save(Saving(finished=[item.key]))
        return True

    def _undo(self, item: WorkItem) -> None:
        try:
            self._worker.undo(str(item.delivery), item.attempt)
        except Exception:
            _log.exception("undoing failed", service=self._decider.name, delivery=str(item.delivery))
            if item.tries < _MAX_UNDO_TRIES:
                self._stop.wait(_IDLE_SECONDS)
                return
        self._store.save(Saving(finished=[item.key]))

    def _is_wanted(self, item: WorkItem) -> bool:
        """Whether a result would still be recorded: the step may have been undone meanwhile."""
        state, _ = self._stream(item.delivery)
        failed = WorkFailed(attempt=item.attempt, reason="")
        return bool(self._decider.decide(state, failed))

    def _perform(self, item: WorkItem, started: Event, show_life: Callable[[], object]) -> WorkResult:
        if item.tries > _MAX_TRIES:
            reason = f"The work was given up: it ended its process {_MAX_TRIES} times. See the agent's log"
            return WorkFailed(attempt=item.attempt, reason=reason)
        trigger = self._codec.decode(item.trigger)
        future: Future[WorkDone | WorkFailed] = Future()
        arguments = (future, self._worker, started, trigger)
        # A thread of its own, so that work that does not end cannot hold the queue.
        threading.Thread(target=_work_into, args=arguments, daemon=True).start()
        if not _ends_within(self._limit, future, show_life):
            future.add_done_callback(lambda _: self._clear_late(item))
            return WorkTimedOut(attempt=item.attempt, limit_seconds=self._limit)
        try:
            return future.result()
        except StreamwrightError as error:
            return WorkFailed(attempt=item.attempt, reason=str(error))
        except Exception as error:
            _log.exception("work failed", service=self._decider.name, delivery=str(item.delivery))
            return WorkFailed(attempt=item.attempt, reason=f"{type(error).__name__}: {error}")

    def _record(self, item: WorkItem, started: Event, result: WorkResult) -> None:
        while True:
            state, version = self._stream(item.delivery)
            events = record(
                self._decider.decide(state, result),
                service=self._decider.name,
                version=self._decider.version,
                cause=started.envelope,
                stream_version=version,
                occurred_at=self._clock(),
                traceparent=started.envelope.traceparent,
            )
            if not events:
                self._end_unrecorded(item)
                return
            try:
                stored = [stored_event(self._codec, event) for event in events]
                self._store.save(Saving(events=stored, finished=[item.key]))
            except IntegrityError:
                continue
            return

    def _end_unrecorded(self, item: WorkItem) -> None:
        """The step was undone while the work went on, and what the work left must go, too. Or the work's
        lock was lost with the database, and another worker was faster: then its result stands."""
        if self._stands(item):
            self._store.save(Saving(finished=[item.key]))
        else:
            self._undo(item)

    def _clear_late(self, item: WorkItem) -> None:
        """Work that is recorded as too late has ended at last: nothing of it may be left."""
        if not self._stands(item):
            self._worker.undo(str(item.delivery), item.attempt)

    def _stands(self, item: WorkItem) -> bool:
        """Whether the attempt is recorded as done, and has not been undone since."""
        payloads = self._payloads(item.delivery)
        results = [self._decider.result_of(payload) for payload in payloads]
        done = any(isinstance(each, WorkDone) and each.attempt == item.attempt for each in results)
        undone = [each for each in payloads if type(each) is self._decider.undo_starts_with]
        return done and not any(getattr(each, "attempt", 0) >= item.attempt for each in undone)

    def _stream(self, delivery: UUID) -> tuple[object, int]:
        payloads = self._payloads(delivery)
        return fold(self._decider, payloads), len(payloads)

    def _payloads(self, delivery: UUID) -> list[object]:
        stored = self._store.streams([delivery])[delivery]
        return [self._codec.decode(event.state).payload for event in stored]


def _ends_within(seconds: float, future: Future[Any], meanwhile: Callable[[], object]) -> bool:
    """Whether the work ends in time; `meanwhile` is called each second until then."""
    deadline = time.monotonic() + seconds
    while not wait([future], max(min(SIGN_OF_LIFE_SECONDS, deadline - time.monotonic()), 0)).done:
        if time.monotonic() >= deadline:
            return False
        meanwhile()
    return True


def _work_into(future: Future[WorkDone | WorkFailed], worker: Worker, started: Event, trigger: Event) -> None:
    try:
        future.set_result(worker.work(started, trigger))
    except BaseException as error:
        future.set_exception(error)
