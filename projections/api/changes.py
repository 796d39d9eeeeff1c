"""Waiting for changes of the read models: one listening connection for the whole process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import psycopg
import structlog
from psycopg.sql import SQL, Identifier
from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential_jitter

from connectors.resilience import measures
from projections.store import CHANNEL

_CHECK_SECONDS = 15.0

log = structlog.get_logger("api")


class Changes:
    """Wakes everyone who waits whenever the projector has committed (LISTEN/NOTIFY).

    A notification can be lost while the connection is: whoever waits must look again from time to
    time, which the limit of `wait` gives.
    """

    def __init__(self, url: str, on_connected: Callable[[], None] = lambda: None) -> None:
        self._url = url
        self._on_connected = on_connected
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._listen_always(), name="changes")

    async def stop(self) -> None:
        """Stop listening, and wake everyone."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._wake()

    def next_change(self) -> asyncio.Event:
        """The event that the next change sets; to be taken before looking at the read models."""
        return self._changed

    async def wait(self, change: asyncio.Event, limit_seconds: float) -> None:
        """Wait for this change, at most so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(change.wait(), limit_seconds)

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _listen_always(self) -> None:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type((psycopg.Error, ConnectionError)),
            wait=wait_exponential_jitter(multiplier=0.2, max=5.0, jitter=0.2),
            before_sleep=lambda _: measures.RETRIES.labels("read-models-changes").inc(),
        ):
            with attempt:
                await self._listen()

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=5)
        async with connection:
            await connection.execute(SQL("LISTEN {}").format(Identifier(CHANNEL)))
            self._on_connected()
            self._wake()
            while True:
                async for _ in connection.notifies(timeout=_CHECK_SECONDS):
                    self._wake()
                # A connection that is gone without a word shows when it is used.
                await connection.execute("SELECT 1")
