"""Doing the work: takes it from the queue, runs the engine, records the result as an event."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any

import psycopg
import structlog
from eventsourcing.persistence import PersistenceError

from connectors.resilience import measures
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.errors import StreamwrightError
from streams.agents.registry import AnyDecider
from streams.core.decider import WorkDone, WorkFailed, WorkResult, WorkTimedOut
from streams.core.worker import Worker
from streams.runtime.fault_points import reach
from streams.runtime.silent_holders import SIGN_OF_LIFE_SECONDS, show_life
from streams.runtime.store import EventStore
from streams.runtime.work_queue import WorkItem, WorkKey
from streams.runtime.work_recorder import Ended, WorkRecorder, failure

_log = structlog.get_logger()
_IDLE_SECONDS = 1.0
_MAX_TRIES = 3
# Work of moments is taken together, so that its transactions do not cost more than itself.
_TOGETHER = 64
_TOGETHER_SECONDS = 0.05
# What undoes only removes files: it waits for a disk or a network to come back, a second at each try.
_MAX_UNDO_TRIES = 60


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
    ) -> None:
        self._decider = decider
        self._worker = worker
        self._store = store
        self._codec = codec
        self._url = service_database_url
        self._limit = limit_seconds
        self._recorder = WorkRecorder(decider, store, codec)
        self._together = 1
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
            except Exception:
                # A thread that ends here would leave all work of the service undone, and nobody would know.
                _log.exception("worker starts again", service=self._decider.name)
                self._stop.wait(_IDLE_SECONDS)

    def run_once(self, connection: psycopg.Connection) -> bool:
        """Do what is taken from the queue at once; False where there is none.

        Of work that ends in moments, more and more is taken together, and its results are recorded
        together.
        """
        with self._store.queue.taken(connection, self._together) as items:
            if not items:
                return False
            began = time.monotonic()
            begun = self._do(items, connection)
            is_quick = time.monotonic() - began < _TOGETHER_SECONDS
            self._together = min(2 * begun, _TOGETHER) if is_quick else 1
        return True

    def _do(self, items: Sequence[WorkItem], connection: psycopg.Connection) -> int:
        """Do the work in turn while it is quick, and give back the rest; gives the number of pieces begun."""
        wanted = self._recorder.wanted(items)
        rest, ended, unwanted = deque(items), list[Ended](), list[WorkKey]()

        def settle() -> None:
            self._record(ended, unwanted)
            ended.clear()
            unwanted.clear()
            self._store.queue.give_back(connection, [rest.popleft() for _ in range(len(rest))])

        def while_one_takes_long() -> None:
            if show_life(connection):
                # What cannot be settled now is settled a second later, or at the end.
                with suppress(PersistenceError, psycopg.Error):
                    settle()

        given, deadline = len(items), time.monotonic() + _TOGETHER_SECONDS
        while rest and time.monotonic() < deadline:
            item = rest.popleft()
            if item.undo:
                self._undo(item)
            elif item.key in wanted:
                ended.append(self._work_on(item, while_one_takes_long))
            else:
                unwanted.append(item.key)
        given -= len(rest)
        settle()
        return given

    def _work_on(self, item: WorkItem, meanwhile: Callable[[], object]) -> Ended:
        reach("work.before_work")
        started = self._codec.decode(item.started)
        return Ended(item, started, self._perform(item, started, meanwhile))

    def _record(self, ended: Sequence[Ended], unwanted: Sequence[WorkKey]) -> None:
        if not ended and not unwanted:
            return
        reach("work.before_result")
        left = self._recorder.record(ended, unwanted)
        reach("work.after_result")
        for item in left:
            self._end_unrecorded(item)

    def _undo(self, item: WorkItem) -> None:
        try:
            self._worker.undo(str(item.delivery), item.attempt)
        except Exception:
            _log.exception("undoing failed", service=self._decider.name, delivery=str(item.delivery))
            if item.tries < _MAX_UNDO_TRIES:
                self._stop.wait(_IDLE_SECONDS)
                return
        self._recorder.end(item)

    def _perform(self, item: WorkItem, started: Event, meanwhile: Callable[[], object]) -> WorkResult:
        if item.tries > _MAX_TRIES:
            reason = f"The work was given up: it ended its process {_MAX_TRIES} times. See the agent's log"
            return WorkFailed(attempt=item.attempt, reason=reason)
        trigger = self._codec.decode(item.trigger)
        future: Future[WorkDone | WorkFailed] = Future()
        arguments = (future, self._worker, started, trigger)
        # A thread of its own, so that work that does not end cannot hold the queue.
        threading.Thread(target=_work_into, args=arguments, daemon=True).start()
        if not _ends_within(self._limit, future, meanwhile):
            future.add_done_callback(lambda _: self._clear_late(item))
            return WorkTimedOut(attempt=item.attempt, limit_seconds=self._limit)
        try:
            return future.result()
        except Exception as error:
            if not isinstance(error, StreamwrightError):
                _log.exception("work failed", service=self._decider.name, delivery=str(item.delivery))
            return failure(item.attempt, error)

    def _end_unrecorded(self, item: WorkItem) -> None:
        """The step was undone while the work went on, and what the work left must go, too. Or the work's
        lock was lost with the database, and another worker was faster: then its result stands."""
        if self._recorder.stands(item):
            self._recorder.end(item)
        else:
            self._undo(item)

    def _clear_late(self, item: WorkItem) -> None:
        """Work that is recorded as too late has ended at last: nothing of it may be left."""
        if not self._recorder.stands(item):
            self._worker.undo(str(item.delivery), item.attempt)


def _ends_within(seconds: float, future: Future[Any], meanwhile: Callable[[], object]) -> bool:
    """Whether the work ends in time; `meanwhile` is called each second until then, and may take long."""
    deadline = time.monotonic() + seconds
    ends = list[float]()
    future.add_done_callback(lambda _: ends.append(time.monotonic()))
    while not wait([future], max(min(SIGN_OF_LIFE_SECONDS, deadline - time.monotonic()), 0)).done:
        if time.monotonic() >= deadline:
            return False
        meanwhile()
    return min([*ends, time.monotonic()]) <= deadline


def _work_into(future: Future[WorkDone | WorkFailed], worker: Worker, started: Event, trigger: Event) -> None:
    try:
        future.set_result(worker.work(started, trigger))
    except BaseException as error:
        future.set_exception(error)
