"""Asking the processes of the system whether they are ready."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from deploy.local.home import Home
from deploy.local.ports import HOST
from deploy.local.process import tail
from deploy.local.supervision import Supervised, supervised
from schemas.errors import SetupError

_READY_SECONDS = 90.0
_ANSWER_SECONDS = 2.0
# A process that ended this often since the start will not get well by itself.
_ENDS_ALLOWED = 4


def health_of(port: int) -> str:
    """'ready', or what the process says that it waits for, or 'no answer'."""
    try:
        answer = httpx.get(f"http://{HOST}:{port}/ready", timeout=_ANSWER_SECONDS)
    except httpx.HTTPError:
        return "no answer"
    if answer.status_code == 200:
        return "ready"
    try:
        told = answer.json()
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
    waiting = dict(ports)
    ends: dict[str, set[int]] = {role: set() for role in ports}
    while waiting:
        for each in supervised(home) or []:
            if each.pid:
                ends.setdefault(each.role, set()).add(each.pid)
            if each.role in waiting and len(ends[each.role]) > _ENDS_ALLOWED:
                raise _not_ready(home, each.role, "it keeps ending")
        healths = {role: health_of(port) for role, port in waiting.items()}
        waiting = {role: port for role, port in waiting.items() if healths[role] != "ready"}
        if waiting and time.monotonic() > deadline:
            role = next(iter(waiting))
            raise _not_ready(home, role, f"not ready after {limit_seconds:.0f} s: {healths[role]}")
        if waiting:
            time.sleep(0.1)


def told_health(process: Supervised, port: int | None) -> str:
    """A supervised process's health in a few words."""
    if process.state != "RUNNING" and process.state != "STARTING":
        return f"{process.state.lower()}: {process.told}"
    return health_of(port) if port else "runs"


def _not_ready(home: Home, role: str, why: str) -> SetupError:
    log: Path = home.log_of(role)
    last = tail(log, 4)
    return SetupError(
        f"Starting the process {role}",
        why=f"{why}; its last words: {last}" if last else why,
        todo=f"Read {log}; then try again with: streamwright up",
    )
