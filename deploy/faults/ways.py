"""The ways of services to the servers: through a proxy that a run can close, each by ports of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from psycopg.conninfo import make_conninfo

from deploy.faults.proxy import HOST
from deploy.local.database import DATABASE, OWNER, DatabasePlace
from schemas.errors import SetupError

Target = Literal["kafka", "database"]
_STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports of one service: of the proxy to the database, and of each broker and the proxy to it."""

    database: int
    brokers: tuple[tuple[int, int], ...]


def ports_needed(services: Sequence[str], brokers: int) -> int:
    """How many ports the ways of the services take."""
    return len(services) * (1 + 2 * brokers)


def chosen_ways(services: Sequence[str], brokers: int, ports: Iterator[int]) -> dict[str, Ports]:
    """Ports for each service, from these."""
    return {
        service: Ports(next(ports), tuple((next(ports), next(ports)) for _ in range(brokers)))
        for service in services
    }


def listeners_of(ways: Mapping[str, Ports], node: int) -> dict[str, tuple[int, int]]:
    """The listeners of a broker, from 1, one for each service: its port, and that of the proxy to it."""
    return {service.upper().replace("-", "_"): ports.brokers[node - 1] for service, ports in ways.items()}


@dataclass(frozen=True, slots=True)
class Ways:
    """The running proxy."""

    ports: Mapping[str, Ports]
    process: subprocess.Popen[str]

    def brokers_for(self, service: str) -> str:
        """host:port list that the service is told."""
        return ",".join(f"{HOST}:{told}" for _, told in self.ports[service].brokers)

    def database_for(self, service: str) -> str:
        """Connection string of the owner that the service is told."""
        return make_conninfo(host=HOST, port=self.ports[service].database, user=OWNER, dbname=DATABASE)

    def take(self, way: str, service: str, target: Target) -> None:
        """Let the service's connections to the target be open, refused, reset, or lead nowhere.

        Raises:
            SetupError: the proxy has ended.
        """
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(f"{way} {service}/{target}\n")
            self.process.stdin.flush()
        except OSError as error:
            raise _ended(self.process) from error
        _await_ok(self.process)


@contextmanager
def proxied(ports: Mapping[str, Ports], database: DatabasePlace) -> Iterator[Ways]:
    """A proxy, which runs in the block.

    Raises:
        SetupError: it does not start.
    """
    socket = str(database.sockets / ".s.PGSQL.5432")
    routes: dict[str, dict[str, object]] = {}
    for service, chosen in ports.items():
        routes[f"{service}/database"] = {"port": chosen.database, "to": socket}
        for node, (port, told) in enumerate(chosen.brokers, start=1):
            routes[f"{service}/kafka-{node}"] = {"port": told, "to": [HOST, port]}
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.faults.proxy", json.dumps(routes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        _await_ok(process)
        yield Ways(ports, process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_ok(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    if process.stdout.readline().strip() != "ok":
        raise _ended(process)


def _ended(process: subprocess.Popen[str]) -> SetupError:
    return SetupError(
        "Asking the proxy of the fault run",
        why=f"it has ended with code {process.poll()}",
        todo="Read its messages above",
    )
