"""Workers whose work is quick and ends as the requirement wishes, so that the pipeline itself is at work.

The requirement is JSON (`Wishes`): which step fails or is slow at which attempts, whether the analyzer asks.
A build leaves a folder outside the log, in the store that real builds are in, and undoing removes it:
<artefacts>/<delivery>/<attempt>.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, cast

from connectors.artefacts.store import ArtefactStore
from schemas.artefacts import Build, SourceBundle, SourceFile, TestReport
from schemas.envelope import Event
from schemas.errors import WorkError
from schemas.events import build, feature, requirement, test
from schemas.events.compensation import Step
from schemas.specification import Entity, Feature, Question, Specification, Story
from streams.core.decider import WorkDone

SLOW_SECONDS = 3.5
LIMIT_SECONDS = 2.5
STEP_OF: dict[str, Step] = {
    "business-analyzer": "analysis",
    "backend-developer": "backend",
    "frontend-developer": "frontend",
    "testing-engineer": "tests",
    "deployment": "build",
}
_ENGINE = "quick/1"
# A page: on a full disk there is no room for it.
_WHEEL = bytes(4_096)
_SPECIFICATION = Specification(
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


class Wishes(TypedDict, total=False):
    """What a requirement wishes; `expects` tells the outcome of each attempt, for the checker."""

    fails: dict[str, list[int]]
    slow: dict[str, list[int]]
    asks: bool
    expects: list[str]


@dataclass(frozen=True)
class QuickWorker:
    """The work of one step; `artefacts` is an existing folder."""

    step: Step
    artefacts: Path

    def work(self, started: Event, trigger: Event) -> WorkDone:
        """The step's result, unless the requirement wishes it to fail or to be slow.

        Raises:
            WorkError: the requirement wishes it.
        """
        attempt: int = getattr(started.payload, "attempt")  # noqa: B009
        source = started.payload if self.step == "analysis" else trigger.payload
        words: str = getattr(source, "requirement", "{}")
        wishes = cast(Wishes, json.loads(words))
        if attempt in wishes.get("slow", {}).get(self.step, []):
            time.sleep(SLOW_SECONDS)
        if attempt in wishes.get("fails", {}).get(self.step, []):
            raise WorkError(f"Working on {self.step}", why="the requirement wishes it", todo="Retry")
        if self.step == "build":
            with self._store.publishing(started.envelope.delivery_id, attempt) as folder:
                (folder / "books.whl").write_bytes(_WHEEL)
        return WorkDone(attempt=attempt, payload=self._payload(attempt, started, words, wishes))

    def undo(self, delivery_id: str, attempt: int) -> None:
        """Remove the build."""
        if self.step == "build":
            self._store.discard(delivery_id, attempt)

    @property
    def _store(self) -> ArtefactStore:
        return ArtefactStore(self.artefacts)

    def _payload(self, attempt: int, started: Event, words: str, wishes: Wishes) -> object:
        if self.step == "analysis":
            if wishes.get("asks") and not cast(requirement.AnalysisStarted, started.payload).answers:
                asked = (Question(id="Q01", text="For how long?"),)
                return requirement.ClarificationRequested(attempt=attempt, questions=asked)
            return feature.SpecificationWritten(
                attempt=attempt, engine=_ENGINE, requirement=words, specification=_SPECIFICATION
            )
        if self.step == "build":
            return build.BuildCompleted(
                attempt=attempt, engine=_ENGINE, build=_build(started.envelope.delivery_id)
            )
        return _written(self.step, attempt, words)


def _written(step: Step, attempt: int, words: str) -> object:
    if step == "backend":
        return feature.BackendImplemented(
            attempt=attempt,
            engine=_ENGINE,
            requirement=words,
            specification=_SPECIFICATION,
            sources=_SOURCES,
            openapi="{}",
        )
    if step == "frontend":
        return feature.FrontendImplemented(
            attempt=attempt,
            engine=_ENGINE,
            requirement=words,
            specification=_SPECIFICATION,
            sources=_SOURCES,
        )
    return test.TestsPassed(
        attempt=attempt,
        engine=_ENGINE,
        requirement=words,
        specification=_SPECIFICATION,
        sources=_SOURCES,
        report=_REPORT,
    )


def _build(delivery_id: str) -> Build:
    return Build(
        package="books",
        version="1.0.0",
        folder=delivery_id,
        wheel="books.whl",
        wheel_sha256="0" * 64,
        files=(),
        install_seconds=0.1,
        health_seconds=0.1,
    )
