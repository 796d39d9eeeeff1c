"""Decisions of the Deployment: one step, begun by TestsPassed."""

from __future__ import annotations

from schemas.events.build import BuildCompleted, BuildFailed, BuildStarted
from schemas.events.compensation import BuildDiscarded
from schemas.events.test import TestsPassed
from streams.core.step import StepDecider


def _failed(attempt: int, reason: str, evidence: object) -> BuildFailed:  # noqa: ARG001
    return BuildFailed(attempt=attempt, reason=reason)


DECIDER = StepDecider(
    name="deployment",
    version="1",
    step="build",
    trigger=TestsPassed,
    started_type=BuildStarted,
    done_type=BuildCompleted,
    failed_type=BuildFailed,
    discarded_type=BuildDiscarded,
    started=lambda attempt: BuildStarted(attempt=attempt),
    failed=_failed,
    undo_starts_with=BuildDiscarded,
    discarded=lambda attempt, was_done: BuildDiscarded(attempt=attempt, was_done=was_done),
)
