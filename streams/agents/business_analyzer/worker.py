"""The work of the Business Analyzer: read the requirement."""

from __future__ import annotations

from schemas.envelope import Event
from schemas.events.feature import SpecificationWritten
from schemas.events.outcome import ModelCalled
from schemas.events.requirement import AnalysisStarted, ClarificationRequested
from schemas.specification import Question, Specification
from streams.agents.business_analyzer.engine import analyse
from streams.core.decider import WorkDone

ENGINE = "deterministic/1"


class AnalysisWorker:
    """Runs the analysis engine."""

    def work(self, started: Event, trigger: Event) -> WorkDone:  # noqa: ARG002
        """A specification, or the questions that have to be answered first."""
        begun = started.payload
        assert isinstance(begun, AnalysisStarted)
        return result(begun, analyse(begun.requirement, begun.format, begun.answers), ENGINE)

    def undo(self, delivery_id: str, attempt: int) -> None:
        """Nothing is left outside the log."""


def result(
    begun: AnalysisStarted,
    found: Specification | tuple[Question, ...],
    engine: str,
    calls: tuple[ModelCalled, ...] = (),
) -> WorkDone:
    """What was found, as the result of the work.

    Args:
        engine: that found it, with its version.
        calls: of language models on the way.
    """
    if not isinstance(found, Specification):
        asked = ClarificationRequested(attempt=begun.attempt, questions=found)
        return WorkDone(attempt=begun.attempt, payload=asked, calls=calls)
    written = SpecificationWritten(
        attempt=begun.attempt, engine=engine, requirement=begun.requirement, specification=found
    )
    return WorkDone(attempt=begun.attempt, payload=written, calls=calls)
