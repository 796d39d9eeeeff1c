"""Builds services and runs their own tests: python -m tests.specifications.try_all [--keep DIR] [WHAT ...]

WHAT is the name of a specification written by hand, or a file with a requirement; without any, all
specifications written by hand. Prints one line for each, and the tests that failed; exits with 1 where
one did. With --keep the files of each service are left in a folder below DIR.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from connectors.sandbox.launch import write_files
from connectors.service_runner import openapi_of
from schemas.artefacts import SourceBundle, TestReport
from schemas.specification import Specification
from streams.agents.backend_developer.engine import implement as implement_backend
from streams.agents.business_analyzer.engine import analyse
from streams.agents.frontend_developer.engine import implement as implement_frontend
from streams.agents.testing_engineer.engine import write_tests
from streams.agents.testing_engineer.runner import run_tests
from tests.specifications import ALL

_WRITTEN = {written.__name__: written for written in ALL}


def specification_of(what: str) -> Specification | None:
    """The specification of that name, or of the requirement in that file; None where there are questions."""
    if what in _WRITTEN:
        return _WRITTEN[what]()
    found = analyse(Path(what).read_text(encoding="utf-8"))
    return found if isinstance(found, Specification) else None


def service_of(specification: Specification) -> SourceBundle:
    """Backend, page and tests."""
    backend = implement_backend(specification)
    page = implement_frontend(specification, openapi_of(backend, specification.package))
    return backend.merged(page).merged(write_tests(specification))


def line_of(what: str, report: TestReport, seconds: float) -> str:
    """The figures of one service."""
    return (
        f"{Path(what).name:24} passed {report.passed:4} failed {report.failed:3}"
        f" line {report.line_coverage:.3f} branch {report.branch_coverage:.3f}"
        f" tests {report.seconds:5.1f} s, all {seconds:5.1f} s {report.error}"
    )


def main() -> int:
    """1 where a test failed, else 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", default=list(_WRITTEN))
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    bad = 0
    for what in options.what:
        started = time.monotonic()
        specification = specification_of(what)
        if specification is None:
            print(f"{Path(what).name:24} ends in questions", flush=True)
            continue
        sources = service_of(specification)
        if options.keep:
            write_files(sources, options.keep / Path(what).stem)
        report = run_tests(specification, sources)
        print(line_of(what, report, time.monotonic() - started), flush=True)
        for case in report.cases:
            if case.outcome == "failed":
                print(
                    f"    {case.name}: {case.message.splitlines()[0][:200] if case.message else ''}",
                    flush=True,
                )
        bad += bool(report.failed or report.error or not report.passed)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
