"""Error answers: application/problem+json (RFC 9457) for every error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import cast

import psycopg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg_pool import PoolTimeout, TooManyRequests
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from schemas.errors import BadInputError

MEDIA_TYPE = "application/problem+json"
_RETRY_SECONDS = 1
_LONGEST_RETRY_SECONDS = 5

log = structlog.get_logger("api")


class InvalidValue(BaseModel):
    """One value of the request that is wrong."""

    field: str = Field(description="Name of the parameter")
    message: str = Field(description="What is wrong with it")


class Problem(BaseModel):
    """An error as RFC 9457 tells it."""

    type: str = Field("about:blank", description="Kind of problem; about:blank where the status tells all")
    title: str = Field(description="The same for every problem of the kind")
    status: int = Field(description="HTTP status")
    detail: str = Field(description="What failed, why, and what to do")
    instance: str | None = Field(None, description="Path of the request")
    errors: list[InvalidValue] | None = Field(None, description="Values that are wrong")


class ProblemError(Exception):
    """An answer that is a problem."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str = "",
        retry_after: int | None = None,
        errors: Sequence[InvalidValue] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind
        self.retry_after = retry_after
        self.errors = list(errors)


def bad_parameter(field: str, message: str) -> ProblemError:
    """400 for one parameter."""
    return ProblemError(
        400,
        f"The parameter '{field}' is wrong: {message}",
        errors=[InvalidValue(field=field, message=message)],
    )


def not_found(what: str) -> ProblemError:
    """404 for something that is not there."""
    return ProblemError(404, f"There is no {what}. It may not be projected yet: see the parameter 'after'.")


def add_problem_handlers(app: FastAPI) -> None:
    """Make every error a problem."""
    handlers = {
        ProblemError: _problem_error,
        RequestValidationError: _validation_error,
        HTTPException: _http_exception,
        BadInputError: _bad_input,
        psycopg.DataError: _data_error,
        UnicodeError: _data_error,
        psycopg.OperationalError: _database_away,
        psycopg.InterfaceError: _database_away,
        psycopg.errors.UndefinedTable: _database_away,
        PoolTimeout: _database_away,
        TooManyRequests: _database_away,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def problem_response(request: Request, error: ProblemError) -> Response:
    """The problem as a response."""
    phrase = HTTPStatus(error.status).phrase
    problem = Problem(
        type=f"urn:streamwright:problem:{error.kind}" if error.kind else "about:blank",
        title=error.kind.replace("-", " ").capitalize() or phrase,
        status=error.status,
        detail=error.detail,
        instance=request.url.path,
        errors=error.errors or None,
    )
    headers = {"Cache-Control": "no-store"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=error.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


async def _problem_error(request: Request, error: Exception) -> Response:
    return problem_response(request, cast(ProblemError, error))


async def _validation_error(request: Request, error: Exception) -> Response:
    found = [
        InvalidValue(field=".".join(map(str, item["loc"][1:])), message=item["msg"])
        for item in cast(RequestValidationError, error).errors()
    ]
    detail = "; ".join(f"{item.field}: {item.message}" for item in found)
    return problem_response(request, ProblemError(422, detail, errors=found))


async def _http_exception(request: Request, error: Exception) -> Response:
    told = cast(HTTPException, error)
    details = {
        404: f"There is nothing at {request.url.path}. See /docs for what there is.",
        405: f"{request.method} is not allowed at {request.url.path}: this API only answers queries.",
    }
    response = problem_response(
        request, ProblemError(told.status_code, details.get(told.status_code, str(told.detail)))
    )
    response.headers.update(told.headers or {})
    return response


async def _bad_input(request: Request, error: Exception) -> Response:
    return problem_response(request, ProblemError(400, str(error)))


async def _data_error(request: Request, error: Exception) -> Response:
    return problem_response(request, ProblemError(422, f"A value cannot be searched for: {error}"))


async def _database_away(request: Request, error: Exception) -> Response:
    log.warning("database away", error=str(error).strip())
    detail = "The database does not answer, or has no read models. Try again; see /ready."
    # An open breaker closes as soon as the listening connection is back, which may be earlier than told.
    soonest = getattr(error, "retry_after_seconds", _RETRY_SECONDS)
    retry_after = min(math.ceil(soonest), _LONGEST_RETRY_SECONDS)
    return problem_response(request, ProblemError(503, detail, kind="database-away", retry_after=retry_after))


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("failed", path=request.url.path, exc_info=error)
    return problem_response(request, ProblemError(500, "The query failed; the log tells why."))
