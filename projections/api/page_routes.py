"""The status page at `/`: deliveries and their timelines, in a browser."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

router = APIRouter(include_in_schema=False)

_PAGE = files("projections.api") / "page"
_TYPES = {"page.css": "text/css", "page.js": "text/javascript"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


@router.get("/")
async def page() -> HTMLResponse:
    """The page."""
    return HTMLResponse((_PAGE / "index.html").read_text("utf-8"), headers=_HEADERS)


@router.get("/page/{name}")
async def page_file(name: Literal["page.css", "page.js"]) -> Response:
    """A file of the page."""
    text = (_PAGE / name).read_text("utf-8")
    return Response(text, media_type=_TYPES[name], headers=_HEADERS)
