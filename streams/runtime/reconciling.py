"""The reconciler run again and again: `python -m streams.runtime.reconciling`, or `reconcile --every`.

A run reads the whole log. Between two runs it rests at least nineteen times as long as the last one
took, so that it never takes more than a twentieth of one core, however long the log is.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path

import structlog
from confluent_kafka import KafkaException
from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server, write_to_textfile

from connectors.logs import configure_logs
from connectors.schema_registry import codec_for
from connectors.settings import settings
from schemas.errors import SetupError
from streams.agents.registry import DECIDERS
from streams.runtime.reconciler import Reconciliation, reconcile

EVERY_SECONDS = 60.0
_REST = 19
# A larger log is split by delivery into files first, so that the process stays small.
_MEMORY_BYTES = 32 * 1024 * 1024
_log = structlog.get_logger()


class ReconcilerMetrics:
    """What the runs found, as metrics of a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._missing = Gauge(
            "reconciler_missing_reactions",
            "Reactions that the last run of the reconciler found missing, those it has driven included",
            ["service"],
            registry=self.registry,
        )
        self._driven = Gauge(
            "reconciler_driven_reactions",
            "Reactions that services recorded because the last run of the reconciler drove them",
            ["service"],
            registry=self.registry,
        )
        self._driven_ever = Counter(
            "reconciler_driven", "Reactions driven since the start", ["service"], registry=self.registry
        )
        self._events = Gauge(
            "reconciler_events", "Records that the last run has read", registry=self.registry
        )
        self._seconds = Gauge(
            "reconciler_run_seconds", "Time that the last run of the reconciler took", registry=self.registry
        )
        self._finished = Gauge(
            "reconciler_last_run_timestamp_seconds",
            "End of the last run of the reconciler",
            registry=self.registry,
        )

    def tell(self, found: Reconciliation) -> None:
        """Take the numbers of a run that has just ended."""
        for service in DECIDERS:
            driven = found.count("driven", service=service)
            self._missing.labels(service).set(found.count("missing", "driven", service=service))
            self._driven.labels(service).set(driven)
            self._driven_ever.labels(service).inc(driven)
        self._events.set(found.events)
        self._seconds.set(found.seconds)
        self._finished.set_to_current_time()

    def write(self, path: Path) -> None:
        """Write them in Prometheus' text format, for the textfile collector of its node exporter.

        Raises:
            SetupError: the file cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_to_textfile(str(path), self.registry)
        except OSError as error:
            raise SetupError(
                f"Writing the metrics to {path}", why=str(error), todo="Name a file that can be written"
            ) from error


def rest_seconds(every_seconds: float, run_seconds: float) -> float:
    """The rest after a run, so that runs begin `every_seconds` apart, or further where they take long."""
    return max(every_seconds - run_seconds, _REST * run_seconds)


def until_asked_to_end() -> threading.Event:
    """Set by SIGTERM and SIGINT from now on."""
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    return asked


def run_again_and_again(
    run: Callable[[], Reconciliation], every_seconds: float, asked_to_end: threading.Event
) -> None:
    """Run until asked to end; servers that are away are asked again at the next run."""
    while not asked_to_end.is_set():
        seconds = 0.0
        try:
            seconds = run().seconds
        except (SetupError, KafkaException) as error:
            _log.warning("reconciling failed", error=str(error))
        asked_to_end.wait(rest_seconds(every_seconds, seconds))


def main() -> None:
    """Run until SIGTERM or SIGINT, with the metrics on the process's port."""
    config = settings()
    configure_logs(config.log_level)
    if not config.kafka_brokers or not config.database_url:
        raise SystemExit(
            "Starting the reconciler: KAFKA_BROKERS or DATABASE_URL is not set."
            " Start the system with: streamwright up"
        )
    asked_to_end, metrics, codec = until_asked_to_end(), ReconcilerMetrics(), codec_for(config)
    # It answers every path, also that of readiness.
    server, _ = start_http_server(config.http_port, config.http_host, metrics.registry)

    def run() -> Reconciliation:
        found = reconcile(config.kafka_brokers, config.database_url, codec, memory_bytes=_MEMORY_BYTES)
        metrics.tell(found)
        if found.reactions:
            _log.warning("reactions missing", missing=found.count("missing", "driven", "unread"))
        return found

    run_again_and_again(run, EVERY_SECONDS, asked_to_end)
    server.shutdown()


if __name__ == "__main__":
    main()
