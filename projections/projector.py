"""The projector: keeps the read models up to the log. Run with `python -m projections.projector`."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import psycopg
import structlog
from confluent_kafka import KafkaException
from tenacity import Retrying, retry_if_exception_type, stop_never, wait_exponential_jitter

from connectors.logs import configure_logs
from connectors.postgres.roles import service_url
from connectors.schema_registry import codec_for
from connectors.settings import settings
from projections.batch import Batch, batch_of, skipped_batch
from projections.consumption import LogConsumer
from projections.health import HealthServer, health_app
from projections.metrics import ProjectorMetrics, ProjectorStatus, projector_metrics
from projections.reading import RawRecord, Reader
from projections.store import Positions, PositionsMovedError, Store
from schemas.errors import SetupError

SERVICE = "projections"
_BATCH = 5_000
_WAIT_SECONDS = 0.25
_STANDBY_SECONDS = 0.5
_ENDS_SECONDS = 1.0
_PARTITIONS_SECONDS = 30.0

# Errors of the data, for which a repetition does not help. The last one is for keys too long for an index.
_POISON = (psycopg.DataError, psycopg.errors.ProgramLimitExceeded, ValueError)

T = TypeVar("T")
log = structlog.get_logger("projector")


class Projector:
    """Projects the log of one broker into the read models of one database."""

    def __init__(self, brokers: str, database_url: str, reader: Reader) -> None:
        self.status: ProjectorStatus = ProjectorStatus()
        self.metrics: ProjectorMetrics = projector_metrics()
        self._brokers = brokers
        self._database_url = database_url
        self._reader = reader
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Let it end after the batch at hand."""
        self._stopping.set()

    def run(self) -> None:
        """Project until stopped, and reconnect whenever Kafka or Postgres fails."""
        retrying = Retrying(
            retry=retry_if_exception_type(
                (
                    psycopg.OperationalError,
                    psycopg.InterfaceError,
                    KafkaException,
                    SetupError,
                    PositionsMovedError,
                )
            ),
            wait=wait_exponential_jitter(initial=0.2, max=5.0, jitter=0.2),
            stop=stop_never,
            sleep=lambda seconds: self._stopping.wait(seconds) and None,
        )
        while not self._stopping.is_set():
            for attempt in retrying:
                with attempt:
                    if not self._stopping.is_set():
                        self._observed(self._session)

    def _observed(self, session: Callable[[], T]) -> T:
        try:
            return session()
        except Exception as error:
            self.status.problem = f"{type(error).__name__}: {error}"[:500].strip()
            if not isinstance(error, psycopg.Error):
                self.status.kafka = False
            self.metrics.restarts.inc()
            log.warning("interrupted", problem=self.status.problem)
            raise
        finally:
            self.status.active = self.status.database = False

    def _session(self) -> None:
        with psycopg.connect(self._database_url, autocommit=True, connect_timeout=10) as connection:
            # Rows and positions are lost together or not at all; the log still has the events.
            connection.execute("SET synchronous_commit = off")
            store = Store(connection)
            self.status.database = True
            while not store.try_lock():
                if self._stopping.wait(_STANDBY_SECONDS):
                    return
            with LogConsumer(self._brokers) as consumer:
                self._project(store, consumer)

    def _project(self, store: Store, consumer: LogConsumer) -> None:
        partitions = consumer.partitions()
        positions = store.positions(partitions)
        consumer.assign({place: positions[place] for place in partitions})
        self.status.active, self.status.kafka, self.status.problem = True, True, ""
        log.info("projecting", partitions=len(partitions), events_before=sum(positions.values()))
        ended: set[tuple[str, int]] = set()
        ends: dict[tuple[str, int], int] = {}
        ends_due = partitions_due = time.monotonic()
        partitions_due += _PARTITIONS_SECONDS
        while not self._stopping.is_set():
            records, new_ends = consumer.gather(_BATCH, _WAIT_SECONDS)
            self.status.kafka = consumer.connected
            ends |= new_ends
            ended |= new_ends.keys()
            if records or (ends and time.monotonic() >= ends_due):
                self._write(store, records, ends, positions)
                ends, ends_due = {}, time.monotonic() + _ENDS_SECONDS
            self.status.caught_up |= len(ended) == len(partitions)
            self._observe_lag(consumer, positions)
            if time.monotonic() >= partitions_due:
                partitions_due = time.monotonic() + _PARTITIONS_SECONDS
                if consumer.connected and len(consumer.partitions()) != len(partitions):
                    return

    def _observe_lag(self, consumer: LogConsumer, positions: Positions) -> None:
        for (topic, partition), records in consumer.lag(positions).items():
            self.metrics.lag.labels(topic, str(partition)).set(records)

    def _write(
        self, store: Store, records: list[RawRecord], ends: dict[tuple[str, int], int], positions: Positions
    ) -> None:
        with self.metrics.batch_seconds.time():
            project(store, self._reader, records, positions, on_batch=self._count)
            ahead = {place: end for place, end in ends.items() if end > positions[place]}
            if ahead:
                store.write(Batch(positions=ahead), positions)
                positions.update(ahead)

    def _count(self, batch: Batch) -> None:
        self.metrics.events.inc(len(batch.timeline))
        self.metrics.skipped.inc(len(batch.skipped))
        for row in batch.skipped:
            log.warning("skipped", position=f"{row[0]}-{row[1]}-{row[2]}", reason=row[-1])


def project(
    store: Store,
    reader: Reader,
    records: list[RawRecord],
    positions: Positions,
    *,
    on_batch: Callable[[Batch], None],
) -> None:
    """Write the records in one transaction and move the positions; a record that Postgres refuses
    is found by halving, and skipped."""
    if not records:
        return
    batch = batch_of(records, reader)
    try:
        store.write(batch, positions)
    except _POISON as error:
        if len(records) > 1:
            middle = len(records) // 2
            for half in (records[:middle], records[middle:]):
                project(store, reader, half, positions, on_batch=on_batch)
            return
        batch = skipped_batch(records[0], f"The database refuses it: {error}")
        store.write(batch, positions)
    positions.update(batch.positions)
    on_batch(batch)


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    config = settings()
    configure_logs(config.log_level)
    url = service_url(config.database_url, SERVICE)
    projector = Projector(config.kafka_brokers, url, Reader(codec_for(config)))
    server = HealthServer(health_app(projector.status, projector.metrics), config.http_port)
    port = server.start()
    log.info("started", port=port)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: projector.stop())
    projector.run()
    server.stop()
    log.info("stopped")


if __name__ == "__main__":
    main()
