"""Runs inside the sandbox: serves the package on the loopback, asks /health, prints its OpenAPI document.

`inquire.py PACKAGE SECONDS`, with the standard library alone. The last line of the output is a JSON object
with `openapi`, or with `error` and exit code 1; what the service itself says goes to standard error.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

_STOP_SECONDS = 5.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _fetch(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return json.loads(answer.read().decode("utf-8"))


def _wait(process: subprocess.Popen[bytes], port: int, until: float) -> None:
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the service ended by itself with exit code {process.returncode}")
        try:
            health = _fetch(port, "/health")
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
            continue
        if health != {"status": "ok"}:
            raise RuntimeError(f"/health answers {health!r:.200}")
        return
    raise RuntimeError("/health does not answer in time")


def _in_process(package: str) -> Any:
    """The document without a port, where the wall lets no socket through."""
    from importlib import import_module

    return import_module(f"{package}.app").create_app("sqlite://").openapi()


def main(package: str, seconds: float) -> int:
    """Prints the document; 0 where the service started and answered."""
    try:
        port = _free_port()
    except PermissionError:
        print(json.dumps({"openapi": _in_process(package)}))
        return 0
    command = [sys.executable, "-m", package, "--port", str(port), "--database", "sqlite://"]
    process = subprocess.Popen(command, stdout=sys.stderr)
    try:
        _wait(process, port, time.monotonic() + seconds)
        print(json.dumps({"openapi": _fetch(port, "/openapi.json")}))
        return 0
    except (RuntimeError, OSError, ValueError) as error:
        print(json.dumps({"error": str(error)}))
        return 1
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.path.insert(0, ".")
    sys.exit(main(sys.argv[1], float(sys.argv[2])))
