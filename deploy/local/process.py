"""Processes by pid and start time, so that a pid which the system gave to another is not taken for ours."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

# A correction of the clock moves the start times that the system tells.
_SAME_START_SECONDS = 5.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class ProcessId:
    """One process of this machine.

    Attributes:
        started: when it started, in seconds since the epoch.
    """

    pid: int
    started: float


def identify(pid: int) -> ProcessId | None:
    """The process that has this pid now."""
    try:
        return ProcessId(pid, psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def is_alive(process: ProcessId) -> bool:
    """Whether just this process still runs; a zombie does not."""
    try:
        found = psutil.Process(process.pid)
        same = abs(found.create_time() - process.started) < _SAME_START_SECONDS
        return same and found.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def start_detached(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program that outlives this process, in a session of its own, with its output in a file.

    Raises:
        OSError: the program or the log file cannot be opened.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd=folder,
            start_new_session=True,
        )


def stop(process: ProcessId, *, timeout_seconds: float, ask_with: signal.Signals = signal.SIGTERM) -> bool:
    """Ask a process to end, and kill it after the time-out; whether it ended by itself."""
    ask_to_end(process, ask_with)
    if wait_for_end(process, timeout_seconds):
        return True
    ask_to_end(process, signal.SIGKILL)
    wait_for_end(process, 10.0)
    return False


def wait_for_end(process: ProcessId, timeout_seconds: float) -> bool:
    """Whether the process ended within this time."""
    deadline = time.monotonic() + timeout_seconds
    while is_alive(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def ask_to_end(process: ProcessId, number: signal.Signals = signal.SIGTERM) -> None:
    """Send the signal, and do not wait; nothing where the process is gone."""
    if not is_alive(process):
        return
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        return


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log file; empty where there is none."""
    try:
        with log.open("rb") as opened:
            opened.seek(max(log.stat().st_size - 16_384, 0))
            return "\n".join(opened.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
