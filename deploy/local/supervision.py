"""Starting, asking and stopping the supervisor of the system's processes (`deploy.local.supervisor`)."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.local.home import Home
from deploy.local.process import ProcessId, ask_to_end, identify, is_alive, start_detached, stop, tail
from deploy.local.supervisor import DRAIN_SECONDS, Kept
from schemas.errors import SetupError

SUPERVISOR = "supervisor"
_START_SECONDS = 60.0


def start_supervisor(home: Home, environment: Mapping[str, str]) -> ProcessId:
    """Start the supervisor, which starts the processes on the ports of the state file.

    Raises:
        SetupError: it ends, or does not start them.
    """
    home.processes.unlink(missing_ok=True)
    log = home.log_of("supervisor")
    command = [sys.executable, "-m", "deploy.local.supervisor", str(home.folder)]
    process = start_detached(command, log=log, environment=environment, folder=home.folder)
    deadline = time.monotonic() + _START_SECONDS
    while not home.processes.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise _failure(log)
        time.sleep(0.05)
    started = identify(process.pid)
    if started is None:
        raise _failure(log)
    return started


def supervised(home: Home) -> list[Kept]:
    """The processes as the supervisor recorded them last; empty where it never ran."""
    try:
        rows = json.loads(home.processes.read_text())
        return [
            Kept(**{**row, "process": ProcessId(**row["process"]) if row["process"] else None})
            for row in rows
        ]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def stop_supervisor(process: ProcessId) -> bool:
    """Let the processes finish what they are at and end, then the supervisor; whether all did so."""
    return stop(process, timeout_seconds=DRAIN_SECONDS + 10)


def stop_orphans(home: Home) -> int:
    """End the processes of a supervisor that was killed, and give their number."""
    recorded = [each.process for each in supervised(home)]
    orphans = [process for process in recorded if process is not None and is_alive(process)]
    for orphan in orphans:
        ask_to_end(orphan)
    for orphan in orphans:
        stop(orphan, timeout_seconds=DRAIN_SECONDS)
    return len(orphans)


def _process(row: dict[str, float] | None) -> ProcessId | None:
    return ProcessId(int(row["pid"]), row["started"]) if row else None


def _failure(log: Path) -> SetupError:
    return SetupError(
        "Starting the supervisor of the processes",
        why=f"it ended, or started none of them; its last words: {tail(log, 3)}",
        todo=f"Read {log}",
    )
