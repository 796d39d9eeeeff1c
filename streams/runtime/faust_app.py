"""Faust as the stream engine: consumer group, assignment, batches; at least once.

Faust's tables and its own producer are not used: what makes an effect happen once is the event
store's transaction (`streams.runtime.store`).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import faust
import structlog
from eventsourcing.persistence import PersistenceError
from faust.transport.drivers import aiokafka as driver
from tenacity import retry, retry_if_exception_type, wait_random_exponential

from connectors.kafka.log import LogRecord

_log = structlog.get_logger()
_BATCH = 500
_WITHIN_SECONDS = 0.02
# Batches are handled in moments and work is done elsewhere, so that a silent worker is a dead one:
# its partitions go to others soon. The broker takes no less than 6 s.
_SESSION_SECONDS = 10.0
_HEARTBEAT_SECONDS = 3.0


class _CommittedReads(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # Faust offers read_committed only with its own transactions, which are not used here.
        consumer._isolation_level = "read_committed"
        return consumer


class _Consumer(driver.Consumer):
    def _new_consumer_thread(self) -> Any:
        return _CommittedReads(self, loop=self.loop, beacon=self.beacon)


class _Transport(driver.Transport):
    Consumer = _Consumer


def faust_app(
    *,
    group: str,
    brokers: str,
    topics: Sequence[str],
    web_port: int,
    handle: Callable[[Sequence[LogRecord]], int],
    data_folder: Path,
    check_sums: bool = True,
) -> faust.App:
    """A Faust app that hands batches of records to `handle`, and acknowledges them afterwards.

    Args:
        check_sums: False for librdkafka's in-process broker, whose batches do not keep their checksums.
    """
    data_folder.mkdir(parents=True, exist_ok=True)
    app = faust.App(
        id=group,
        broker=[f"kafka://{broker}" for broker in brokers.split(",")],
        datadir=str(data_folder),
        store="memory://",
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=4,
        broker_max_poll_records=_BATCH,
        broker_check_crcs=check_sums,
        broker_session_timeout=_SESSION_SECONDS,
        broker_heartbeat_interval=_HEARTBEAT_SECONDS,
        broker_rebalance_timeout=_SESSION_SECONDS,
        consumer_max_fetch_size=16 * 1024 * 1024,
        stream_buffer_maxsize=_BATCH,
        stream_wait_empty=False,
        web_host="127.0.0.1",
        web_port=web_port,
        web_in_thread=False,
        worker_redirect_stdouts=False,
    )
    app.transport = _Transport(app.conf.broker_consumer, app=app)
    channel = app.topic(*topics, key_serializer="raw", value_serializer="raw")

    @retry(
        retry=retry_if_exception_type(PersistenceError),
        wait=wait_random_exponential(multiplier=0.5, max=10),
    )
    def handle_when_database_is_there(records: Sequence[LogRecord]) -> int:
        return handle(records)

    @app.agent(channel, name=f"{group}-inbox")
    async def inbox(stream: Any) -> None:
        async for batch in stream.take_events(_BATCH, within=_WITHIN_SECONDS):
            records = [_record(event.message) for event in batch]
            try:
                await asyncio.to_thread(handle_when_database_is_there, records)
            except Exception:
                # Faust would acknowledge the batch on the way out; an unprocessed record must be
                # delivered again, so the process ends here and is started anew.
                _log.exception("batch failed", group=group)
                os._exit(70)

    return app


def _record(message: Any) -> LogRecord:
    return LogRecord(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple(_headers(message.headers)),
        timestamp_ms=int(message.timestamp * 1000),
    )


def _headers(headers: Any) -> list[tuple[str, bytes]]:
    pairs = headers.items() if isinstance(headers, dict) else headers or []
    return [(name, value if isinstance(value, bytes) else str(value).encode()) for name, value in pairs]
