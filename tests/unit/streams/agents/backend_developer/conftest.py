"""Written services with an empty database each, and their clock."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from connectors.sandbox.launch import write_files
from schemas.specification import Specification
from streams.agents.backend_developer.engine import implement

Make = Callable[[], Specification]


class Service:
    """A running service.

    Attributes:
        client: sends requests to it; a fault in it is an answer of 500.
        clock: module of its clock.
    """

    def __init__(self, client: TestClient, clock: Any) -> None:
        self.client = client
        self.clock = clock

    def set_clock(self, moment: str) -> None:
        """Moves its clock."""
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        self.clock.now = lambda: at

    def made(self, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        """The record that a create gives."""
        answer = self.client.post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def got(self, path: str) -> Any:
        """What a good GET gives."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


def start(specification: Specification, folder: Path) -> Service:
    """Writes the service below the folder and imports it."""
    write_files(implement(specification), folder)
    package = specification.package
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    try:
        app = importlib.import_module(f"{package}.app")
        for module in folder.glob(f"{package}/**/*.py"):
            if module.stem != "__main__":
                dotted = ".".join(module.relative_to(folder).with_suffix("").parts)
                importlib.import_module(dotted.removesuffix(".__init__"))
        clock = importlib.import_module(f"{package}.clock")
    finally:
        sys.path.remove(str(folder))
    return Service(TestClient(app.create_app("sqlite://"), raise_server_exceptions=False), clock)


@pytest.fixture
def serve(tmp_path: Path) -> Callable[[Make], Service]:
    """Starts the service of a specification, its clock on a Wednesday at ten."""

    def started(make: Make) -> Service:
        service = start(make(), tmp_path)
        service.set_clock("2026-03-18T10:00:00")
        return service

    return started
