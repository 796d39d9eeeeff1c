"""Builds, by attempt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from projections.models import payloads
from projections.models.recorded import Recorded
from projections.models.table import Change, Json, Value
from projections.models.tables import BUILDS, CONTENT, SECOND


def completed_changes(event: Recorded) -> Iterator[Change]:
    """BuildCompleted: the artefact with its files."""
    payload = cast(payloads.Completion, event.payload)
    build = payload["build"]
    values = (
        "completed",
        payload["engine"],
        build["package"],
        build["version"],
        build["folder"],
        build["wheel"],
        build["wheel_sha256"],
        Json(build["files"]),
        build["install_seconds"],
        build["health_seconds"],
        "",
        event.occurred_at,
        event.position,
    )
    attempt = payload["attempt"]
    key = (event.envelope["delivery_id"], attempt)
    yield Change(BUILDS, key, CONTENT, event.order(attempt, 1), values)


def build_failed_changes(event: Recorded) -> Iterator[Change]:
    """BuildFailed: why there is no artefact."""
    payload = cast(payloads.Failure, event.payload)
    attempt = payload["attempt"]
    defaults = BUILDS.facets[CONTENT].defaults
    told: dict[str, Value] = {
        "outcome": "failed",
        "reason": payload["reason"],
        "occurred_at": event.occurred_at,
        "position": event.position,
    }
    values = tuple({**defaults, **told}.values())
    key = (event.envelope["delivery_id"], attempt)
    yield Change(BUILDS, key, CONTENT, event.order(attempt, 1), values)


def build_discarded_changes(event: Recorded) -> Iterator[Change]:
    """BuildDiscarded: the build's files are no longer offered."""
    attempt = cast(payloads.Discard, event.payload)["attempt"]
    key = (event.envelope["delivery_id"], attempt)
    yield Change(BUILDS, key, SECOND, event.order(attempt, 1), (True,))
