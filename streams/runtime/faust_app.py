"""Faust as the frame of a service: app, agent, web pages, supervision, orderly end.

Faust's own consumer, producer and tables are not used: its consumer keeps positions of its own beside the
store's, and costs more time for each record than our work on it does (docs/decisions/0010). Records come
as batches over a Faust channel, from `streams.runtime.record_source`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faust
import structlog
from eventsourcing.persistence import PersistenceError
from faust.app.base import BootStrategy
from tenacity import retry, retry_if_exception_type, wait_random_exponential

from streams.runtime.record_source import Batch

_log = structlog.get_logger()


class _WithoutKafka(BootStrategy):
    enable_kafka = False


class _App(faust.App):
    BootStrategy = _WithoutKafka


@dataclass(frozen=True, slots=True)
class _Delivered:
    batch: Batch
    handled: Future[object]


class BatchChannel:
    """Hands batches from a source's thread to the app's agent."""

    def __init__(self, app: faust.App) -> None:
        self._app = app
        self._channel: Any = app.channel(maxsize=1)

    def deliver(self, batch: Batch) -> Future[object]:
        """Give a batch to the agent, from any thread; the future is done when it is handled."""
        handled: Future[object] = Future()
        delivered = _Delivered(batch, handled)
        asyncio.run_coroutine_threadsafe(self._channel.put(delivered), self._app.loop)
        return handled

    def on_batch(self, name: str, handle: Callable[[Batch], object]) -> None:
        """Let an agent handle the batches, in order, each in a thread beside the event loop."""

        @retry(
            retry=retry_if_exception_type(PersistenceError),
            wait=wait_random_exponential(multiplier=0.5, max=10),
        )
        def handle_when_database_is_there(batch: Batch) -> object:
            return handle(batch)

        @self._app.agent(self._channel, name=name)
        async def inbox(stream: Any) -> None:
            async for delivered in stream:
                try:
                    await asyncio.to_thread(handle_when_database_is_there, delivered.batch)
                except Exception:
                    # An unprocessed record must be read again, so the process ends here, is started
                    # anew, and reads on from where its store stands.
                    _log.exception("batch failed", agent=name)
                    os._exit(70)
                delivered.handled.set_result(None)


def faust_app(*, name: str, web_port: int, data_folder: Path) -> faust.App:
    """A Faust app that has no connection to Kafka of its own."""
    data_folder.mkdir(parents=True, exist_ok=True)
    return _App(
        id=name,
        datadir=str(data_folder),
        store="memory://",
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_host="127.0.0.1",
        web_port=web_port,
        web_in_thread=False,
        worker_redirect_stdouts=False,
    )
