"""Metrics of the query API: time and number of requests by route and status."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Measures:
    """The metrics, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "streamwright_query_seconds",
            "Time from a request to the start of its answer",
            ["route", "status"],
            registry=self._registry,
        )

    def note(self, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._seconds.labels(route, str(status)).observe(seconds)

    def text(self) -> bytes:
        """All metrics in the text format of Prometheus."""
        return generate_latest(self._registry)


class Measured:
    """ASGI middleware that notes every answer when it starts, so that a live stream counts at once."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self._app = app
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                # A path that no route matched is not a label: there could be any number of them.
                route = getattr(scope.get("route"), "path", "none")
                self._measures.note(route, message["status"], time.perf_counter() - started)
            await send(message)

        await self._app(scope, receive, noting)
