"""One row for each delivery: what was asked, where it stands, what came out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

from projections.models import payloads
from projections.models.recorded import Recorded
from projections.models.table import Change, Json, Order, Value
from projections.models.tables import (
    ANSWER,
    ARTEFACT,
    DELIVERIES,
    FAILURE,
    FIRST,
    LAST,
    QUESTION,
    REQUEST,
    SPECIFICATION,
    STATE,
    TESTS,
)


class Standing(NamedTuple):
    """Where a delivery stands after an event; the highest rank of the latest attempt is shown."""

    rank: int
    status: str
    step: str


STANDINGS: dict[str, Standing] = {
    "RequirementSubmitted": Standing(0, "submitted", "analysis"),
    "DeliveryStarted": Standing(1, "submitted", "analysis"),
    "AnalysisStarted": Standing(2, "analysing", "analysis"),
    "ClarificationRequested": Standing(3, "clarification", "analysis"),
    "DeliveryPaused": Standing(4, "clarification", "analysis"),
    "SpecificationWritten": Standing(5, "developing", "backend"),
    "FeatureCreated": Standing(5, "developing", "backend"),
    "BackendStarted": Standing(10, "developing", "backend"),
    "BackendImplemented": Standing(11, "developing", "frontend"),
    "FrontendStarted": Standing(20, "developing", "frontend"),
    "FrontendImplemented": Standing(21, "testing", "tests"),
    "TestsStarted": Standing(30, "testing", "tests"),
    "TestsPassed": Standing(31, "building", "build"),
    "BuildStarted": Standing(40, "building", "build"),
    "BuildCompleted": Standing(41, "building", "build"),
    "AnalysisFailed": Standing(50, "failing", "analysis"),
    "BackendFailed": Standing(51, "failing", "backend"),
    "FrontendFailed": Standing(52, "failing", "frontend"),
    "TestsFailed": Standing(53, "failing", "tests"),
    "BuildFailed": Standing(54, "failing", "build"),
    "StepTimedOut": Standing(55, "failing", ""),
    "DeliverySucceeded": Standing(60, "built", ""),
    "CompensationStarted": Standing(70, "compensating", ""),
    "BuildDiscarded": Standing(72, "compensating", "build"),
    "TestsDiscarded": Standing(74, "compensating", "tests"),
    "FrontendDiscarded": Standing(76, "compensating", "frontend"),
    "BackendDiscarded": Standing(78, "compensating", "backend"),
    "FeatureDeleted": Standing(79, "compensating", "analysis"),
    "SpecificationDiscarded": Standing(80, "compensating", "analysis"),
    "DeliveryFailed": Standing(90, "failed", ""),
    "DeliveryCompensated": Standing(91, "compensated", ""),
}
"""The undoing of a step ranks behind the request for it, and before the request for the next."""

ABOUT_NO_DELIVERY: frozenset[str] = frozenset(
    ("DeadLetterRedriven", "DeadLetterDiscarded", "CircuitBreakerChanged", "PersonalDataErased")
)
"""What operations do and see, whose delivery may not exist; they show on the timeline alone."""

_UNDO_REQUESTED = {"build": 71, "tests": 73, "frontend": 75, "backend": 77, "analysis": 79}

STATUSES: tuple[str, ...] = (
    "unknown",
    *dict.fromkeys(standing.status for standing in STANDINGS.values()),
    "cancelled",
)


def first_change(event: Recorded) -> Change:
    """What every event changes that may be the first of its delivery."""
    return _change(event, FIRST, event.order_earliest(), (event.occurred_at,))


def last_change(event: Recorded) -> Change:
    """What every event changes that may be the last of its delivery."""
    return _change(event, LAST, event.order_latest(), (event.occurred_at, event.position))


def state_changes(event: Recorded) -> Iterator[Change]:
    """Where the delivery stands, for an event that tells of it."""
    standing = _standing(event)
    if standing is not None:
        attempt = attempt_of(event)
        values: tuple[Value, ...] = (attempt, standing.status, standing.step, event.occurred_at)
        yield _change(event, STATE, event.order(attempt, standing.rank), values)


def attempt_of(event: Recorded) -> int:
    """The event's attempt; 1 for the submission, 0 for other events of people."""
    if event.envelope["event_type"] == "RequirementSubmitted":
        return 1
    return cast("dict[str, int]", event.payload).get("attempt", 0)


