"""A broker and a database of a fault run's own, which it may kill and start again."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tenacity import retry, retry_if_exception_type, stop_after_attempt

from connectors.settings import Settings
from deploy.local.broker import start_broker, stop_broker
from deploy.local.broker_place import BrokerPlace
from deploy.local.database import DatabasePlace, start_database, stop_database
from deploy.local.jars import fetch_jars
from deploy.local.java import OLDEST_JAVA, find_java
from deploy.local.ports import free_ports
from deploy.local.process import ProcessId, is_alive, wait_for_end
from schemas.errors import SetupError

_GONE_SECONDS = 30.0
_TRIES = 5


@dataclass(slots=True)
class Servers:
    """A running broker and a running database.

    Attributes:
        folder: holds all that the run writes.
        settings: name the two servers; home is a folder of the run's own.
    """

    folder: Path
    broker: BrokerPlace
    database: DatabasePlace
    settings: Settings
    broker_process: ProcessId
    database_process: ProcessId

    def kill_broker(self) -> None:
        """End the broker at once, as a crash does."""
        _kill(self.broker_process)

    def start_broker(self) -> None:
        """Start the broker again, and wait until it answers."""
        self.broker_process = _patiently(lambda: start_broker(self.broker))

    def kill_database(self) -> None:
        """End the database at once; it then ends its sessions."""
        _kill(self.database_process)

    def start_database(self) -> None:
        """Start the database again, and wait until it has recovered."""
        self.database_process = _patiently(lambda: start_database(self.database))


@contextmanager
def temporary_servers() -> Iterator[Servers]:
    """New servers without data, in a temporary folder; stopped and deleted at the end.

    Raises:
        SetupError: there is no Java, or a server does not start.
    """
    java = find_java()
    if java is None:
        raise SetupError(
            "Starting a broker for the fault run",
            why=f"there is no Java of version {OLDEST_JAVA} or later",
            todo="Install one, or set JAVA_HOME",
        )
    jars = fetch_jars()
    with tempfile.TemporaryDirectory(prefix="streamwright-faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        port, controller_port = free_ports(2)
        broker = BrokerPlace(folder / "kafka", java.program, jars, port, controller_port)
        database = DatabasePlace(folder / "postgres")
        settings = Settings(kafka_brokers=broker.brokers, database_url=database.url, home=folder / "home")
        database_process = _patiently(lambda: start_database(database))
        servers = None
        try:
            broker_process = _patiently(lambda: start_broker(broker))
            servers = Servers(folder, broker, database, settings, broker_process, database_process)
            yield servers
        finally:
            if servers is not None:
                stop_broker(servers.broker_process)
                database_process = servers.database_process
            stop_database(database_process)


@retry(retry=retry_if_exception_type(SetupError), stop=stop_after_attempt(_TRIES), reraise=True)
def _patiently(start: Callable[[], ProcessId]) -> ProcessId:
    """Start again what was not up in time: a busy machine is not a fault of the system."""
    return start()


def _kill(process: ProcessId) -> None:
    if is_alive(process):
        os.kill(process.pid, signal.SIGKILL)
        wait_for_end(process, _GONE_SECONDS)
