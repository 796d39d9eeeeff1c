"""Fault points: inert, until a file of their name is there."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from streams.runtime.fault_points import VARIABLE, reach

_PROGRAM = "from streams.runtime.fault_points import reach; reach('relay.before_commit'); print('went on')"


def _run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env={VARIABLE: str(folder), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_given_an_armed_point_when_reached_then_the_process_is_killed_and_the_next_goes_on(
    tmp_path: Path,
) -> None:
    (tmp_path / "relay.before_commit").touch()

    assert _run(tmp_path).returncode == -signal.SIGKILL
    assert _run(tmp_path).stdout == "went on\n"


def test_given_another_point_when_reached_then_the_process_goes_on(tmp_path: Path) -> None:
    (tmp_path / "relay.after_commit").touch()

    assert _run(tmp_path).stdout == "went on\n"


def test_given_no_folder_when_a_point_is_reached_then_nothing_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "work.before_work").touch()

    reach("work.before_work")

    assert (tmp_path / "work.before_work").exists()
