"""Rows of the deliveries table as answers."""

from __future__ import annotations

from projections.api.answers import OUTCOME_OF_STATUS, DeliveryDetail, DeliverySummary
from projections.api.database import Row


def summary_of(row: Row) -> DeliverySummary:
    """A delivery in a list."""
    return DeliverySummary.model_validate(_derived(row))


def detail_of(row: Row) -> DeliveryDetail:
    """A delivery."""
    return DeliveryDetail.model_validate(
        {
            **_derived(row),
            "excerpt": str(row["requirement"])[:200],
            "position": row["last_position"],
            "failure": _failure(row),
            "artefact": {**row} if row["wheel"] else None,
        }
    )


def _derived(row: Row) -> Row:
    tests = {
        "passed": row["tests_passed"],
        "failed": row["tests_failed"],
        "line_coverage": row["line_coverage"],
        "branch_coverage": row["branch_coverage"],
    }
    return {
        **row,
        "outcome": OUTCOME_OF_STATUS.get(str(row["status"])),
        "tests": tests if row["tests_passed"] is not None else None,
    }


def _failure(row: Row) -> Row | None:
    if not row["cause"]:
        return None
    return {"cause": row["cause"], "step": row["failed_step"], "reason": row["reason"]}
