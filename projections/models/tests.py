"""Test reports with their cases, and the results of the stories, by attempt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from projections.models import payloads
from projections.models.recorded import Recorded
from projections.models.table import Change, Value
from projections.models.tables import CONTENT, SECOND, STORIES, TEST_CASES, TEST_REPORTS


def passed_changes(event: Recorded) -> Iterator[Change]:
    """TestsPassed: report, cases and results of stories."""
    payload = cast(payloads.PassedTests, event.payload)
    yield from _report(event, payload["attempt"], ("passed", payload["engine"], ""), payload["report"])


def failed_changes(event: Recorded) -> Iterator[Change]:
    """TestsFailed: the reason, and what came of the report."""
    payload = cast(payloads.FailedTests, event.payload)
    yield from _report(event, payload["attempt"], ("failed", "", payload["reason"]), payload["report"])


def tests_discarded_changes(event: Recorded) -> Iterator[Change]:
    """TestsDiscarded: the tests are undone."""
    attempt = cast(payloads.Discard, event.payload)["attempt"]
    key = (event.envelope["delivery_id"], attempt)
    yield Change(TEST_REPORTS, key, SECOND, event.order(attempt, 1), (True,))


def _report(
    event: Recorded, attempt: int, judged: tuple[str, str, str], report: payloads.PlainReport | None
) -> Iterator[Change]:
    outcome, engine, reason = judged
    key, order = (event.envelope["delivery_id"], attempt), event.order(attempt, 1)
    values = (
        outcome,
        engine,
        *_figures(report),
        report["error"] if report else "",
        reason,
        event.occurred_at,
        event.position,
    )
    yield Change(TEST_REPORTS, key, CONTENT, order, values)
    if report is None:
        return
    for ordinal, case in enumerate(report["cases"], start=1):
        yield Change(TEST_CASES, (*key, ordinal), CONTENT, order, _case(case))
    for result in report["stories"]:
        counts = (result["passed"], result["failed"])
        yield Change(STORIES, (*key, result["story_id"]), SECOND, order, counts)


def _figures(report: payloads.PlainReport | None) -> tuple[Value, ...]:
    if report is None:
        return (None,) * 5
    return (
        report["passed"],
        report["failed"],
        report["line_coverage"],
        report["branch_coverage"],
        report["seconds"],
    )


def _case(case: payloads.PlainCase) -> tuple[Value, ...]:
    return (
        case["name"],
        case["story_id"],
        case["criterion_id"],
        case["outcome"],
        case["seconds"],
        case["message"],
    )
