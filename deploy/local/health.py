"""Asking the processes of the system whether they are ready."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from deploy.local.home import Home
from deploy.local.ports import HOST
from deploy.local.process import tail
from deploy.local.supervision import supervised
from schemas.errors import SetupError

_READY_SECONDS = 90.0
_ANSWER_SECONDS = 2.0
# A process that ended this often since the start will not get well by itself.
_ENDS_ALLOWED = 3


def health_of(port: int) -> str:
    """'ready', or what the process says that it waits for, or 'no answer'."""
    # http.client: httpx would spend 30 ms of processor time on each of these questions.
    connection = HTTPConnection(HOST, port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", "/ready")
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, HTTPException):
        return "no answer"
    finally:
        connection.close()
    if answer.status == 200:
        return "ready"
    try:
        told = json.loads(body)
        problem = told.get("problem") or "; ".join(told.get("problems", []))
    except (ValueError, AttributeError):
        problem = ""
    return f"waiting: {problem}" if problem else "waiting"


def wait_until_ready(home: Home, ports: Mapping[str, int], *, limit_seconds: float = _READY_SECONDS) -> None:
    """Wait until each process says that it is ready.

    Raises:
        SetupError: one keeps ending, or is not ready within the limit.
    """
    deadline = time.monotonic() + limit_seconds
    before = {each.role: each.ends for each in supervised(home)}
    waiting = dict(ports)
    while waiting:
        for each in supervised(home):
            if each.role in waiting and each.ends - before.get(each.role, 0) >= _ENDS_ALLOWED:
                raise _not_ready(home, each.role, f"it keeps ending: {each.told}")
        healths = {role: health_of(port) for role, port in waiting.items()}
        waiting = {role: port for role, port in waiting.items() if healths[role] != "ready"}
        if waiting and time.monotonic() > deadline:
            role = next(iter(waiting))
            raise _not_ready(home, role, f"not ready after {limit_seconds:.0f} s: {healths[role]}")
        if waiting:
            time.sleep(0.2)


def _not_ready(home: Home, role: str, why: str) -> SetupError:
    log: Path = home.log_of(role)
    last = tail(log, 4)
    return SetupError(
        f"Starting the process {role}",
        why=f"{why}; its last words: {last}" if last else why,
        todo=f"Read {log}; then try again with: streamwright up",
    )
