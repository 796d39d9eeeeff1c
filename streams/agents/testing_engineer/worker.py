"""The work of the Testing Engineer: write the tests, run them, judge."""

from __future__ import annotations

from schemas.artefacts import TestReport
from schemas.envelope import Event
from schemas.events.feature import FrontendImplemented
from schemas.events.test import TestsPassed
from streams.agents.testing_engineer.engine import write_tests
from streams.agents.testing_engineer.runner import run_tests
from streams.core.decider import WorkDone, WorkFailed

ENGINE = "deterministic/1"
_NAMED_FAILURES = 5


class TestingWorker:
    """Runs the testing engine, and then the tests in the sandbox."""

    __test__ = False

    def work(self, started: Event, trigger: Event) -> WorkDone | WorkFailed:  # noqa: ARG002
        """The report; any failed test fails the step."""
        frontend = trigger.payload
        assert isinstance(frontend, FrontendImplemented)
        specification = frontend.specification
        sources = frontend.sources.merged(write_tests(specification, None))
        report = run_tests(specification, sources)
        if report.error or report.failed or not report.passed:
            return WorkFailed(attempt=frontend.attempt, reason=_reason(report), evidence=report)
        done = TestsPassed(
            attempt=frontend.attempt,
            engine=ENGINE,
            requirement=frontend.requirement,
            specification=specification,
            sources=sources,
            report=report,
        )
        return WorkDone(attempt=frontend.attempt, payload=done)

    def undo(self, delivery_id: str, attempt: int) -> None:
        """Nothing is left outside the log."""


def _reason(report: TestReport) -> str:
    if report.error:
        return f"The tests could not be run: {report.error}"
    if not report.failed:
        return "No test was run: the specification has no acceptance criterion"
    failed = [f"{case.name} ({case.criterion_id})" for case in report.cases if case.outcome == "failed"]
    named = "; ".join(failed[:_NAMED_FAILURES])
    return f"{report.failed} of {report.failed + report.passed} tests failed: {named}. See the test report"
