"""Decisions of the Frontend Developer: one step, begun by BackendImplemented."""

from __future__ import annotations

from schemas.events.compensation import FrontendDiscarded
from schemas.events.feature import BackendImplemented, FrontendFailed, FrontendImplemented, FrontendStarted
from streams.core.step import StepDecider


def _failed(attempt: int, reason: str, evidence: object) -> FrontendFailed:  # noqa: ARG001
    return FrontendFailed(attempt=attempt, reason=reason)


DECIDER = StepDecider(
    name="frontend-developer",
    version="1",
    step="frontend",
    trigger=BackendImplemented,
    started_type=FrontendStarted,
    done_type=FrontendImplemented,
    failed_type=FrontendFailed,
    discarded_type=FrontendDiscarded,
    started=lambda attempt: FrontendStarted(attempt=attempt),
    failed=_failed,
    discarded=lambda attempt, was_done: FrontendDiscarded(attempt=attempt, was_done=was_done),
)
