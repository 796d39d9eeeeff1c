"""Reads what a test run left behind: JUnit XML, coverage JSON, and the output of a run cut short."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from connectors.sandbox import Limits, Outcome
from schemas.artefacts import StoryResult, TestCase, TestReport
from schemas.specification import Specification

_MESSAGE_CHARACTERS = 2_000
_TAIL_CHARACTERS = 500
_STARTED = re.compile(r"^(tests/\S+::\S+)", re.MULTILINE)
# Codes of pytest after which there is a result of every test: all passed, some failed.
_COMPLETE = (0, 1)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of lines and branches that were run, 0 to 1."""

    line: float
    branch: float


def test_prefix(criterion_id: str) -> str:
    """How the names of all tests of a criterion begin: `test_s03_ac2_` for S03-AC2."""
    return "test_" + re.sub(r"\W+", "_", criterion_id).lower() + "_"


test_prefix.__test__ = False  # type: ignore[attr-defined]


def read_report(specification: Specification, outcome: Outcome, limits: Limits) -> TestReport:
    """The report of a run.

    Args:
        specification: its stories are what tests trace to.
        outcome: what the sandbox gave, with junit.xml and coverage.json among its files.
        limits: what the run was allowed, to say which was passed.
    """
    cases = tuple(_cases(specification, outcome.files.get("junit.xml", b"")))
    error = _error(outcome, limits, cases)
    measured = read_coverage(outcome.files.get("coverage.json", b""))
    if measured is None:
        error = error or "coverage.json was not written"
        measured = Coverage(0.0, 0.0)
    failed = sum(case.outcome == "failed" for case in cases)
    return TestReport(
        cases=cases,
        stories=tuple(_stories(specification, cases)),
        passed=len(cases) - failed,
        failed=failed,
        line_coverage=measured.line,
        branch_coverage=measured.branch,
        seconds=round(outcome.seconds, 3),
        error=error,
    )


def _error(outcome: Outcome, limits: Limits, cases: Sequence[TestCase]) -> str:
    if outcome.limit_hit:
        bounds = {
            "wall": f"{limits.wall_seconds:g} seconds",
            "cpu": f"{limits.cpu_seconds} seconds of processor time",
            "memory": f"{limits.memory_bytes // 1024**2} MiB of memory",
            "file": f"{limits.file_bytes // 1024**2} MiB in one file",
            "processes": f"{limits.processes} processes",
        }
        return f"The run passed its limit of {bounds[outcome.limit_hit]}{_last_started(outcome)}"
    if outcome.exit_code in _COMPLETE and cases:
        return ""
    tail = (outcome.stderr.strip() or outcome.stdout.strip())[-_TAIL_CHARACTERS:]
    return f"The run ended with exit code {outcome.exit_code}{_last_started(outcome)}: {tail}"


def _last_started(outcome: Outcome) -> str:
    started = _STARTED.findall(outcome.stdout)
    return f" in {started[-1]}" if started else ""


def _cases(specification: Specification, junit: bytes) -> Iterator[TestCase]:
    if not junit:
        return
    try:
        root = ElementTree.fromstring(junit)
    except ElementTree.ParseError:
        return
    traced = _traces(specification)
    for element in root.iter("testcase"):
        name = element.get("name", "")
        faults = [child for child in element if child.tag in ("failure", "error")]
        story, criterion = _trace(name, traced)
        yield TestCase(
            name=f"{element.get('classname', '').replace('.', '/')}.py::{name}",
            story_id=story,
            criterion_id=criterion,
            outcome="failed" if faults else "passed",
            seconds=float(element.get("time", "0")),
            message=_message(faults)[:_MESSAGE_CHARACTERS],
        )


def _message(faults: Sequence[ElementTree.Element]) -> str:
    return "\n".join(f"{fault.get('message', '')}\n{fault.text or ''}".strip() for fault in faults)


def _traces(specification: Specification) -> Mapping[str, tuple[str, str]]:
    return {
        test_prefix(criterion.id): (story.id, criterion.id)
        for story in specification.stories
        for criterion in story.criteria
    }


def _trace(name: str, traced: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    found = max((prefix for prefix in traced if name.startswith(prefix)), key=len, default="")
    return traced.get(found, ("", ""))


def _stories(specification: Specification, cases: Sequence[TestCase]) -> Iterator[StoryResult]:
    for story in specification.stories:
        outcomes = [case.outcome for case in cases if case.story_id == story.id]
        yield StoryResult(story_id=story.id, passed=outcomes.count("passed"), failed=outcomes.count("failed"))


def read_coverage(report: bytes) -> Coverage | None:
    """Shares from coverage.py's JSON report; None where there is none. No branch at all counts as 1."""
    try:
        totals = json.loads(report)["totals"]
        statements, branches = int(totals["num_statements"]), int(totals["num_branches"])
        return Coverage(
            line=int(totals["covered_lines"]) / statements if statements else 0.0,
            branch=int(totals["covered_branches"]) / branches if branches else 1.0,
        )
    except (ValueError, KeyError, TypeError):
        return None
