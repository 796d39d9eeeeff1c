"""Tries a running service with schemathesis, for a bounded time."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
_SPARE_SECONDS = 300


@dataclass(frozen=True)
class FuzzFindings:
    """What schemathesis found.

    Attributes:
        cases: requests that were sent.
        server_errors: operations that answered from 500 on.
        violations: operations and how their answers differ from the service's own OpenAPI document.
        trouble: why it could not run, '' where it did.
    """

    cases: int = 0
    server_errors: tuple[str, ...] = ()
    violations: tuple[str, ...] = ()
    trouble: str = ""


def fuzz(
    url: str,
    folder: Path,
    *,
    seconds: int,
    seed: int,
    max_examples: int = 50,
    stop_after: int | None = None,
) -> FuzzFindings:
    """Sends generated requests, good and bad, to every operation.

    Args:
        url: of the service.
        folder: where the report is written.
        seconds: time for all requests.
        max_examples: requests for each operation in each phase.
        stop_after: failures after which it ends early, None for never.
    """
    report = folder / "schemathesis.json"
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json"]
    command += ["--max-time", str(seconds), "--seed", str(seed), "-n", str(max_examples), "--no-shrink"]
    command += ["--phases", "coverage,fuzzing,stateful", "--warnings", "off"]
    command += ["--continue-on-failure"] if stop_after is None else ["--max-failures", str(stop_after)]
    command += ["--checks", ",".join(_CHECKS), "--report", "json", "--report-json-path", str(report)]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=seconds + _SPARE_SECONDS,
            check=False,
        )
        return findings_of(json.loads(report.read_text(encoding="utf-8")))
    except subprocess.TimeoutExpired:
        return FuzzFindings(trouble="schemathesis did not end in its time")
    except (OSError, ValueError) as error:
        words = done.stderr[-300:] or done.stdout[-300:]
        return FuzzFindings(trouble=f"schemathesis left no report: {error}; {words}")


def findings_of(report: dict[str, Any]) -> FuzzFindings:
    """Reads schemathesis' JSON report."""
    errors: list[str] = []
    violations: list[str] = []
    for failure in report.get("failures", ()):
        kept = errors if failure.get("type") == "ServerError" else violations
        kept += [f"{operation}: {failure.get('title')}" for operation in failure.get("operations") or ("?",)]
    troubles = [str(error.get("message") or error)[:200] for error in report.get("errors", ())]
    cases = int(report.get("test_cases", {}).get("generated", 0))
    if not cases:
        troubles.append(f"no request was sent: {report.get('stop_reason') or 'no reason given'}")
    return FuzzFindings(
        cases=cases,
        server_errors=tuple(errors),
        violations=tuple(violations),
        trouble="; ".join(troubles)[:500],
    )
