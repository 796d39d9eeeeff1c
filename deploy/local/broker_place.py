"""Where a local broker lives, and how its programs are called."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from string import Template

from deploy.local.ports import HOST

_HEAP = "-Xmx384m"
# Quick to start rather than quick at their peak: the serial collector and the first compiler only.
_JVM = (_HEAP, "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError")


@dataclass(frozen=True, slots=True)
class BrokerPlace:
    """Where a broker lives.

    Attributes:
        folder: holds server.properties, the data and broker.log.
        java: the Java program.
        jars: folder of Kafka's jars.
        port: of clients.
        controller_port: of the broker's own controller.
    """

    folder: Path
    java: Path
    jars: Path
    port: int
    controller_port: int

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
    values = {"port": place.port, "controller_port": place.controller_port, "data": _escaped(data)}
    return Template(text).substitute(values)


def java_command(place: BrokerPlace, *options: str) -> list[str]:
    """The command up to the name of the Java class, with further options of the virtual machine."""
    with as_file(files("deploy.local") / "kafka" / "log4j2.properties") as logging:
        configured = f"-Dlog4j2.configurationFile={logging.as_uri()}"
    return [str(place.java), *_JVM, configured, *options, "-cp", f"{place.jars}/*"]


def _escaped(path: Path) -> str:
    """A path as a value of a properties file."""
    return str(path).replace("\\", "\\\\")
