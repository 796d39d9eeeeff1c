"""/health, /ready and /metrics of the query API."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from pydantic import BaseModel, Field

from projections.api.read_models import Models

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The process runs."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Whether queries can be answered."""

    ready: bool
    problem: str = Field(description="Why not, '' if they can")


@router.get("/health")
async def health() -> Health:
    """The process runs."""
    return Health()


@router.get("/ready", responses={503: {"model": Readiness, "description": "Queries cannot be answered"}})
async def ready(models: Models, response: Response) -> Readiness:
    """The database can be reached, and all migrations are there."""
    problem = await models.database.problem()
    response.status_code = 503 if problem else 200
    return Readiness(ready=not problem, problem=problem)


@router.get("/metrics", response_class=Response, include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Numbers for Prometheus."""
    text = request.app.state.measures.text() + generate_latest(REGISTRY)
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})
