"""`evaluate` delivers, installs, starts, calls and scores, on real servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.settings import Settings
from deploy.local.system import down

pytestmark = pytest.mark.timeout(900)
_SET = [
    {
        "id": "notes",
        "text": "Keep notes. A note has a title and a text. List the notes.",
        "checks": {
            "entities": {"Note": ["title", "text"], "Invoice": ["number"]},
            "operations": ["create note", "list notes", "pay invoice"],
        },
    },
    {"id": "vague", "text": "Make everything better.", "checks": {"outcome": "clarification"}},
]


@pytest.fixture
def running(prepared: Settings) -> Iterator[Settings]:
    """A home on new topics; what the command starts is stopped afterwards."""
    yield prepared
    down(prepared, print)


def test_given_a_tiny_set_when_evaluated_then_found_and_missing_things_are_scored_and_kept(
    running: Settings, tmp_path: Path
) -> None:
    file, out = tmp_path / "set.jsonl", tmp_path / "out"
    file.write_text("".join(json.dumps(line) + "\n" for line in _SET))

    first = _evaluate(running, "--set", str(file), "--out", str(out), "--quick")
    again = _evaluate(
        running, "--set", str(file), "--out", str(out), "--quick", "--resume", "--compare", str(out)
    )

    assert (first["requirements"], first["built"], first["clarified"], first["failed"]) == (2, 0.5, 0.5, 0.0)
    assert (first["as_expected"], first["entities_found"], first["operations_working"]) == (1.0, 0.5, 0.6667)
    assert (first["server_errors"], first["mutants_caught"]) == (0, None)
    assert first["line_coverage"] > 0.8
    assert (out / "evaluation.svg").stat().st_size > 1000
    changed = {c["name"] for c in again["compared"]["figures"] if c["before"] != c["after"]}
    assert changed <= {"seconds"}
    kept = json.loads((out / "evaluation.json").read_text())["requirements"]
    assert [(score["id"], score["troubles"]) for score in kept] == [("notes", []), ("vague", [])]


def _evaluate(config: Settings, *arguments: str) -> dict[str, Any]:
    named = {
        "KAFKA_BROKERS": config.kafka_brokers,
        "DATABASE_URL": config.database_url,
        "STREAMWRIGHT_HOME": str(config.home),
    }
    done = subprocess.run(
        [sys.executable, "-m", "connectors.command_line.main", "evaluate", *arguments, "--json"],
        env={**os.environ, **named},
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer
