"""Runs the tests of a generated service in the sandbox."""

from __future__ import annotations

import sys
from pathlib import Path

from connectors.sandbox import Limits, run
from schemas.artefacts import SourceBundle, SourceFile, TestReport
from schemas.specification import Specification
from streams.agents.testing_engineer.reading_results import read_report

LIMITS = Limits(
    wall_seconds=420, cpu_seconds=240, memory_bytes=2 * 1024**3, file_bytes=32 * 1024**2, processes=64
)
_MEASURED_RUN = Path(__file__).with_name("measured_run.py")
# Plugins of our own environment are none of the service's business, and cost a second.
_ENVIRONMENT = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": ".", "PYTHONUNBUFFERED": "1"}


def run_tests(specification: Specification, sources: SourceBundle, limits: Limits = LIMITS) -> TestReport:
    """Runs all tests below `tests/` in one process, with coverage of the service's package.

    Args:
        specification: names the package, and the stories that tests trace to.
        sources: the service with its page and its tests.
        limits: what the run may use.

    Returns:
        The report; `error` tells of a limit that was passed, or of a crash.

    Raises:
        BadInputError: a path of the sources leaves the project.
        SetupError: the sandbox cannot start.
    """
    script = SourceFile(path=_MEASURED_RUN.name, content=_MEASURED_RUN.read_text(encoding="utf-8"))
    outcome = run(
        [sys.executable, script.path, specification.package],
        files=sources.merged(SourceBundle(files=(script,))),
        limits=limits,
        environment=_ENVIRONMENT,
        collect=["junit.xml", "coverage.json"],
    )
    return read_report(specification, outcome, limits)
