"""Entity tags: every answer of a route with `TaggedRoute` has one, and 304 answers who has it already."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

_KEPT_HEADERS = ("etag", "cache-control", "vary", "link", "content-location")

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Still as the tag in If-None-Match"}}


class TaggedRoute(APIRoute):
    """A route whose 200 answers carry a strong ETag made from the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with entity tags."""
        handle = super().get_route_handler()

        async def tagged(request: Request) -> Response:
            response = await handle(request)
            if response.status_code != 200:
                return response
            tag = f'"{hashlib.blake2b(response.body, digest_size=16).hexdigest()}"'
            response.headers["ETag"] = tag
            response.headers.setdefault("Cache-Control", "private, no-cache")
            if not is_matched(request.headers.getlist("if-none-match"), tag):
                return response
            kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
            return Response(status_code=304, headers=kept)

        return tagged


def is_matched(if_none_match: list[str], tag: str) -> bool:
    """Whether the header names this tag, by weak comparison (RFC 9110, section 13.1.2)."""
    named = [part.strip().removeprefix("W/") for line in if_none_match for part in line.split(",")]
    return tag in named or "*" in named
