"""The query API's application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from connectors.postgres.roles import service_url
from connectors.resilience.policy import policy_of
from connectors.settings import Settings
from projections.api import collection_routes, delivery_routes, health_routes, live_routes, page_routes
from projections.api.changes import Changes
from projections.api.database import Database
from projections.api.measures import Measured, Measures
from projections.api.problems import MEDIA_TYPE, Problem, add_problem_handlers
from projections.api.read_models import ReadModels

SERVICE = "projections"
WAIT_SECONDS = 10.0

_ERRORS = {
    400: "A cursor or a position that is none",
    404: "There is no such thing, or not yet",
    422: "A parameter is wrong or unknown",
    503: "Not yet projected, or the database is away; see Retry-After",
}


def create_app(settings: Settings, *, wait_seconds: float = WAIT_SECONDS) -> FastAPI:
    """The query API over the database of these settings.

    Args:
        wait_seconds: how long a query with `after` waits for the read models.
    """
    url = service_url(settings.database_url, SERVICE)
    database = Database(url, policy_of(settings))
    changes = Changes(url, on_connected=database.calls.breaker.recovered)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await database.open()
        changes.start()
        yield
        await changes.stop()
        await database.close()

    app = FastAPI(
        title="streamwright query API",
        version=_version(),
        summary="Deliveries and all that belongs to them, as the log tells it",
        description="Read models kept up to the event log. Every list has cursors, every answer an ETag,"
        " every error is application/problem+json (RFC 9457). After publishing, pass the position that you"
        " got as `after`, and the answer shows what you published.",
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
        responses=_error_responses(),
    )
    app.state.measures = Measures()
    app.state.read_models = ReadModels(database, changes, wait_seconds)
    add_problem_handlers(app)
    app.add_middleware(Measured, measures=app.state.measures)
    for routes in (delivery_routes, collection_routes, live_routes, health_routes, page_routes):
        app.include_router(routes.router)
    _describe_problems(app)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _version() -> str:
    try:
        return version("streamwright")
    except PackageNotFoundError:
        return "0"


def _error_responses() -> dict[int | str, dict[str, Any]]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": told, "content": content} for status, told in _ERRORS.items()}


def _describe_problems(app: FastAPI) -> None:
    """Name the schema of problems in the OpenAPI document in place of FastAPI's own errors."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= problem.pop("$defs", {}) | {"Problem": problem}
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
        return app.openapi_schema or made()

    app.openapi = openapi  # type: ignore[method-assign]
