"""Decisions of the Testing Engineer: one step, begun by FrontendImplemented."""

from __future__ import annotations

from schemas.artefacts import TestReport
from schemas.events.compensation import TestsDiscarded
from schemas.events.feature import FrontendImplemented
from schemas.events.test import TestsFailed, TestsPassed, TestsStarted
from streams.core.step import StepDecider


def _failed(attempt: int, reason: str, evidence: object) -> TestsFailed:
    return TestsFailed(
        attempt=attempt,
        reason=reason,
        report=evidence if isinstance(evidence, TestReport) else None,
    )


DECIDER = StepDecider(
    name="testing-engineer",
    version="1",
    step="tests",
    trigger=FrontendImplemented,
    started_type=TestsStarted,
    done_type=TestsPassed,
    failed_type=TestsFailed,
    discarded_type=TestsDiscarded,
    started=lambda attempt: TestsStarted(attempt=attempt),
    failed=_failed,
    discarded=lambda attempt, was_done: TestsDiscarded(attempt=attempt, was_done=was_done),
)
