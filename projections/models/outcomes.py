"""How the attempts of deliveries ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from projections.models import payloads
from projections.models.recorded import Recorded
from projections.models.table import Change, Json, Value
from projections.models.tables import CONTENT, OUTCOMES

OUTCOME_NAMES: tuple[str, ...] = ("clarification", "built", "failed", "compensated")


def paused_changes(event: Recorded) -> Iterator[Change]:
    """DeliveryPaused: it waits for answers."""
    payload = cast(payloads.Pause, event.payload)
    told: dict[str, Value] = {"outcome": "clarification", "question_ids": Json(payload["question_ids"])}
    yield _outcome(event, payload["attempt"], 1, told)


def succeeded_changes(event: Recorded) -> Iterator[Change]:
    """DeliverySucceeded: the build is there."""
    yield _outcome(event, cast(payloads.Success, event.payload)["attempt"], 2, {"outcome": "built"})


def failed_changes(event: Recorded) -> Iterator[Change]:
    """DeliveryFailed: it failed before anything was done."""
    payload = cast(payloads.Ending, event.payload)
    told: dict[str, Value] = {
        "outcome": "failed",
        "cause": "failed",
        "failed_step": payload["failed_step"],
        "reason": payload["reason"],
    }
    yield _outcome(event, payload["attempt"], 3, told)


def compensated_changes(event: Recorded) -> Iterator[Change]:
    """DeliveryCompensated: all that was done is undone."""
    payload = cast(payloads.Compensated, event.payload)
    told: dict[str, Value] = {
        "outcome": "compensated",
        "cause": payload["cause"],
        "failed_step": payload["failed_step"],
        "reason": payload["reason"],
        "undone": Json(payload["undone"]),
    }
    yield _outcome(event, payload["attempt"], 4, told)


def _outcome(event: Recorded, attempt: int, rank: int, told: dict[str, Value]) -> Change:
    placed: dict[str, Value] = {"occurred_at": event.occurred_at, "position": event.position}
    values = tuple({**OUTCOMES.facets[CONTENT].defaults, **told, **placed}.values())
    return Change(
        OUTCOMES, (event.envelope["delivery_id"], attempt), CONTENT, event.order(attempt, rank), values
    )
