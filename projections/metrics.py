"""The projector's metrics and its state for /ready."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


@dataclass(slots=True)
class ProjectorStatus:
    """What the projector tells of itself; written by its loop, read by its web pages.

    Attributes:
        active: it holds the lock; otherwise it stands by.
        caught_up: it has once reached the end of every partition.
        problem: what it last failed on, '' if it runs.
    """

    active: bool = False
    database: bool = False
    kafka: bool = False
    caught_up: bool = False
    problem: str = ""

    @property
    def ready(self) -> bool:
        """Whether the read models are up to date and kept so."""
        return self.active and self.database and self.kafka and self.caught_up


@dataclass(frozen=True, slots=True)
class ProjectorMetrics:
    """Metrics for Prometheus, in a registry of their own."""

    registry: CollectorRegistry
    events: Counter
    skipped: Counter
    batch_seconds: Histogram
    lag: Gauge
    ready: Gauge
    restarts: Counter
    lags: dict[tuple[str, int], int] = field(default_factory=dict)


def projector_metrics() -> ProjectorMetrics:
    """New metrics, all zero."""
    registry = CollectorRegistry()
    return ProjectorMetrics(
        registry=registry,
        events=Counter("streamwright_projected_events", "Events projected", registry=registry),
        skipped=Counter("streamwright_skipped_records", "Records that do not decode", registry=registry),
        batch_seconds=Histogram(
            "streamwright_projection_batch_seconds", "Time to project one batch", registry=registry
        ),
        lag=Gauge(
            "streamwright_projection_lag_records",
            "Records of the partition that are not yet projected",
            ["topic", "partition"],
            registry=registry,
        ),
        ready=Gauge(
            "streamwright_projector_ready", "1 when the read models are up to date", registry=registry
        ),
        restarts=Counter(
            "streamwright_projector_restarts", "Reconnections after a failure", registry=registry
        ),
    )
