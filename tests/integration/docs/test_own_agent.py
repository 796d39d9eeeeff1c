"""The worked example of an agent of one's own: installed, run in the real system, and audited."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.command_line.requirement_source import read_requirement
from connectors.settings import Settings
from deploy.local.system import down
from tests.integration.connectors.command_line.command import Ran

pytestmark = pytest.mark.timeout(600)
_ROOT = Path(__file__).parents[3]
_EXAMPLE = _ROOT / "docs" / "examples" / "licence-checker"
_NOTES = "Keep notes. A note has a title and a text. List the notes."


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example, installed from its wheel."""
    folder = tmp_path_factory.mktemp("installed")
    command = ["uv", "pip", "install", "--quiet", "--offline", "--no-deps", "--no-build-isolation"]
    python = ["--python", sys.executable, "--target", str(folder)]
    subprocess.run([*command, *python, str(_EXAMPLE)], check=True, timeout=120)
    return folder


@pytest.fixture
def running(prepared: Settings) -> Iterator[Settings]:
    """A home on new topics; what the commands start is stopped afterwards."""
    yield prepared
    down(prepared, print)


def _streamwright(config: Settings, installed: Path, *arguments: str) -> Ran:
    named = {
        "KAFKA_BROKERS": config.kafka_brokers,
        "DATABASE_URL": config.database_url,
        "STREAMWRIGHT_HOME": str(config.home),
        "PYTHONPATH": f"{installed}{os.pathsep}{_ROOT}",
    }
    done = subprocess.run(
        [sys.executable, "-m", "connectors.command_line.main", *arguments, "--json"],
        env={**os.environ, **named},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def _noted(config: Settings, installed: Path, delivery: str) -> list[dict[str, Any]]:
    """The example's events in the delivery's timeline, as soon as it has told what it found."""
    deadline = time.monotonic() + 60
    while True:
        ran = _streamwright(config, installed, "query", "timeline", delivery)
        events: Any = ran.answer["items"]
        own = [event for event in events if event["actor"] == "licence-checker/1"]
        if len(own) > 1 or time.monotonic() > deadline:
            return own
        time.sleep(0.5)


def test_given_the_example_installed_when_a_build_completes_then_it_notes_the_licences_and_audit_knows_it(
    running: Settings, installed: Path
) -> None:
    delivered = _streamwright(running, installed, "deliver", read_requirement(_NOTES, None))
    assert delivered.code == 0, delivered.told
    delivery = str(delivered.answer["delivery_id"])

    own = _noted(running, installed, delivery)
    verified = _streamwright(running, installed, "audit", "verify")
    replayed: Any = _streamwright(running, installed, "audit", "replay", delivery).answer
    status: Any = _streamwright(running, installed, "status").answer

    assert [event["event_type"] for event in own] == ["AgentTaskStarted", "AgentNoted"]
    assert own[1]["summary"].startswith("licences: ")
    assert int(own[1]["summary"].split()[1]) > 3
    assert own[1]["causation_id"] == own[0]["event_id"]
    assert verified.code == 0, verified.out
    assert verified.answer["verified"] == verified.answer["events"]
    assert verified.answer["pending"] == []
    assert replayed["states"]["licence-checker"] == {"attempt": 1, "status": "noted"}
    assert "licence-checker" in str(status)


def test_given_the_example_taken_away_when_the_log_is_verified_then_its_events_are_named(
    running: Settings, installed: Path, tmp_path: Path
) -> None:
    delivered = _streamwright(running, installed, "deliver", _NOTES)
    own = _noted(running, installed, str(delivered.answer["delivery_id"]))

    verified = _streamwright(running, tmp_path, "audit", "verify")

    assert verified.code == 1
    assert own[0]["event_id"] in verified.out
