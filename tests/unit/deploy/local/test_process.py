"""A process is known by pid and start, and ends when it is asked or killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.process import ProcessId, identify, is_alive, start_detached, stop, tail


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    program = "print('started', flush=True); import time; time.sleep(60)"
    process = start_detached([sys.executable, "-c", program], log=tmp_path / "sleeper.log")
    yield process
    process.kill()
    process.wait()


def test_given_a_process_when_its_pid_is_noted_with_another_start_then_it_is_not_taken_for_it(
    sleeper: subprocess.Popen[bytes],
) -> None:
    found = identify(sleeper.pid)

    assert found is not None
    assert is_alive(found)
    assert not is_alive(ProcessId(found.pid, found.started - 3600))


def test_given_a_process_when_it_was_killed_then_its_zombie_is_not_alive(
    sleeper: subprocess.Popen[bytes],
) -> None:
    found = identify(sleeper.pid)
    assert found is not None

    assert not stop(found, timeout_seconds=0, ask_with=signal.SIGCONT)

    assert not is_alive(found)
    assert stop(found, timeout_seconds=0)


def test_given_a_process_when_asked_to_end_then_it_ends_by_itself(sleeper: subprocess.Popen[bytes]) -> None:
    found = identify(sleeper.pid)
    assert found is not None

    assert stop(found, timeout_seconds=10)


def test_given_a_pid_of_nobody_when_identified_then_there_is_none(sleeper: subprocess.Popen[bytes]) -> None:
    sleeper.kill()
    sleeper.wait()

    assert identify(sleeper.pid) is None


def test_given_a_long_log_when_its_tail_is_read_then_it_has_the_last_lines(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("".join(f"line {number}\n" for number in range(100_000)))

    assert tail(tmp_path / "log", 2) == "line 99998\nline 99999"
    assert tail(tmp_path / "none") == ""
