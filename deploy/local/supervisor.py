"""Keeps the system's processes running: `python -m deploy.local.supervisor HOME`.

The settings are in its environment, the ports in the state file. It imports the code of the processes once
and forks them. Measured on two cores: 2 s of processor time until all eight run, where eight programs
started by supervisord took 16 s; and half the memory, as they share the code. One that ends is started
again, after a wait that doubles; SIGTERM ends all of them, then the supervisor.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import shutil
import signal
import sys
import time
import traceback
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from deploy.local.home import Home
from deploy.local.process import ProcessId, ask_to_end, identify, is_alive
from deploy.local.services import PROCESSES, Process
from deploy.local.state import load

# Longer than an agent takes to finish what it is at (20 s).
DRAIN_SECONDS = 30.0
_POLL_SECONDS = 0.1
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.5, 30.0
_WELL_AFTER_SECONDS = 60.0
_LONGEST_LOG = 10 * 2**20


@dataclass(frozen=True, slots=True)
class Kept:
    """A process as the supervisor keeps it.

    Attributes:
        process: None while it waits for its next start.
        ends: how often it ended since the supervisor started.
        ends_in_a_row: of these, those since it last ran well.
        due: time of the next start, in seconds since the epoch.
        told: how it ended last, for people.
    """

    role: str
    process: ProcessId | None = None
    ends: int = 0
    ends_in_a_row: int = 0
    due: float = 0.0
    told: str = ""


def ended(kept: Kept, code: int, now: float) -> Kept:
    """The process after its end: when it is due again, and how it ended.

    Args:
        code: exit code, or minus the number of the signal that ended it.
    """
    ran_well = kept.process is not None and now - kept.process.started >= _WELL_AFTER_SECONDS
    in_a_row = 1 if ran_well else kept.ends_in_a_row + 1
    wait = min(_FIRST_WAIT_SECONDS * 2 ** (in_a_row - 1), _LONGEST_WAIT_SECONDS)
    told = f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
    return replace(kept, process=None, ends=kept.ends + 1, ends_in_a_row=in_a_row, due=now + wait, told=told)


def main(folder: Path) -> None:
    """Keep the processes of this home running until SIGTERM or SIGINT."""
    home = Home(folder)
    asked_to_end: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: asked_to_end.append(received))
    for module in {process.module for process in PROCESSES}:
        with contextlib.suppress(Exception):  # the process itself will say what is wrong with it
            importlib.import_module(module)
    gc.freeze()
    kept = {process.role: Kept(process.role) for process in PROCESSES}
    logs_due = 0.0
    while not asked_to_end:
        changed = _start_due(home, kept) | _reap(kept)
        if changed:
            _record(home, kept)
        if time.monotonic() > logs_due:
            logs_due = time.monotonic() + 60
            _shorten_logs(home)
        time.sleep(_POLL_SECONDS)
    _end_all(kept)
    _record(home, kept)


def _start_due(home: Home, kept: dict[str, Kept]) -> bool:
    ports = load(home.state).ports if any(each.process is None for each in kept.values()) else {}
    started = False
    for process in PROCESSES:
        each = kept[process.role]
        if each.process is None and each.due <= time.time():
            kept[process.role] = replace(each, process=_fork(home, process, ports[process.role]))
            started = True
    return started


def _fork(home: Home, process: Process, port: int) -> ProcessId | None:
    home.logs.mkdir(parents=True, exist_ok=True)
    pid = os.fork()
    if pid:
        return identify(pid)
    code = 70
    try:
        _become(home, process, port)
        process.run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _become(home: Home, process: Process, port: int) -> None:
    """Turn the fork into the process: a session, a log, an environment and signals of its own."""
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    log = os.open(home.log_of(process.role), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    told = process.told(os.environ, port)
    os.environ.clear()
    os.environ.update(told)
    # What `top` and `ps -o comm` show; there is no such file on other systems than Linux.
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(process.role[:15])


def _reap(kept: dict[str, Kept]) -> bool:
    """Take note of processes that ended."""
    roles = {each.process.pid: role for role, each in kept.items() if each.process is not None}
    changed = False
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return changed
        if pid == 0:
            return changed
        if pid in roles:
            role = roles[pid]
            kept[role] = ended(kept[role], os.waitstatus_to_exitcode(status), time.time())
            changed = True


def _end_all(kept: dict[str, Kept]) -> None:
    """Ask all at once to end, and kill what is left after the drain time, with its children."""
    for each in kept.values():
        if each.process is not None:
            ask_to_end(each.process)
    deadline = time.monotonic() + DRAIN_SECONDS
    while any(each.process is not None for each in kept.values()) and time.monotonic() < deadline:
        _reap(kept)
        time.sleep(_POLL_SECONDS)
    for each in kept.values():
        if each.process is not None and is_alive(each.process):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(each.process.pid, signal.SIGKILL)


def _record(home: Home, kept: dict[str, Kept]) -> None:
    whole = home.processes.with_suffix(".new")
    with contextlib.suppress(OSError):  # a full disk must not end the processes
        whole.write_text(json.dumps([asdict(each) for each in kept.values()]))
        whole.replace(home.processes)


def _shorten_logs(home: Home) -> None:
    """Move the content of a long log aside; the processes append, so they go on at the new end."""
    for process in PROCESSES:
        log = home.log_of(process.role)
        with contextlib.suppress(OSError):
            if log.stat().st_size > _LONGEST_LOG:
                shutil.copyfile(log, log.with_suffix(".log.1"))
                os.truncate(log, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
