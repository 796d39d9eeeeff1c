"""Where a local broker lives, and how its programs are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from string import Template

from deploy.local.ports import HOST

_HEAP = "-Xmx384m"
# Quick to start rather than quick at their peak: the serial collector and the first compiler only.
_JVM = (_HEAP, "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError")
_COPIES = 3
_SESSION_MS = 6_000
_SESSION_MS_ALONE = 600_000


@dataclass(frozen=True, slots=True)
class BrokerPlace:
    """Where a broker lives.

    Attributes:
        folder: holds server.properties, the data and broker.log.
        java: the Java program.
        jars: folder of Kafka's jars.
        port: of clients.
        controller_port: of the broker's own controller.
        node: number of the broker in its cluster, from 1.
        controllers: ports of the controllers of the cluster's nodes, in order; empty for a broker alone.
        cluster: id of the cluster; empty for a new one.
        ways: further listeners by name: the port that each has, and the port that clients are told.
    """

    folder: Path
    java: Path
    jars: Path
    port: int
    controller_port: int
    node: int = 1
    controllers: tuple[int, ...] = ()
    cluster: str = ""
    ways: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def is_alone(self) -> bool:
        """Whether it is no part of a larger cluster."""
        return len(self.controllers) <= 1

    @property
    def data(self) -> Path:
        """Folder of the log."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """File of the broker's messages."""
        return self.folder / "broker.log"

    @property
    def brokers(self) -> str:
        """What clients connect to, as host:port."""
        return f"{HOST}:{self.port}"


def properties(place: BrokerPlace, name: str, data: Path) -> str:
    """The text of the named properties file for this place, with `data` as the folder of the log."""
    text = (files("deploy.local") / "kafka" / name).read_text()
    return Template(text).substitute(_values(place, data))


def _values(place: BrokerPlace, data: Path) -> dict[str, object]:
    copies = min(_COPIES, max(len(place.controllers), 1))
    voters = enumerate(place.controllers or (place.controller_port,), start=1)
    ports = {"PLAINTEXT": (place.port, place.port), **place.ways}
    return {
        "node": place.node,
        "controller_port": place.controller_port,
        "voters": ",".join(f"{node}@{HOST}:{port}" for node, port in voters),
        "listeners": ",".join(f"{name}://{HOST}:{port}" for name, (port, _) in ports.items()),
        "advertised": ",".join(f"{name}://{HOST}:{told}" for name, (_, told) in ports.items()),
        "protocols": ",".join(f"{name}:PLAINTEXT" for name in (*ports, "CONTROLLER")),
        "data": _escaped(data),
        "copies": copies,
        "in_sync": max(copies - 1, 1),
        "session_ms": _SESSION_MS_ALONE if place.is_alone else _SESSION_MS,
    }


def java_command(place: BrokerPlace, *options: str) -> list[str]:
    """The command up to the name of the Java class, with further options of the virtual machine."""
    with as_file(files("deploy.local") / "kafka" / "log4j2.properties") as logging:
        configured = f"-Dlog4j2.configurationFile={logging.as_uri()}"
    return [str(place.java), *_JVM, configured, *options, "-cp", f"{place.jars}/*"]


def _escaped(path: Path) -> str:
    """A path as a value of a properties file."""
    return str(path).replace("\\", "\\\\")
