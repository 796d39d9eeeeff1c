"""State changes of breakers, recorded as events without ever holding up who makes the calls."""

from __future__ import annotations

import os
import queue
import socket
import threading
import uuid
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import structlog
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from connectors.kafka.publisher import Publisher
from connectors.resilience import measures
from connectors.resilience.state_changes import StateChange, tell_of_changes
from schemas.catalogue import type_of
from schemas.codec import Codec
from schemas.envelope import Envelope, Event
from schemas.errors import StreamwrightError
from schemas.events.outcome import CircuitBreakerChanged

_BREAKERS = uuid.UUID("0d3c3a0e-52b1-5f0e-8f7a-6f1d4a7b9e21")
_HELD = 1_000
_log = structlog.get_logger()


def breaker_event(change: StateChange, process: str) -> Event:
    """The change as an event; the delivery id is the same for all changes of the process's breaker."""
    payload = CircuitBreakerChanged(
        breaker=change.name,
        process=process,
        instance=f"{socket.gethostname()}:{os.getpid()}",
        before=change.before,
        after=change.after,
        failures=change.failures,
        cause=change.cause,
    )
    event_id, event_type = str(uuid.uuid4()), type_of(payload)
    delivery = str(uuid.uuid5(_BREAKERS, f"{process}|{change.name}"))
    envelope = Envelope(
        event_id=event_id,
        event_type=event_type.name,
        schema_version=event_type.version,
        delivery_id=delivery,
        stream_id=f"operations:{delivery}",
        stream_version=0,
        correlation_id=event_id,
        causation_id="",
        occurred_at=change.changed_at,
        actor=f"{process}/{_version()}",
    )
    return Event(envelope=envelope, payload=payload)


class BreakerRecorder:
    """A thread that publishes the state changes of this process's breakers, in order.

    It does what it can: a change that cannot be published within `patience_seconds` is dropped and
    counted, as are changes beyond a thousand that wait. The process may end without waiting for it.
    """

    def __init__(self, brokers: str, codec: Codec, process: str, *, patience_seconds: float = 600.0) -> None:
        self._brokers = brokers
        self._codec = codec
        self._process = process
        self._patience = patience_seconds
        self._waiting: queue.Queue[Event] = queue.Queue(_HELD)
        self._publisher: Publisher | None = None
        self._forget: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Record all changes from now on."""
        self._forget = tell_of_changes(self._hold)
        threading.Thread(target=self._run, name="breaker-events", daemon=True).start()

    def stop(self) -> None:
        """Record no further changes; those that wait are still published while the process runs."""
        self._forget()

    def _hold(self, change: StateChange) -> None:
        try:
            self._waiting.put_nowait(breaker_event(change, self._process))
        except queue.Full:
            measures.LOST_CHANGES.inc()

    def _run(self) -> None:
        while True:
            event = self._waiting.get()
            tries = Retrying(
                retry=retry_if_exception_type(StreamwrightError),
                stop=stop_after_delay(self._patience),
                wait=wait_random_exponential(multiplier=1, max=30),
                reraise=True,
            )
            try:
                tries(self._publish, event)
            except Exception as error:
                measures.LOST_CHANGES.inc()
                _log.warning("breaker's change not recorded", error=str(error))

    def _publish(self, event: Event) -> None:
        if self._publisher is None:
            self._publisher = Publisher(self._brokers, self._codec)
        self._publisher.publish(event)


def _version() -> str:
    try:
        return version("streamwright")
    except PackageNotFoundError:
        return "0"
