"""Starts an installed service, asks it what a first visitor would, stops it, and prints what it saw.

Runs by itself inside the sandbox with the standard library alone: `check_service.py PYTHON PACKAGE`.
The last line of its output is a JSON object; exit code 1 and `error` in it where something is wrong.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

START_SECONDS = 30.0
STOP_SECONDS = 10.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(port: int, path: str) -> tuple[int, str, str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return answer.status, answer.headers.get_content_type(), answer.read().decode("utf-8")


def wait_for_health(process: subprocess.Popen[bytes], port: int, started: float) -> float:
    while time.monotonic() - started < START_SECONDS:
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with exit code {process.returncode}")
        try:
            status, _, body = fetch(port, "/health")
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
            continue
        if status == 200 and json.loads(body) == {"status": "ok"}:
            return time.monotonic() - started
        raise RuntimeError(f"/health answered {status} {body[:200]}")
    raise RuntimeError(f"/health did not answer within {START_SECONDS:.0f} s")


def look(process: subprocess.Popen[bytes], port: int, started: float) -> dict[str, object]:
    seconds = wait_for_health(process, port, started)
    _, kind, body = fetch(port, "/openapi.json")
    document = json.loads(body)
    if kind != "application/json" or not str(document.get("openapi", "")).startswith("3."):
        raise RuntimeError("/openapi.json is no OpenAPI 3 document")
    names = [
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
        if isinstance(operation, dict) and "operationId" in operation
    ]
    _, kind, page = fetch(port, "/")
    if kind != "text/html" or "<html" not in page.lower():
        raise RuntimeError(f"the page at / is {kind}")
    return {"health_seconds": seconds, "operations": names}


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(python: str, package: str) -> int:
    port = free_port()
    started = time.monotonic()
    process = subprocess.Popen([python, "-m", package, "--port", str(port)], stdout=sys.stderr)
    try:
        print(json.dumps(look(process, port, started)))
        return 0
    except (RuntimeError, OSError, ValueError, KeyError) as error:
        print(json.dumps({"error": str(error)}))
        return 1
    finally:
        stop(process)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
