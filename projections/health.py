"""The projector's web pages: /health, /ready and /metrics."""

from __future__ import annotations

import threading
import time

import uvicorn
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from projections.metrics import ProjectorMetrics, ProjectorStatus
from schemas.errors import SetupError


def health_app(status: ProjectorStatus, metrics: ProjectorMetrics) -> Starlette:
    """The pages over this status and these metrics."""

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> Response:
        told = {
            "ready": status.ready,
            "active": status.active,
            "database": status.database,
            "kafka": status.kafka,
            "caught_up": status.caught_up,
            "problem": status.problem,
        }
        return JSONResponse(told, status_code=200 if status.ready else 503)

    async def numbers(_: Request) -> Response:
        metrics.ready.set(int(status.ready))
        text = generate_latest(metrics.registry) + generate_latest(REGISTRY)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[Route("/health", health), Route("/ready", ready), Route("/metrics", numbers)],
    )


class HealthServer:
    """Serves the pages from a thread, so that a long batch does not delay an answer."""

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="health", daemon=True)

    def start(self) -> int:
        """Start serving, and give the port.

        Raises:
            SetupError: the port cannot be used.
        """
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise SetupError(
                    f"Listening on port {self._server.config.port}",
                    why="it is in use or not allowed",
                    todo="Choose another with STREAMWRIGHT_HTTP_PORT",
                )
            time.sleep(0.01)
        port: int = self._server.servers[0].sockets[0].getsockname()[1]
        return port

    def stop(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join(timeout=5)
