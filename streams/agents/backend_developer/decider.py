"""Decisions of the Backend Developer: one step, begun by SpecificationWritten."""

from __future__ import annotations

from schemas.events.compensation import BackendDiscarded
from schemas.events.feature import BackendFailed, BackendImplemented, BackendStarted, SpecificationWritten
from streams.core.step import StepDecider


def _failed(attempt: int, reason: str, evidence: object) -> BackendFailed:  # noqa: ARG001
    return BackendFailed(attempt=attempt, reason=reason)


DECIDER = StepDecider(
    name="backend-developer",
    version="1",
    step="backend",
    trigger=SpecificationWritten,
    started_type=BackendStarted,
    done_type=BackendImplemented,
    failed_type=BackendFailed,
    discarded_type=BackendDiscarded,
    started=lambda attempt: BackendStarted(attempt=attempt),
    failed=_failed,
    discarded=lambda attempt, was_done: BackendDiscarded(attempt=attempt, was_done=was_done),
)
