"""Our errors as a model sees them: what failed, why, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from mcp.server.mcpserver.exceptions import ResourceError, ToolError

from schemas.errors import StreamwrightError

P = ParamSpec("P")
R = TypeVar("R")


def tool(function: Callable[P, R]) -> Callable[P, R]:
    """The function with our errors as errors of a tool."""
    return _told_as(ToolError, function)


def resource(function: Callable[P, R]) -> Callable[P, R]:
    """The function with our errors as errors of a resource."""
    return _told_as(ResourceError, function)


def message_of(error: StreamwrightError) -> str:
    """The error in words."""
    return f"{error.what}: {error.why}. What to do: {error.todo}"


def _told_as(kind: type[Exception], function: Callable[P, R]) -> Callable[P, R]:
    @wraps(function)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except StreamwrightError as error:
            raise kind(message_of(error)) from error

    return told
