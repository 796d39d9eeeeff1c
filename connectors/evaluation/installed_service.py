"""Installs a built wheel into a fresh environment and serves it, as whoever gets the wheel would."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
from uv import find_uv_bin

from schemas.errors import WorkError

_INSTALL_SECONDS = 300.0
# A busy machine makes a start slow, but not costly: a hang is told by processor time.
_START_PROCESSOR_SECONDS = 40.0
_START_SECONDS = 300.0
_STOP_SECONDS = 5.0
_TAIL = 1_500


def install(wheel: Path, environment: Path) -> Path:
    """Makes a virtual environment with the wheel and all that it needs; gives its Python.

    Raises:
        WorkError: the wheel cannot be installed.
    """
    python = environment / "bin" / "python"
    _run([find_uv_bin(), "venv", "--quiet", "--python", sys.executable, str(environment)], wheel)
    _run([find_uv_bin(), "pip", "install", "--quiet", "--python", str(python), str(wheel)], wheel)
    return python


def _run(command: list[str], wheel: Path) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False, cwd=wheel.parent
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(f"Installing {wheel.name}", str(error)) from error
    if done.returncode != 0:
        raise _failed(f"Installing {wheel.name}", done.stderr[-_TAIL:])


def _failed(what: str, why: str) -> WorkError:
    return WorkError(what, why=why, todo="Look at the source of the service beside the wheel")


@contextmanager
def served(python: Path, package: str, folder: Path) -> Iterator[str]:
    """Serves the package with a database of its own in the folder; gives its address until the block ends.

    It inherits no variable of ours but the path, so that no secret can leak.

    Raises:
        WorkError: it ends by itself, or does not answer `/health` in time.
    """
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LANG": "C.UTF-8"}
    log = folder / "service.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(python), "-m", package, "--port", str(port)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _await_health(process, url, package, log)
            yield url
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_health(process: subprocess.Popen[bytes], url: str, package: str, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and _processor_seconds(process) < _START_PROCESSOR_SECONDS:
        if process.poll() is not None:
            break
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/health", timeout=10).is_success:
                return
        time.sleep(0.05)
    words = log.read_text(encoding="utf-8", errors="replace")[-_TAIL:]
    raise _failed(f"Starting {package}", f"/health does not answer; it said: {words}")


def _processor_seconds(process: subprocess.Popen[bytes]) -> float:
    try:
        used = psutil.Process(process.pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(used.user + used.system)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