def _standing(event: Recorded) -> Standing | None:
    event_type = event.envelope["event_type"]
    if event_type == "CompensationRequested":
        step = cast(payloads.StepRequest, event.payload)["step"]
        return Standing(_UNDO_REQUESTED.get(step, 71), "compensating", step)
    standing = STANDINGS.get(event_type)
    if standing is None:
        return None
    if event_type == "DeliveryCompensated":
        cancelled = cast(payloads.Compensated, event.payload)["cause"] == "cancelled"
        return standing._replace(status="cancelled") if cancelled else standing
    if event_type == "StepTimedOut":
        return standing._replace(step=cast(payloads.TimeOut, event.payload)["step"])
    return standing


def request_changes(event: Recorded) -> Iterator[Change]:
    """RequirementSubmitted: what was asked. The first submission of a delivery counts."""
    payload = cast(payloads.Submission, event.payload)
    values = (
        payload["requirement"],
        payload["format"],
        payload["submitted_by"],
        event.occurred_at,
        event.position,
    )
    yield _change(event, REQUEST, event.order_first(), values)


def analysis_changes(event: Recorded) -> Iterator[Change]:
    """AnalysisStarted: the answers known; what an earlier attempt left behind no longer shows."""
    payload = cast(payloads.Analysis, event.payload)
    order = event.order(payload["attempt"], 0)
    yield _change(event, ANSWER, order, (Json(payload["answers"]),))
    for facet in (FAILURE, QUESTION, SPECIFICATION, TESTS, ARTEFACT):
        yield _change(event, facet, order, tuple(DELIVERIES.facets[facet].defaults.values()))


def clarification_changes(event: Recorded) -> Iterator[Change]:
    """ClarificationRequested: the open questions."""
    payload = cast(payloads.Clarification, event.payload)
    yield _change(event, QUESTION, event.order(payload["attempt"], 1), (Json(payload["questions"]),))


def specified_changes(event: Recorded) -> Iterator[Change]:
    """SpecificationWritten: name and package of the service."""
    payload = cast(payloads.Specified, event.payload)
    found = payload["specification"]
    values = (found["name"], found["package"], found["summary"])
    yield _change(event, SPECIFICATION, event.order(payload["attempt"], 1), values)


def report_changes(event: Recorded) -> Iterator[Change]:
    """TestsPassed and TestsFailed: figures of the report, where one came."""
    payload = cast(payloads.FailedTests, event.payload)
    report = payload["report"]
    if report is not None:
        values = (report["passed"], report["failed"], report["line_coverage"], report["branch_coverage"])
        yield _change(event, TESTS, event.order(payload["attempt"], 1), values)


def artefact_changes(event: Recorded) -> Iterator[Change]:
    """BuildCompleted and DeliverySucceeded: the artefact."""
    payload = cast(payloads.Success, event.payload)
    build = payload["build"]
    values = (build["version"], build["folder"], build["wheel"], build["wheel_sha256"])
    yield _change(event, ARTEFACT, event.order(payload["attempt"], 1), values)


def artefact_discarded_changes(event: Recorded) -> Iterator[Change]:
    """BuildDiscarded: the artefact is no longer offered."""
    payload = cast(payloads.Discard, event.payload)
    values = tuple(DELIVERIES.facets[ARTEFACT].defaults.values())
    yield _change(event, ARTEFACT, event.order(payload["attempt"], 2), values)


def step_failed_changes(event: Recorded) -> Iterator[Change]:
    """A step's failure: which step and why."""
    payload = cast(payloads.Failure, event.payload)
    step = STANDINGS[event.envelope["event_type"]].step
    yield _change(event, FAILURE, event.order(payload["attempt"], 1), ("failed", step, payload["reason"]))


def timed_out_changes(event: Recorded) -> Iterator[Change]:
    """StepTimedOut: which step, and its limit."""
    payload = cast(payloads.TimeOut, event.payload)
    reason = f"The step '{payload['step']}' took longer than {payload['limit_seconds']:g} seconds"
    yield _change(event, FAILURE, event.order(payload["attempt"], 1), ("timed_out", payload["step"], reason))


def undoing_changes(event: Recorded) -> Iterator[Change]:
    """CompensationStarted and DeliveryCompensated: the cause, as the saga tells it."""
    payload = cast(payloads.Undoing, event.payload)
    values = (payload["cause"], payload["failed_step"], payload["reason"])
    yield _change(event, FAILURE, event.order(payload["attempt"], 2), values)


def ended_changes(event: Recorded) -> Iterator[Change]:
    """DeliveryFailed: the cause, as the saga tells it."""
    payload = cast(payloads.Ending, event.payload)
    values = ("failed", payload["failed_step"], payload["reason"])
    yield _change(event, FAILURE, event.order(payload["attempt"], 2), values)


def _change(event: Recorded, facet: int, order: Order, values: tuple[Value, ...]) -> Change:
    return Change(DELIVERIES, (event.envelope["delivery_id"],), facet, order, values)
