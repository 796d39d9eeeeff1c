"""Routes of one delivery and its parts."""

from __future__ import annotations

from typing import Annotated, LiteralString

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse

from projections.api import listings
from projections.api.answers import (
    BuildAnswer,
    DeliveryDetail,
    DeliverySummary,
    FeatureAnswer,
    OutcomeAnswer,
    Page,
    Part,
    SourceFiles,
    SpecificationAnswer,
    StoryAnswer,
    TestReportAnswer,
    TimelineEvent,
)
from projections.api.database import Row
from projections.api.delivery_answers import detail_of, summary_of
from projections.api.etags import UNCHANGED, TaggedRoute
from projections.api.parameters import (
    DeliveryParameters,
    Identity,
    PartParameters,
    QueryParameters,
    TimelineFilters,
)
from projections.api.problems import not_found
from projections.api.read_models import Models, ReadModels

router = APIRouter(
    prefix="/api/v1/deliveries", tags=["deliveries"], route_class=TaggedRoute, responses=UNCHANGED
)

DeliveryId = Annotated[Identity, Path(description="UUID of the delivery")]
PartQuery = Annotated[PartParameters, Query()]

_LATEST_SOURCES: LiteralString = (
    "SELECT path, size, encode(sha256(convert_to(content, 'UTF8')), 'hex') AS sha256, attempt, bundles.step"
    " FROM sources JOIN bundles USING (delivery_id, attempt)"
    " WHERE sources.content_order = bundles.content_order"
)


@router.get("")
async def list_deliveries(
    models: Models, parameters: Annotated[DeliveryParameters, Query()], request: Request, response: Response
) -> Page[DeliverySummary]:
    """Deliveries, the latest first."""
    page = await models.page(listings.DELIVERIES, parameters, request, response)
    return Page(items=[summary_of(row) for row in page.rows], next_cursor=page.next_cursor)


@router.get("/{delivery_id}")
async def get_delivery(
    models: Models, delivery_id: DeliveryId, parameters: Annotated[QueryParameters, Query()]
) -> DeliveryDetail:
    """One delivery: what was asked, where it stands, what came out."""
    await models.passed(parameters)
    row = await models.database.row("SELECT * FROM deliveries WHERE delivery_id = %s", (delivery_id,))
    if row is None:
        raise not_found(f"delivery {delivery_id}")
    return detail_of(row)


@router.get("/{delivery_id}/timeline")
async def get_delivery_timeline(
    models: Models,
    delivery_id: DeliveryId,
    parameters: Annotated[TimelineFilters, Query()],
    request: Request,
    response: Response,
) -> Page[TimelineEvent]:
    """The delivery's events, the earliest first."""
    fixed = {"delivery_id": delivery_id}
    page = await models.page(listings.TIMELINE, parameters, request, response, fixed)
    if not page.rows:
        await _check_delivery(models, delivery_id)
    items = [TimelineEvent.model_validate(row) for row in page.rows]
    return Page(items=items, next_cursor=page.next_cursor)


@router.get("/{delivery_id}/features")
async def get_delivery_features(
    models: Models, delivery_id: DeliveryId, parameters: PartQuery
) -> Part[FeatureAnswer]:
    """The features that the requirement was split into."""
    rows = await _part(models, listings.FEATURES.select, delivery_id, parameters, "features", "feature_id")
    items = [FeatureAnswer.model_validate(row) for row in rows]
    return Part(delivery_id=delivery_id, attempt=_attempt(rows), items=items)


@router.get("/{delivery_id}/stories")
async def get_delivery_stories(
    models: Models, delivery_id: DeliveryId, parameters: PartQuery
) -> Part[StoryAnswer]:
    """The user stories, each with the result of its tests."""
    rows = await _part(models, listings.STORIES.select, delivery_id, parameters, "stories", "story_id")
    items = [StoryAnswer.model_validate(row) for row in rows]
    return Part(delivery_id=delivery_id, attempt=_attempt(rows), items=items)


@router.get("/{delivery_id}/builds")
async def get_delivery_builds(
    models: Models, delivery_id: DeliveryId, parameters: PartQuery
) -> Part[BuildAnswer]:
    """The build of an attempt: its artefact, or why there is none."""
    rows = await _part(models, listings.BUILDS.select, delivery_id, parameters, "builds", "attempt")
    items = [BuildAnswer.model_validate(row) for row in rows]
    return Part(delivery_id=delivery_id, attempt=_attempt(rows), items=items)


