"""What an agent's present engine makes of recorded triggers, beside what was recorded.

Only engines that are deterministic and need nothing but their input: nothing is started, no file is
written, no network is used. What only running gives (the OpenAPI document, a test report, a build) is not
compared.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.kafka.position import Position
from schemas.codec import to_plain
from schemas.envelope import Event
from schemas.errors import BadInputError
from schemas.events.feature import BackendImplemented, FrontendImplemented, SpecificationWritten
from schemas.events.outcome import ModelCalled
from schemas.events.requirement import AnalysisFailed, AnalysisStarted, ClarificationRequested
from schemas.events.test import TestsPassed
from schemas.personal import ERASED
from schemas.specification import Specification
from streams.agents.registry import DECIDERS
from streams.audit.history import RecordedEvent

Texts = Mapping[str, str]
Engine = Callable[[Event, Event], Texts]
FileStatus = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file, or a document as the specification, that would be another.

    Attributes:
        diff: unified diff from the recorded text to the present one.
    """

    path: str
    status: FileStatus
    diff: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedResult:
    """A result of work that would be another.

    Attributes:
        position: of the recorded result.
        engine: that recorded it, '' where it does not tell.
    """

    position: Position
    delivery_id: str
    event_type: str
    engine: str
    files: tuple[ChangedFile, ...]


@dataclass(frozen=True, slots=True)
class EngineReplay:
    """What running the engine again gave.

    Attributes:
        results: recorded results that were compared.
        not_compared: failures, timeouts, texts that were erased, and what a language model made.
    """

    deliveries: int = 0
    results: int = 0
    not_compared: int = 0
    changes: tuple[ChangedResult, ...] = ()


def engine_total(replays: Sequence[EngineReplay]) -> EngineReplay:
    """All of them as one."""
    return EngineReplay(
        sum(each.deliveries for each in replays),
        sum(each.results for each in replays),
        sum(each.not_compared for each in replays),
        tuple(change for each in replays for change in each.changes),
    )


def engine_of(agent: str) -> Engine:
    """The present engine of an agent.

    Raises:
        BadInputError: it has none that works without starting, writing or asking anything.
    """
    engines: dict[str, Engine] = {
        "business-analyzer": _analysis,
        "backend-developer": _backend,
        "frontend-developer": _frontend,
        "testing-engineer": _tests,
    }
    if agent not in engines:
        raise BadInputError(
            f"Running the engine of {agent[:60]} again",
            why="it has no engine that works without starting, writing or asking anything",
            todo=f"Use one of: {', '.join(engines)}",
        )
    return engines[agent]


def replay_engine(records: Sequence[RecordedEvent], agent: str, engine: Engine) -> EngineReplay:
    """Run the engine on each trigger of one delivery whose result is recorded."""
    by_id = {record.id: record for record in records}
    by_model = _work_by_models(records)
    results, not_compared = 0, 0
    changes: list[ChangedResult] = []
    for record in records:
        started = by_id.get(record.event.envelope.causation_id)
        trigger = by_id.get(started.event.envelope.causation_id) if started is not None else None
        if started is None or trigger is None or not _is_result(record, started, agent):
            continue
        before = recorded_texts(record.event.payload)
        if (
            before is None
            or started.id in by_model
            or ERASED in json.dumps(to_plain(started.event.payload)) + "".join(before.values())
        ):
            not_compared += 1
            continue
        results += 1
        files = changed_files(before, _texts(engine, started.event, trigger.event))
        if files:
            changes.append(_changed(record, files))
    return EngineReplay(1, results, not_compared, tuple(changes))


def _work_by_models(records: Sequence[RecordedEvent]) -> set[str]:
    """Events that began work whose result is a language model's: its last answer was used."""
    calls = [record for record in records if isinstance(record.event.payload, ModelCalled)]
    last: dict[str, str] = {}
    for record in sorted(calls, key=lambda each: each.event.envelope.stream_version):
        assert isinstance(record.event.payload, ModelCalled)
        last[record.event.envelope.causation_id] = record.event.payload.outcome
    return {started for started, outcome in last.items() if outcome == "used"}


def _is_result(record: RecordedEvent, started: RecordedEvent, agent: str) -> bool:
    """Features are recorded with the specification, and are no result of their own."""
    is_own = record.service == started.service == agent
    return is_own and DECIDERS[agent].result_of(record.event.payload) is not None


def _changed(record: RecordedEvent, files: tuple[ChangedFile, ...]) -> ChangedResult:
    envelope = record.event.envelope
    return ChangedResult(
        position=record.position,
        delivery_id=envelope.delivery_id,
        event_type=envelope.event_type,
        engine=str(getattr(record.event.payload, "engine", "")),
        files=files,
    )


def recorded_texts(payload: object) -> Texts | None:
    """What an engine made, as texts by name; None where nothing is told that could be made again."""
    match payload:
        case SpecificationWritten():
            return {"specification.json": _pretty(payload.specification)}
        case ClarificationRequested():
            return {"questions.json": "".join(_pretty(question) for question in payload.questions)}
        case AnalysisFailed():
            return {"failure.txt": payload.reason}
        case BackendImplemented() | FrontendImplemented() | TestsPassed():
            return {file.path: file.content for file in payload.sources.files}
    return None


def changed_files(before: Texts, after: Texts) -> tuple[ChangedFile, ...]:
    """What differs, by path."""
    found: list[ChangedFile] = []
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        status: FileStatus = "added" if old is None else "removed" if new is None else "changed"
        lines = difflib.unified_diff(
            (old or "").splitlines(),
            (new or "").splitlines(),
            f"recorded/{path}",
            f"present/{path}",
            lineterm="",
        )
        found.append(ChangedFile(path, status, "\n".join(lines)))
    return tuple(found)


def _texts(engine: Engine, started: Event, trigger: Event) -> Texts:
    try:
        return engine(started, trigger)
    except Exception as error:
        told = str(error) if isinstance(error, BadInputError) else f"{type(error).__name__}: {error}"
        return {"failure.txt": told}


def _pretty(value: object) -> str:
    return json.dumps(to_plain(value), ensure_ascii=False, indent=2) + "\n"


def _analysis(started: Event, trigger: Event) -> Texts:  # noqa: ARG001
    from streams.agents.business_analyzer.engine import analyse

    begun = started.payload
    assert isinstance(begun, AnalysisStarted)
    found = analyse(begun.requirement, begun.format, begun.answers)
    if isinstance(found, Specification):
        return {"specification.json": _pretty(found)}
    return {"questions.json": "".join(_pretty(question) for question in found)}


def _backend(started: Event, trigger: Event) -> Texts:  # noqa: ARG001
    from streams.agents.backend_developer.engine import implement

    assert isinstance(trigger.payload, SpecificationWritten)
    return {file.path: file.content for file in implement(trigger.payload.specification).files}


def _frontend(started: Event, trigger: Event) -> Texts:  # noqa: ARG001
    from streams.agents.frontend_developer.engine import implement

    backend = trigger.payload
    assert isinstance(backend, BackendImplemented)
    sources = backend.sources.merged(implement(backend.specification, backend.openapi))
    return {file.path: file.content for file in sources.files}


def _tests(started: Event, trigger: Event) -> Texts:  # noqa: ARG001
    from streams.agents.testing_engineer.engine import write_tests

    frontend = trigger.payload
    assert isinstance(frontend, FrontendImplemented)
    sources = frontend.sources.merged(write_tests(frontend.specification))
    return {file.path: file.content for file in sources.files}
