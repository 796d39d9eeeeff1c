"""The projector: keeps the read models up to the log. Run with `python -m projections.projector`."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import dataclass, field

import psycopg
import structlog
from confluent_kafka import KafkaException
from tenacity import Retrying, retry_if_exception_type, stop_never, wait_exponential_jitter

from connectors.kafka.breaker_events import BreakerRecorder
from connectors.logs import configure_logs
from connectors.postgres.roles import service_url
from connectors.schema_registry import codec_for
from connectors.settings import settings
from projections.batch import Batch
from projections.consumption import LogConsumer, Place
from projections.health import HealthServer, health_app
from projections.metrics import ProjectorMetrics, ProjectorStatus, projector_metrics
from projections.projection import project
from projections.reading import Reader
from projections.store import Positions, PositionsMovedError, Store
from schemas.errors import SetupError

SERVICE = "projections"
_BATCH = 5_000
_WAIT_SECONDS = 0.25
_STANDBY_SECONDS = 0.5
_LOOK_AROUND_SECONDS = 1.0
_PARTITIONS_SECONDS = 30.0
_STEADY_SECONDS = 10.0

_RECOVERABLE = (psycopg.Error, KafkaException, SetupError, PositionsMovedError)

log = structlog.get_logger("projector")


@dataclass(slots=True)
class _Session:
    """The state of reading between two interruptions.

    Attributes:
        waiting_for: partitions whose end has not yet been reached.
        ends: ends that were reached; they lie behind records of Kafka itself, which have offsets too.
        partitions: how many there are.
    """

    store: Store
    consumer: LogConsumer
    positions: Positions
    waiting_for: set[Place]
    ends: dict[Place, int] = field(default_factory=dict)
    partitions: int = 0
    look_around_at: float = 0.0
    count_partitions_at: float = 0.0

    def __post_init__(self) -> None:
        self.partitions = len(self.waiting_for)
        self.count_partitions_at = time.monotonic() + _PARTITIONS_SECONDS

    def look_around(self) -> None:
        """Move to the ends, see whether the database is still there, and count the partitions.

        Raises:
            psycopg.Error: it is not.
        """
        ahead = {place: end for place, end in self.ends.items() if end > self.positions[place]}
        self.store.write(Batch(positions=ahead), self.positions)
        self.positions.update(ahead)
        self.ends = {}
        now = time.monotonic()
        if now >= self.count_partitions_at and self.consumer.is_connected():
            self.partitions = len(self.consumer.partitions())
            self.count_partitions_at = now + _PARTITIONS_SECONDS
        self.look_around_at = now + _LOOK_AROUND_SECONDS


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
        while not self._stopping.is_set():
            for attempt in self._retrying():
                with attempt:
                    if not self._stopping.is_set():
                        self._observed_session()

    def _retrying(self) -> Retrying:
        return Retrying(
            retry=retry_if_exception_type(_RECOVERABLE),
            wait=wait_exponential_jitter(multiplier=0.2, max=5.0, jitter=0.2),
            stop=stop_never,
            sleep=self._pause,
        )

    def _pause(self, seconds: float) -> None:
        self._stopping.wait(seconds)

    def _observed_session(self) -> None:
        """One session; an interruption of one that was steady starts the waiting times afresh."""
        started = time.monotonic()
        try:
            self._session()
        except _RECOVERABLE as error:
            self.status.problem = f"{type(error).__name__}: {error}"[:500].strip()
            self.metrics.restarts.inc()
            log.warning("interrupted", problem=self.status.problem)
            if time.monotonic() - started < _STEADY_SECONDS:
                raise
        finally:
            self.status.active = self.status.database = self.status.kafka = False

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
        session = _Session(store, consumer, positions, waiting_for=set(partitions))
        while not self._stopping.is_set() and len(partitions) == session.partitions:
            self._step(session)

    def _step(self, session: _Session) -> None:
        """One batch, or a look around where there is nothing to read."""
        consumer, positions = session.consumer, session.positions
        records, ends = consumer.gather(_BATCH, _WAIT_SECONDS)
        session.ends |= ends
        session.waiting_for -= ends.keys()
        self.status.kafka = consumer.is_connected()
        if records:
            with self.metrics.batch_seconds.time():
                project(session.store, self._reader, records, positions, on_batch=self._count)
        if time.monotonic() >= session.look_around_at:
            session.look_around()
            for (topic, partition), lag in consumer.lag(positions).items():
                self.metrics.lag.labels(topic, str(partition)).set(lag)
        self.status.caught_up |= not session.waiting_for

    def _count(self, batch: Batch) -> None:
        self.metrics.events.inc(len(batch.timeline))
        self.metrics.skipped.inc(len(batch.skipped))
        for row in batch.skipped:
            log.warning("skipped", position=f"{row[0]}-{row[1]}-{row[2]}", reason=row[-1])


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    config = settings()
    configure_logs(config.log_level)
    if not config.kafka_brokers or not config.database_url:
        raise SystemExit(
            "Starting the projector: KAFKA_BROKERS or DATABASE_URL is not set."
            " Start the system with: streamwright up"
        )
    url = service_url(config.database_url, SERVICE)
    projector = Projector(config.kafka_brokers, url, Reader(codec_for(config)))
    BreakerRecorder(config.kafka_brokers, codec_for(config), "projector").start()
    server = HealthServer(health_app(projector.status, projector.metrics), config.http_host, config.http_port)
    port = server.start()
    log.info("started", port=port)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: projector.stop())
    projector.run()
    server.stop()
    log.info("stopped")


if __name__ == "__main__":
    main()
