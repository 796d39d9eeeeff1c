"""Routes that list one kind of thing over all deliveries."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from projections.api import listings
from projections.api.answers import (
    BuildAnswer,
    FeatureAnswer,
    OutcomeAnswer,
    Page,
    SkippedRecord,
    SpecificationSummary,
    StoryAnswer,
    TestReportSummary,
    TimelineEvent,
)
from projections.api.etags import UNCHANGED, TaggedRoute
from projections.api.parameters import (
    BuildParameters,
    FeatureParameters,
    ListParameters,
    OutcomeParameters,
    SpecificationParameters,
    StoryParameters,
    TestReportParameters,
    TimelineParameters,
)
from projections.api.read_models import Models

router = APIRouter(prefix="/api/v1", tags=["collections"], route_class=TaggedRoute, responses=UNCHANGED)


@router.get("/timeline")
async def list_timeline(
    models: Models, parameters: Annotated[TimelineParameters, Query()], request: Request, response: Response
) -> Page[TimelineEvent]:
    """All events of the log, the earliest first."""
    page = await models.page(listings.TIMELINE, parameters, request, response)
    items = [TimelineEvent.model_validate(row) for row in page.rows]
    return Page(items=items, next_cursor=page.next_cursor)


@router.get("/features")
async def list_features(
    models: Models, parameters: Annotated[FeatureParameters, Query()], request: Request, response: Response
) -> Page[FeatureAnswer]:
    """Features of all deliveries and attempts."""
    page = await models.page(listings.FEATURES, parameters, request, response)
    items = [FeatureAnswer.model_validate(row) for row in page.rows]
    return Page(items=items, next_cursor=page.next_cursor)


@router.get("/stories")
async def list_stories(
    models: Models, parameters: Annotated[StoryParameters, Query()], request: Request, response: Response
) -> Page[StoryAnswer]:
    """User stories of all deliveries and attempts."""
    page = await models.page(listings.STORIES, parameters, request, response)
    items = [StoryAnswer.model_validate(row) for row in page.rows]
    return Page(items=items, next_cursor=page.next_cursor)


@router.get("/specifications")
async def list_specifications(
    models: Models,
    parameters: Annotated[SpecificationParameters, Query()],
    request: Request,
    response: Response,
) -> Page[SpecificationSummary]:
    """Specifications of all deliveries and attempts, without their content."""
    page = await models.page(listings.SPECIFICATIONS, parameters, request, response)
    items = [SpecificationSummary.model_validate(row) for row in page.rows]
    return Page(items=items, next_cursor=page.next_cursor)


@router.get("/test-reports")
async def list_test_reports(
    models: Models,
    parameters: Annotated[TestReportParameters, Query()],
    request: Request,
    response: Response,
) -> Page[TestReportSummary]:
    """Test reports of all deliveries and attempts, without their cases."""
    page = await models.page(listings.TEST_REPORTS, parameters, request, response)
    items = [TestReportSummary.model_validate(row) for row in page.rows]
    return Page(items=items, next_cursor=page.next_cursor)


@router.get("/builds")
async def list_builds(
    models: Models, parameters: Annotated[BuildParameters, Query()], request: Request, response: Response
) -> Page[BuildAnswer]:
    """Builds of all deliveries and attempts."""
    page = await models.page(listings.BUILDS, parameters, request, response)
    items = [BuildAnswer.model_validate(row) for row in page.rows]
    return Page(items=items, next_cursor=page.next_cursor)


@router.get("/outcomes")
async def list_outcomes(
    models: Models, parameters: Annotated[OutcomeParameters, Query()], request: Request, response: Response
) -> Page[OutcomeAnswer]:
    """How attempts of all deliveries ended."""
    page = await models.page(listings.OUTCOMES, parameters, request, response)
    items = [OutcomeAnswer.model_validate(row) for row in page.rows]
    return Page(items=items, next_cursor=page.next_cursor)


@router.get("/skipped")
async def list_skipped(
    models: Models, parameters: Annotated[ListParameters, Query()], request: Request, response: Response
) -> Page[SkippedRecord]:
    """Records of the log that are no events of ours, and why."""
    page = await models.page(listings.SKIPPED, parameters, request, response)
    items = [SkippedRecord.model_validate(row) for row in page.rows]
    return Page(items=items, next_cursor=page.next_cursor)
