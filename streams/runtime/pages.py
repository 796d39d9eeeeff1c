"""The web pages of a service's process: /health, /ready and /metrics."""

from __future__ import annotations

from typing import Any

import faust
from eventsourcing.persistence import PersistenceError
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, generate_latest

from streams.runtime.outbox import Relay
from streams.runtime.record_source import RecordSource
from streams.runtime.store import EventStore

_RELAY_LAG = Gauge("relay_lag_events", "Recorded events that are not published yet", ["service"])
_WORK_DEPTH = Gauge("work_queue_depth", "Pieces of work waiting or being worked on", ["service"])


def add_pages(app: faust.App, service: str, store: EventStore, source: RecordSource, relay: Relay) -> None:
    """Serve the pages on the app's web port."""

    @app.page("/health")
    async def health(web: Any, _request: Any) -> Any:
        return web.json({"status": "ok", "service": service})

    @app.page("/ready")
    async def ready(web: Any, _request: Any) -> Any:
        problems = _problems(store, source, relay)
        body = {"status": "ready" if not problems else "waiting", "problems": problems}
        return web.json(body, status=200 if not problems else 503)

    @app.page("/metrics")
    async def metrics(web: Any, _request: Any) -> Any:
        _measure(service, store, relay)
        return web.bytes(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST.split(";")[0])


def _problems(store: EventStore, source: RecordSource, relay: Relay) -> list[str]:
    problems = [source.problem] if source.problem else []
    try:
        store.max_notification_id()
    except PersistenceError as error:
        problems.append(f"the database does not answer: {error}")
    if relay.problem:
        problems.append(relay.problem)
    return problems


def _measure(service: str, store: EventStore, relay: Relay) -> None:
    latest = store.max_notification_id() or 0
    if relay.active:
        _RELAY_LAG.labels(service).set(max(latest - relay.position, 0))
    with store.datastore.get_connection() as connection:
        _WORK_DEPTH.labels(service).set(store.queue.depth(connection))
