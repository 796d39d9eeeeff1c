"""The projector as a process of its own, to be killed, and what the read models then hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx
import psycopg

from connectors.postgres.roles import service_url
from connectors.settings import Settings
from projections.checksums import TableChecksum, checksums

_DEADLINE_SECONDS = 60.0
T = TypeVar("T")


class ProjectorProcess:
    """`python -m projections.projector` with its log in a file."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self._log = log.open("ab")
        self._log_path = log
        log_start = log.stat().st_size
        environment = {
            **os.environ,
            "KAFKA_BROKERS": settings.kafka_brokers,
            "DATABASE_URL": settings.database_url,
            "STREAMWRIGHT_HTTP_PORT": "0",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "projections.projector"], env=environment, stderr=self._log
        )
        self._log_start = log_start

    def wait_until_started(self) -> None:
        """Return once its web pages are there."""
        eventually(self._started_lines)

    @property
    def address(self) -> str:
        """Where its web pages are."""
        lines = eventually(self._started_lines)
        return f"http://127.0.0.1:{json.loads(lines[0])['port']}"

    def _started_lines(self) -> list[str]:
        assert self._process.poll() is None, self._log_path.read_text()[self._log_start :]
        text = self._log_path.read_bytes()[self._log_start :].decode()
        return [line for line in text.splitlines() if '"event": "started"' in line]

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait(10)

    def terminate(self) -> int:
        """End it in good order; gives the exit code."""
        self._process.terminate()
        return self._process.wait(15)

    def ready(self) -> dict[str, object]:
        """What /ready tells."""
        told: dict[str, object] = httpx.get(f"{self.address}/ready", timeout=10).json()
        return told


@contextmanager
def projector(settings: Settings, log: Path) -> Iterator[ProjectorProcess]:
    """A running projector."""
    process = ProjectorProcess(settings, log)
    try:
        yield process
    finally:
        process.kill()


def eventually(look: Callable[[], T], seconds: float = _DEADLINE_SECONDS) -> T:
    """What `look` gives once it is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds:g} s: {look()!r}")


def events_projected(settings: Settings) -> int:
    """Rows of the timeline."""
    with psycopg.connect(service_url(settings.database_url, "projections")) as connection:
        row = connection.execute("SELECT count(*) FROM timeline").fetchone()
    assert row is not None
    return int(row[0])


def read_model_checksums(settings: Settings) -> dict[str, TableChecksum]:
    """The checksum of each table of the live read models."""
    url = service_url(settings.database_url, "projections")
    with psycopg.connect(url, autocommit=True) as connection:
        return checksums(connection, "projections")
