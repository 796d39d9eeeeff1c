"""The present engine over recorded triggers: what it would make otherwise is told, file by file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from connectors.service_runner import openapi_of
from schemas.artefacts import SourceBundle, SourceFile, TestReport
from schemas.envelope import Event
from schemas.errors import BadInputError
from schemas.events import feature, requirement, test
from schemas.events.outcome import ModelCalled
from schemas.personal import ERASED
from schemas.specification import Specification
from streams.agents.backend_developer.engine import implement
from streams.agents.business_analyzer.engine import analyse
from streams.agents.frontend_developer.engine import implement as write_page
from streams.agents.testing_engineer.engine import write_tests
from streams.audit.history import RecordedEvent
from streams.audit.what_if.engines import EngineReplay, Texts, engine_of, engine_total, replay_engine
from streams.core.decider import WorkDone, WorkFailed, WorkResult, WorkTimedOut
from streams.runtime.work_queue import WorkItem
from tests.golden.record import recorded
from tests.unit.streams.audit.recorded_histories import model_calls, work_done
from tests.unit.streams.runtime.simulation.system import SystemInMemory

_REQUIREMENT = "A library lends books. A book has a title and an author. Staff can list all books."
_REPORT = TestReport(
    cases=(), stories=(), passed=1, failed=0, line_coverage=1.0, branch_coverage=1.0, seconds=0.1
)
_ENGINES = ("business-analyzer", "backend-developer", "frontend-developer", "testing-engineer")


@pytest.fixture(scope="module")
def log() -> list[RecordedEvent]:
    """A delivery whose results are those of the real engines."""
    specification = analyse(_REQUIREMENT)
    assert isinstance(specification, Specification)
    service = implement(specification)
    openapi = openapi_of(service, specification.package)
    site = service.merged(write_page(specification, openapi))
    tests = site.merged(write_tests(specification))
    common = {"engine": "deterministic/1", "requirement": _REQUIREMENT, "specification": specification}
    made = {
        "business-analyzer": lambda n: feature.SpecificationWritten(attempt=n, **common),
        "backend-developer": lambda n: feature.BackendImplemented(
            attempt=n, **common, sources=service, openapi=openapi
        ),
        "frontend-developer": lambda n: feature.FrontendImplemented(attempt=n, **common, sources=site),
        "testing-engineer": lambda n: test.TestsPassed(attempt=n, **common, sources=tests, report=_REPORT),
    }

    def result(name: str, item: WorkItem) -> WorkResult:
        make = made.get(name)
        payload = make(item.attempt) if make else work_done(name, item.attempt)
        return WorkDone(attempt=item.attempt, payload=payload)

    return _recorded(_REQUIREMENT, result)


def _recorded(text: str, result: object) -> list[RecordedEvent]:
    def scenario(system: SystemInMemory) -> None:
        system.publish(UUID(int=7, version=4), requirement.RequirementSubmitted(requirement=text))
        system.settle(result)  # type: ignore[arg-type]

    return recorded(scenario).recorded()


def _altered(log: Sequence[RecordedEvent], kind: type, **values: object) -> list[RecordedEvent]:
    return [
        replace(each, event=replace(each.event, payload=replace(each.event.payload, **values)))
        if type(each.event.payload) is kind
        else each
        for each in log
    ]


@pytest.mark.parametrize("agent", _ENGINES)
def test_given_results_of_the_present_engine_when_run_again_then_nothing_would_change(
    log: list[RecordedEvent], agent: str
) -> None:
    assert replay_engine(log, agent, engine_of(agent)) == EngineReplay(deliveries=1, results=1)


def test_given_an_older_specification_when_analysed_again_then_its_diff_is_shown(
    log: list[RecordedEvent],
) -> None:
    written = next(e.event.payload for e in log if isinstance(e.event.payload, feature.SpecificationWritten))
    older = replace(written.specification, summary="Something about books.")
    changed = _altered(log, feature.SpecificationWritten, specification=older, engine="deterministic/0")

    found = replay_engine(changed, "business-analyzer", engine_of("business-analyzer"))

    (change,) = found.changes
    (file,) = change.files
    assert (change.event_type, change.engine) == ("SpecificationWritten", "deterministic/0")
    assert (file.path, file.status) == ("specification.json", "changed")
    assert '-  "summary": "Something about books.",' in file.diff.splitlines()
    assert len([line for line in file.diff.splitlines() if line.startswith("+ ")]) == 1


def test_given_a_specification_by_a_language_model_when_analysed_again_then_it_is_not_compared() -> None:
    calls = tuple(replace(call, outcome="used") for call in model_calls("1", 1))

    def result(name: str, item: WorkItem) -> WorkResult:
        analysed = work_done(name, item.attempt)
        is_analysis = name == "business-analyzer"
        return WorkDone(attempt=item.attempt, payload=analysed, calls=calls if is_analysis else ())

    by_model = _recorded(_REQUIREMENT, result)
    fallen_back = _altered(by_model, ModelCalled, outcome="failed")

    assert replay_engine(by_model, "business-analyzer", engine_of("business-analyzer")) == EngineReplay(
        deliveries=1, not_compared=1
    )
    assert replay_engine(fallen_back, "business-analyzer", engine_of("business-analyzer")).results == 1


def test_given_older_sources_when_written_again_then_each_file_is_named(log: list[RecordedEvent]) -> None:
    backend = next(e.event.payload for e in log if isinstance(e.event.payload, feature.BackendImplemented))
    first, second, *rest = backend.sources.files
    older = SourceBundle(
        files=(replace(second, content="old\n"), *rest, SourceFile(path="zz.py", content="x = 1\n"))
    )
    changed = _altered(log, feature.BackendImplemented, sources=older)

    found = replay_engine(changed, "backend-developer", engine_of("backend-developer"))

    (change,) = found.changes
    assert {(file.path, file.status) for file in change.files} == {
        (first.path, "added"),
        (second.path, "changed"),
        ("zz.py", "removed"),
    }
    assert "-x = 1" in next(file.diff for file in change.files if file.path == "zz.py")


def test_given_a_vague_requirement_when_analysed_again_then_the_questions_are_compared() -> None:
    asked = analyse("Make it better")
    assert not isinstance(asked, Specification)
    payload = requirement.ClarificationRequested(attempt=1, questions=asked)
    log = _recorded("Make it better", lambda _name, _item: WorkDone(attempt=1, payload=payload))
    fewer = _altered(log, requirement.ClarificationRequested, questions=())
    engine = engine_of("business-analyzer")

    same, other = (replay_engine(each, "business-analyzer", engine) for each in (log, fewer))

    assert (same.results, same.changes) == (1, ())
    assert [(file.path, file.status) for file in other.changes[0].files] == [("questions.json", "changed")]


def test_given_an_engine_that_fails_now_when_run_again_then_its_error_takes_the_place_of_the_files(
    log: list[RecordedEvent],
) -> None:
    def broken(_started: Event, _trigger: Event) -> Texts:
        raise BadInputError("Reading it", why="it is empty", todo="Write something")

    (change,) = replay_engine(log, "business-analyzer", broken).changes

    assert [(file.path, file.status) for file in change.files] == [
        ("failure.txt", "added"),
        ("specification.json", "removed"),
    ]
    assert "it is empty" in change.files[0].diff


@pytest.mark.parametrize(
    "result",
    [WorkFailed(attempt=1, reason="No space is left"), WorkTimedOut(attempt=1, limit_seconds=1.0)],
    ids=["failed", "late"],
)
def test_given_a_failed_backend_when_run_again_then_it_is_not_compared(result: WorkResult) -> None:
    log = _recorded(
        _REQUIREMENT,
        lambda name, item: (
            result
            if name == "backend-developer"
            else WorkDone(attempt=item.attempt, payload=work_done(name, item.attempt))
        ),
    )

    found = replay_engine(log, "backend-developer", engine_of("backend-developer"))

    assert found == EngineReplay(deliveries=1, not_compared=1)


def test_given_an_erased_requirement_when_run_again_then_it_is_not_compared(
    log: list[RecordedEvent],
) -> None:
    erased = _altered(log, requirement.AnalysisStarted, requirement=ERASED)

    found = replay_engine(erased, "business-analyzer", engine_of("business-analyzer"))

    assert (found.results, found.not_compared, found.changes) == (0, 1, ())


def test_given_an_agent_that_only_works_by_building_when_named_then_it_is_refused() -> None:
    with pytest.raises(BadInputError, match="without starting, writing or asking"):
        engine_of("deployment")


def test_given_several_deliveries_when_added_up_then_all_are_counted(log: list[RecordedEvent]) -> None:
    one = replay_engine(log, "business-analyzer", engine_of("business-analyzer"))

    assert engine_total([one, one]) == EngineReplay(deliveries=2, results=2)
