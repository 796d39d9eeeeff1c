"""The work of the Business Analyzer: read the requirement."""

from __future__ import annotations

from schemas.envelope import Event
from schemas.events.feature import SpecificationWritten
from schemas.events.requirement import AnalysisStarted, ClarificationRequested
from schemas.specification import Specification
from streams.agents.business_analyzer.engine import analyse
from streams.core.decider import WorkDone

ENGINE = "deterministic/1"


class AnalysisWorker:
    """Runs the analysis engine."""

    def work(self, started: Event, trigger: Event) -> WorkDone:  # noqa: ARG002
        """A specification, or the questions that have to be answered first."""
        begun = started.payload
        assert isinstance(begun, AnalysisStarted)
        found = analyse(begun.requirement, begun.format, begun.answers)
        if not isinstance(found, Specification):
            asked = ClarificationRequested(attempt=begun.attempt, questions=found)
            return WorkDone(attempt=begun.attempt, payload=asked)
        written = SpecificationWritten(
            attempt=begun.attempt, engine=ENGINE, requirement=begun.requirement, specification=found
        )
        return WorkDone(attempt=begun.attempt, payload=written)

    def undo(self, delivery_id: str, attempt: int) -> None:
        """Nothing is left outside the log."""
