"""supervisord keeps the system's processes running: it starts them again, each after a longer wait."""

from __future__ import annotations

import os
import shlex
import sys
import time
import xmlrpc.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from supervisor.xmlrpc import SupervisorTransport

from deploy.local.home import Home
from deploy.local.process import ProcessId, ask_to_end, identify, start_detached, stop, tail
from deploy.local.services import PROCESSES, Process
from schemas.errors import SetupError

_START_SECONDS = 20.0
# Longer than an agent takes to finish what it is at (20 s).
_DRAIN_SECONDS = 30
_MARK = "STREAMWRIGHT_SUPERVISED"

_HEAD = """; Written by deploy/local/supervision.py at each start; changes are lost.
[supervisord]
nodaemon=true
silent=true
{user}pidfile={folder}/supervisor.pid
logfile={logs}/supervisor.log
logfile_maxbytes=5MB
logfile_backups=1
[unix_http_server]
file={socket}
chmod=0700
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

_PROGRAM = """[program:{role}]
command={command}
environment={port_setting}="{port}",{mark}="{folder}"
directory={folder}
autorestart=true
startsecs=2
startretries=1000000
stopsignal=TERM
stopwaitsecs={drain}
killasgroup=true
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=2
"""


@dataclass(frozen=True, slots=True)
class Supervised:
    """A process as the supervisor sees it.

    Attributes:
        pid: 0 where it does not run.
        state: supervisord's word: RUNNING, STARTING, BACKOFF (ended; waits before the next start), ...
        since: start, in seconds since the epoch; 0 where it never ran.
        told: supervisord's remark, as the exit code of one that ended.
    """

    role: str
    pid: int
    state: str
    since: int
    told: str


def configuration(home: Home, ports: Mapping[str, int], *, as_root: bool) -> str:
    """The text of the supervisor's configuration file."""
    head = _HEAD.format(
        folder=_escaped(home.folder),
        logs=_escaped(home.logs),
        socket=_escaped(home.supervisor_socket),
        user="user=root\n" if as_root else "",
    )
    # In one group they are stopped all at once, not one after the other.
    group = f"[group:streamwright]\nprograms={','.join(process.role for process in PROCESSES)}\n"
    programs = "".join(_program(home, process, ports[process.role]) for process in PROCESSES)
    return head + programs + group


def start_supervisor(home: Home, ports: Mapping[str, int], environment: Mapping[str, str]) -> ProcessId:
    """Start the supervisor, which starts the processes.

    Raises:
        SetupError: it ends, or does not answer.
    """
    home.logs.mkdir(parents=True, exist_ok=True)
    text = configuration(home, ports, as_root=os.geteuid() == 0)
    home.supervisor_configuration.write_text(text)
    home.supervisor_socket.unlink(missing_ok=True)
    log = home.log_of("supervisor-start")
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(home.supervisor_configuration)]
    process = start_detached(command, log=log, environment=environment, folder=home.folder)
    deadline = time.monotonic() + _START_SECONDS
    while supervised(home) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            raise SetupError(
                "Starting the supervisor of the processes",
                why=f"it does not answer; its last words: {tail(log, 3)}",
                todo=f"Read {log}",
            )
        time.sleep(0.05)
    started = identify(process.pid)
    if started is None:
        raise SetupError("Starting the supervisor of the processes", why="it ended", todo=f"Read {log}")
    return started


def supervised(home: Home) -> list[Supervised] | None:
    """The processes as the supervisor sees them; None where it does not answer."""
    if not home.supervisor_socket.exists():
        return None
    transport = SupervisorTransport(None, None, serverurl=f"unix://{home.supervisor_socket}")
    try:
        with xmlrpc.client.ServerProxy("http://localhost", transport=transport) as server:
            answer = server.supervisor.getAllProcessInfo()
    except (OSError, xmlrpc.client.Error):
        return None
    rows: list[dict[str, object]] = answer if isinstance(answer, list) else []
    return [
        Supervised(
            role=str(row["name"]),
            pid=int(str(row["pid"])),
            state=str(row["statename"]),
            since=int(str(row["start"])),
            told=str(row["spawnerr"] or row["description"]),
        )
        for row in rows
    ]


def stop_supervisor(process: ProcessId) -> bool:
    """Let the processes finish what they are at and end, then the supervisor; whether all did so."""
    return stop(process, timeout_seconds=_DRAIN_SECONDS + 10)


def stop_orphans(home: Home) -> int:
    """End processes of this home whose supervisor was killed, and give their number."""
    orphans = _orphans(home)
    for orphan in orphans:
        ask_to_end(orphan)
    for orphan in orphans:
        stop(orphan, timeout_seconds=_DRAIN_SECONDS)
    return len(orphans)


def _orphans(home: Home) -> Sequence[ProcessId]:
    found: list[ProcessId] = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(_MARK) == str(home.folder):
                found.append(ProcessId(process.pid, process.create_time()))
        except (psutil.Error, OSError):
            continue  # it ended, or is another user's
    return found


def _program(home: Home, process: Process, port: int) -> str:
    command = shlex.join([sys.executable, "-m", *process.module])
    return _PROGRAM.format(
        role=process.role,
        command=command.replace("%", "%%"),
        port_setting=process.port_setting,
        port=port,
        mark=_MARK,
        folder=_escaped(home.folder),
        drain=_DRAIN_SECONDS,
        log=_escaped(home.log_of(process.role)),
    )


def _escaped(path: Path) -> str:
    """A path as supervisord reads it: it expands %(name)s."""
    return str(path).replace("%", "%%")
