"""The generated files, by attempt: those of the latest bundle are shown.

A file's row has the order of the latest bundle that contains it. A file that the latest bundle no
longer contains keeps an older order, by which readers leave it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from projections.models import payloads
from projections.models.recorded import Recorded
from projections.models.table import Change
from projections.models.tables import BUNDLES, CONTENT, SOURCES

_STEPS = {
    "BackendImplemented": (1, "backend"),
    "FrontendImplemented": (2, "frontend"),
    "TestsPassed": (3, "tests"),
}


def source_changes(event: Recorded) -> Iterator[Change]:
    """BackendImplemented, FrontendImplemented and TestsPassed: the files so far."""
    payload = cast(payloads.Implementation, event.payload)
    attempt = payload["attempt"]
    rank, step = _STEPS[event.envelope["event_type"]]
    key, order = (event.envelope["delivery_id"], attempt), event.order(attempt, rank)
    yield Change(BUNDLES, key, CONTENT, order, (step, event.occurred_at, event.position))
    for file in payload["sources"]["files"]:
        content = file["content"]
        size = len(content.encode())
        yield Change(SOURCES, (*key, file["path"]), CONTENT, order, (content, size))