@router.get("/{delivery_id}/specification")
async def get_delivery_specification(
    models: Models, delivery_id: DeliveryId, parameters: PartQuery
) -> SpecificationAnswer:
    """The specification."""
    select: LiteralString = "SELECT * FROM specifications WHERE content_order <> ''"
    row = await _single(models, select, delivery_id, parameters, "specifications")
    return SpecificationAnswer.model_validate(row)


@router.get("/{delivery_id}/outcome")
async def get_delivery_outcome(
    models: Models, delivery_id: DeliveryId, parameters: PartQuery
) -> OutcomeAnswer:
    """How an attempt ended."""
    row = await _single(models, listings.OUTCOMES.select, delivery_id, parameters, "outcomes")
    return OutcomeAnswer.model_validate(row)


@router.get("/{delivery_id}/test-report")
async def get_delivery_test_report(
    models: Models, delivery_id: DeliveryId, parameters: PartQuery
) -> TestReportAnswer:
    """The test report with its cases, and the result of each story."""
    report = await _single(models, listings.TEST_REPORTS.select, delivery_id, parameters, "test_reports")
    place = (delivery_id, report["attempt"])
    cases = await models.database.rows(
        "SELECT name, story_id, criterion_id, outcome, seconds, message FROM test_cases"
        " WHERE delivery_id = %s AND attempt = %s ORDER BY ordinal",
        place,
    )
    stories = await models.database.rows(
        "SELECT story_id, passed, failed FROM stories WHERE delivery_id = %s AND attempt = %s"
        " AND result_order <> '' ORDER BY story_id",
        place,
    )
    return TestReportAnswer.model_validate({**report, "cases": cases, "stories": stories})


@router.get("/{delivery_id}/sources")
async def get_delivery_sources(models: Models, delivery_id: DeliveryId, parameters: PartQuery) -> SourceFiles:
    """The generated files."""
    rows = await _part(models, _LATEST_SOURCES, delivery_id, parameters, "bundles", "path")
    step = str(rows[0]["step"]) if rows else ""
    return SourceFiles.model_validate(
        {"delivery_id": delivery_id, "attempt": _attempt(rows), "items": rows, "step": step}
    )


@router.get(
    "/{delivery_id}/sources/{path:path}",
    response_class=PlainTextResponse,
    responses={200: {"description": "The file's text", "content": {"text/plain": {}}}},
)
async def get_delivery_source(
    models: Models,
    delivery_id: DeliveryId,
    path: Annotated[str, Path(description="Path of the file, as the list of sources tells it")],
    parameters: PartQuery,
) -> PlainTextResponse:
    """The text of one generated file."""
    await models.passed(parameters)
    select: LiteralString = (
        "SELECT content, path FROM sources JOIN bundles USING (delivery_id, attempt)"
        " WHERE sources.content_order = bundles.content_order"
    )
    rows = await models.of_attempt(select, delivery_id, parameters.attempt, "bundles")
    found = [row for row in rows if row["path"] == path]
    if not found:
        raise not_found(f"file '{path[:200]}' of delivery {delivery_id}")
    return PlainTextResponse(str(found[0]["content"]))


async def _part(
    models: ReadModels,
    select: LiteralString,
    delivery_id: str,
    parameters: PartParameters,
    table: LiteralString,
    key: str,
) -> list[Row]:
    await models.passed(parameters)
    rows = await models.of_attempt(select, delivery_id, parameters.attempt, table)
    if not rows:
        await _check_delivery(models, delivery_id)
    return sorted(rows, key=lambda row: str(row[key]))


async def _single(
    models: ReadModels,
    select: LiteralString,
    delivery_id: str,
    parameters: PartParameters,
    table: LiteralString,
) -> Row:
    rows = await _part(models, select, delivery_id, parameters, table, "attempt")
    if not rows:
        of_attempt = f" in attempt {parameters.attempt}" if parameters.attempt else ""
        raise not_found(f"{table.replace('_', ' ').removesuffix('s')} of delivery {delivery_id}{of_attempt}")
    return rows[0]


async def _check_delivery(models: ReadModels, delivery_id: str) -> None:
    query: LiteralString = "SELECT 1 FROM deliveries WHERE delivery_id = %s"
    if await models.database.row(query, (delivery_id,)) is None:
        raise not_found(f"delivery {delivery_id}")


def _attempt(rows: list[Row]) -> int | None:
    return int(str(rows[0]["attempt"])) if rows else None
