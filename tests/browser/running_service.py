"""Generates a service with its page and runs it as a person would: `python -m <package> --port N`."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from schemas.artefacts import SourceBundle
from schemas.specification import Specification
from streams.agents.backend_developer import engine as backend
from streams.agents.business_analyzer.engine import analyse
from streams.agents.frontend_developer import engine as frontend
from tests.specifications import ALL

_REQUIREMENTS = Path(__file__).parent.parent / "requirements"
_START_SECONDS = 60.0
# Prints the document in the same way as the service serves it; one start fewer than asking a server.
_DOCUMENT = (
    "import json, sys; from {0}.app import create_app; print(json.dumps(create_app('sqlite://').openapi()))"
)


def specification_named(name: str) -> Specification:
    """A specification written by hand (`tasks`), or that of a requirement (`shared-06`)."""
    for written in ALL:
        if written.__name__ == name:
            return written()
    text = json.loads((_REQUIREMENTS / f"{name}.json").read_text())["text"]
    found = analyse(text if isinstance(text, str) else json.dumps(text))
    assert isinstance(found, Specification), f"{name} was asked back instead of specified: {found}"
    return found


@dataclass
class RunningService:
    """A generated service that answers at `address`."""

    specification: Specification
    address: str
    process: subprocess.Popen[bytes]

    def create(self, plural: str, **values: object) -> dict[str, Any]:
        """A new record, written without a role."""
        answer = httpx.post(f"{self.address}/{plural}", json=values, timeout=30)
        assert answer.status_code == 201, f"POST /{plural} {values}: {answer.status_code} {answer.text}"
        return dict(answer.json())

    def read(self, path: str, **query: str) -> Any:
        """The answer to a GET."""
        answer = httpx.get(f"{self.address}{path}", params=query, timeout=30)
        assert answer.status_code == 200, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def act(self, plural: str, number: int, action: str, **values: object) -> None:
        """An action on a record."""
        answer = httpx.post(f"{self.address}/{plural}/{number}/{action}", json=values, timeout=30)
        assert answer.status_code == 200, f"{action}: {answer.status_code} {answer.text}"

    def stop(self) -> None:
        """Ends the process."""
        self.process.terminate()
        self.process.wait(30)


def start(specification: Specification, folder: Path) -> RunningService:
    """Writes backend and page into the folder and serves them on a free port, with data in memory."""
    sources = backend.implement(specification)
    _write(sources, folder)
    page = frontend.implement(specification, _openapi_of(specification.package, folder))
    _write(page, folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "service.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", specification.package, "--port", str(port), "--database", "sqlite://"],
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    service = RunningService(specification, f"http://127.0.0.1:{port}", process)
    try:
        _wait(service, folder / "service.log")
    except BaseException:
        service.stop()
        raise
    return service


def _write(sources: SourceBundle, folder: Path) -> None:
    for file in sources.files:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.content, encoding="utf-8")


def _openapi_of(package: str, folder: Path) -> str:
    command = [sys.executable, "-c", _DOCUMENT.format(package)]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=60).stdout


def _wait(service: RunningService, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        assert service.process.poll() is None, f"the service ended by itself: {log.read_text()}"
        try:
            if httpx.get(f"{service.address}/health", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"/health did not answer: {log.read_text()}")
