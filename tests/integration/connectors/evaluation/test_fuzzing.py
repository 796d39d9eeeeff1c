"""schemathesis is really run on a service that has a fault."""

from __future__ import annotations

from pathlib import Path

from connectors.evaluation.fuzzing import fuzz
from tests.unit.connectors.evaluation.lending_service import lending_service, serving


def test_given_a_service_with_a_fault_when_fuzzed_then_its_server_error_is_found(tmp_path: Path) -> None:
    with serving(lending_service()) as url:
        found = fuzz(url, tmp_path, seconds=120, seed=1, max_examples=10, stop_after=6)

    assert found.trouble == ""
    assert found.cases > 0
    assert any("/tools/{id}/break" in error for error in found.server_errors), found
