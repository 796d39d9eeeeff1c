"""Workers whose work is quick and ends as the requirement says, so that tests drive the real pipeline.

The requirement is JSON: {"fails": {"tests": [1]}, "slow": {"build": [1]}, "asks": true}: which step fails,
or takes a minute, at which attempts; whether the analyzer asks before it goes on.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from schemas.artefacts import Build, SourceBundle, SourceFile, TestReport
from schemas.envelope import Event
from schemas.errors import WorkError
from schemas.events import build, feature, requirement, test
from schemas.events.compensation import Step
from schemas.specification import Entity, Feature, Question, Specification, Story
from streams.core.decider import WorkDone

SPECIFICATION = Specification(
    name="Books",
    package="books",
    summary="Lend books",
    entities=(Entity(name="Book", plural="books", label="Book"),),
    features=tuple(Feature(id=f"F0{n}", name=f"Part {n}", summary="A part") for n in (1, 2)),
    stories=(Story(id="S01", feature="F01", role="reader", goal="borrow a book"),),
)
_SOURCES = SourceBundle(files=(SourceFile(path="books/app.py", content="x = 1\n"),))
_REPORT = TestReport(
    cases=(), stories=(), passed=3, failed=0, line_coverage=1.0, branch_coverage=1.0, seconds=0.1
)
_BUILD = Build(
    package="books",
    version="1.0.0",
    folder="books",
    wheel="books.whl",
    wheel_sha256="0" * 64,
    files=(),
    install_seconds=0.1,
    health_seconds=0.1,
)
SLOW_SECONDS = 60.0
STEP_OF: dict[str, Step] = {
    "business-analyzer": "analysis",
    "backend-developer": "backend",
    "frontend-developer": "frontend",
    "testing-engineer": "tests",
    "deployment": "build",
}


@dataclass(frozen=True)
class QuickWorker:
    """The work of one step."""

    step: Step

    def work(self, started: Event, trigger: Event) -> WorkDone:
        """The step's result, unless the requirement wants it to fail or to be slow."""
        source = started.payload if self.step == "analysis" else trigger.payload
        attempt: int = started.payload.attempt  # type: ignore[attr-defined]
        wishes = json.loads(getattr(source, "requirement", "{}"))
        if attempt in wishes.get("slow", {}).get(self.step, []):
            time.sleep(SLOW_SECONDS)
        if attempt in wishes.get("fails", {}).get(self.step, []):
            raise WorkError(f"Working on {self.step}", why="the requirement wants it", todo="Retry")
        return WorkDone(attempt=attempt, payload=self._payload(attempt, source, wishes))

    def undo(self, delivery_id: str, attempt: int) -> None:
        """Nothing is left outside the log."""

    def _payload(self, attempt: int, source: Any, wishes: dict[str, Any]) -> object:
        common = {"attempt": attempt, "engine": "quick/1"}
        if self.step == "analysis":
            if wishes.get("asks") and not source.answers:
                asked = (Question(id="Q01", text="For how long?"),)
                return requirement.ClarificationRequested(attempt=attempt, questions=asked)
            words = source.requirement
            return feature.SpecificationWritten(**common, requirement=words, specification=SPECIFICATION)
        if self.step == "build":
            return build.BuildCompleted(**common, build=_BUILD)
        common |= {
            "requirement": source.requirement,
            "specification": source.specification,
            "sources": _SOURCES,
        }
        if self.step == "backend":
            return feature.BackendImplemented(**common, openapi="{}")
        if self.step == "frontend":
            return feature.FrontendImplemented(**common)
        return test.TestsPassed(**common, report=_REPORT)
