"""The outside of the sandbox: hands the sources in, reads the document that comes out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from connectors.sandbox import Limits, Outcome, run
from schemas.artefacts import SourceBundle
from schemas.errors import WorkError

_INQUIRE = Path(__file__).parent / "inquire.py"
_TAIL = 4_000
_SPARE_SECONDS = 15.0


def openapi_of(sources: SourceBundle, package: str, timeout_seconds: float = 60.0) -> str:
    """Starts the service in the sandbox; the OpenAPI document that it gave, as JSON text.

    Args:
        sources: files of the service.
        package: its Python package.
        timeout_seconds: time it has until `/health` answers.

    Raises:
        WorkError: it does not start in time, ends by itself or does not answer; `why` holds its last words.
    """
    limits = Limits(wall_seconds=timeout_seconds + _SPARE_SECONDS, cpu_seconds=int(timeout_seconds) + 15)
    command = [sys.executable, str(_INQUIRE), package, str(timeout_seconds)]
    outcome = run(command, files=sources, limits=limits, readable=(_INQUIRE.parent,))
    answer = _last_object(outcome.stdout)
    document = answer.get("openapi")
    if outcome.exit_code != 0 or not isinstance(document, dict):
        raise WorkError(
            f"Starting the service {package}",
            why=_why(outcome, str(answer.get("error", ""))),
            todo="Look at the service's own words, mend what writes it, and retry the delivery.",
        )
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _last_object(output: str) -> dict[str, object]:
    lines = output.strip().splitlines()
    try:
        found = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _why(outcome: Outcome, error: str) -> str:
    limit = f"it passed the limit of {outcome.limit_hit}" if outcome.limit_hit else ""
    cause = error or limit or f"exit code {outcome.exit_code}"
    words = outcome.stderr.strip()[-_TAIL:]
    return f"{cause}; it said: {words}" if words else cause
