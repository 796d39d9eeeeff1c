"""What the routes read from: database, changes, and how long a query may wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, LiteralString, cast

from fastapi import Depends, Request, Response

from projections.api.answers import OUTCOME_OF_STATUS
from projections.api.changes import Changes
from projections.api.database import Database, Row
from projections.api.freshness import wait_until_passed
from projections.api.listing import Listing, Page, page_of
from projections.api.parameters import ListParameters, QueryParameters

_NO_FILTERS = {"after", "limit", "cursor", "sort"}


@dataclass(frozen=True, slots=True)
class ReadModels:
    """The read models behind the API.

    Attributes:
        wait_seconds: how long a query waits for `after`.
    """

    database: Database
    changes: Changes
    wait_seconds: float

    async def passed(self, parameters: QueryParameters) -> None:
        """Return as soon as what the query wants to see is projected.

        Raises:
            ProblemError: 503, it is not in time.
        """
        if parameters.after is not None:
            await wait_until_passed(self.database, self.changes, parameters.after, self.wait_seconds)

    async def page(
        self,
        listing: Listing,
        parameters: ListParameters,
        request: Request,
        response: Response,
        fixed: dict[str, str] | None = None,
    ) -> Page:
        """The page that the parameters name; its successor is told in the Link header too.

        Args:
            fixed: filters that the path gives.
        """
        await self.passed(parameters)
        named = parameters.model_dump(exclude=_NO_FILTERS)
        if listing.filters.get("outcome", "").startswith("status") and named["outcome"] is not None:
            named["outcome"] = statuses_of(named["outcome"])
        page = await page_of(
            self.database,
            listing,
            {**named, **(fixed or {})},
            sort=getattr(parameters, "sort", listing.default_sort),
            limit=parameters.limit,
            cursor=parameters.cursor,
        )
        if page.next_cursor:
            following = request.url.include_query_params(cursor=page.next_cursor)
            response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
        return page

    async def of_attempt(
        self, select: LiteralString, delivery_id: str, attempt: int | None, latest: LiteralString
    ) -> list[Row]:
        """Rows of one attempt of a delivery.

        Args:
            select: SELECT ... WHERE <condition>, to which the attempt is added.
            attempt: the attempt; None for the latest.
            latest: table in which the latest attempt is looked up.
        """
        query: LiteralString = (
            select
            + " AND delivery_id = %(delivery_id)s AND attempt = COALESCE(%(attempt)s::bigint,"
            + " (SELECT max(attempt) FROM "
            + latest
            + " WHERE delivery_id = %(delivery_id)s AND content_order <> ''))"
        )
        return await self.database.rows(query, {"delivery_id": delivery_id, "attempt": attempt})


def statuses_of(outcomes: list[str]) -> list[str]:
    """Statuses of deliveries with one of these outcomes."""
    return [status for status, outcome in OUTCOME_OF_STATUS.items() if outcome in outcomes]


def _read_models(request: Request) -> ReadModels:
    return cast(ReadModels, request.app.state.read_models)


Models = Annotated[ReadModels, Depends(_read_models)]
