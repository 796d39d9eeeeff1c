"""Brokers and a database of a fault run's own, which it may kill and start again."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tenacity import retry, retry_if_exception_type, stop_after_attempt

from connectors.settings import Settings
from deploy.faults.disks import Disk, can_mount, mounted
from deploy.faults.ways import Ports, Ways, chosen_ways, listeners_of, ports_needed, proxied
from deploy.local.broker import new_cluster_id, start_broker, stop_broker
from deploy.local.broker_place import BrokerPlace
from deploy.local.database import DatabasePlace, start_database, stop_database
from deploy.local.jars import fetch_jars
from deploy.local.java import OLDEST_JAVA, find_java
from deploy.local.ports import lasting_ports
from deploy.local.process import ProcessId, is_alive, wait_for_end
from schemas.errors import SetupError

_GONE_SECONDS = 30.0
_TRIES = 5


@dataclass(slots=True)
class Servers:
    """Running brokers and a running database.

    Attributes:
        folder: holds all that the run writes.
        artefacts: folder of what builds leave outside the log.
        settings: name the servers, directly; home is a folder of the run's own.
        ways: of the services to the servers.
        disks: of artefacts, database and each broker, as 'broker-1'; empty where none can be mounted.
        ended: servers that ended by themselves, as on a full disk.
    """

    folder: Path
    brokers: tuple[BrokerPlace, ...]
    database: DatabasePlace
    settings: Settings
    ways: Ways
    disks: dict[str, Disk]
    broker_processes: list[ProcessId] = field(default_factory=list)
    database_process: ProcessId | None = None
    ended: list[str] = field(default_factory=list)

    @property
    def artefacts(self) -> Path:
        """Folder of what builds leave outside the log."""
        return self.folder / "artefacts"

    def settings_of(self, service: str) -> Settings:
        """Settings of a service, with its ways to the servers."""
        told = {
            "kafka_brokers": self.ways.brokers_for(service),
            "database_url": self.ways.database_for(service),
        }
        return self.settings.model_copy(update=told)

    def start(self) -> None:
        """Start all of them, the brokers at once, as one alone has no majority."""
        self.database_process = _patiently(lambda: start_database(self.database))
        with ThreadPoolExecutor(len(self.brokers)) as pool:
            self.broker_processes = list(pool.map(_started, self.brokers))

    def stop(self) -> None:
        """Stop all of them in good order."""
        with ThreadPoolExecutor(len(self.brokers)) as pool:
            list(pool.map(stop_broker, self.broker_processes))
        if self.database_process is not None:
            stop_database(self.database_process)

    def kill_broker(self, number: int) -> None:
        """End a broker, from 0, at once, as a crash does."""
        _kill(self.broker_processes[number])

    def start_broker(self, number: int) -> None:
        """Start a broker, from 0, again, and wait until it answers."""
        self.broker_processes[number] = _started(self.brokers[number])

    def kill_database(self) -> None:
        """End the database at once; it then ends its sessions."""
        if self.database_process is not None:
            _kill(self.database_process)

    def start_database(self) -> None:
        """Start the database again, and wait until it has recovered."""
        self.database_process = _patiently(lambda: start_database(self.database))

    def tend(self) -> None:
        """Start again what has ended by itself."""
        for number, process in enumerate(self.broker_processes):
            if not is_alive(process):
                self.ended.append(f"broker-{number + 1}")
                self.start_broker(number)
        if self.database_process is not None and not is_alive(self.database_process):
            self.ended.append("database")
            self.start_database()


@contextmanager
def temporary_servers(services: Sequence[str], brokers: int = 1) -> Iterator[Servers]:
    """New servers without data, in a temporary folder; stopped and deleted at the end.

    Args:
        services: that have ways to them.
        brokers: how many, in one cluster.

    Raises:
        SetupError: there is no Java, or a server does not start.
    """
    with ExitStack() as stack:
        made = tempfile.TemporaryDirectory(prefix="streamwright-faults-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(made))
        # Postgres is a user of its own, and must get into the folder.
        folder.chmod(0o755)
        # All at once: a port that is free now must not be chosen a second time.
        ports = iter(lasting_ports(ports_needed(services, brokers) + 2 * brokers))
        ways = chosen_ways(services, brokers, ports)
        places = _cluster(folder, [next(ports) for _ in range(2 * brokers)], ways)
        database = DatabasePlace(folder / "postgres")
        disks = _disks(stack, folder, places, database)
        settings = Settings(
            kafka_brokers=",".join(place.brokers for place in places),
            database_url=database.url,
            home=folder / "home",
        )
        proxy = stack.enter_context(proxied(ways, database))
        servers = Servers(folder, places, database, settings, proxy, disks)
        servers.artefacts.mkdir(exist_ok=True)
        stack.callback(servers.stop)
        servers.start()
        yield servers


def _cluster(folder: Path, ports: Sequence[int], ways: dict[str, Ports]) -> tuple[BrokerPlace, ...]:
    """Places of brokers: of the ports the first half is of clients, the other one of controllers."""
    java = find_java()
    if java is None:
        raise SetupError(
            "Starting a broker for the fault run",
            why=f"there is no Java of version {OLDEST_JAVA} or later",
            todo="Install one, or set JAVA_HOME",
        )
    jars, cluster = fetch_jars(), new_cluster_id()
    brokers = len(ports) // 2
    controllers = tuple(ports[brokers:])
    return tuple(
        BrokerPlace(
            folder / f"kafka-{node}",
            java.program,
            jars,
            ports[node - 1],
            controllers[node - 1],
            node,
            controllers,
            cluster,
            listeners_of(ways, node),
        )
        for node in range(1, brokers + 1)
    )


def _disks(
    stack: ExitStack, folder: Path, brokers: Sequence[BrokerPlace], database: DatabasePlace
) -> dict[str, Disk]:
    if not can_mount():
        return {}
    folders = {"artefacts": folder / "artefacts", "database": database.folder}
    folders |= {f"broker-{place.node}": place.folder for place in brokers}
    disks = stack.enter_context(mounted(tuple(folders.values())))
    return dict(zip(folders, disks, strict=True))


@retry(retry=retry_if_exception_type(SetupError), stop=stop_after_attempt(_TRIES), reraise=True)
def _patiently(start: Callable[[], ProcessId]) -> ProcessId:
    """Start again what was not up in time: a busy machine is not a fault of the system."""
    return start()


def _started(place: BrokerPlace) -> ProcessId:
    return _patiently(lambda: start_broker(place))


def _kill(process: ProcessId) -> None:
    if is_alive(process):
        os.kill(process.pid, signal.SIGKILL)
        wait_for_end(process, _GONE_SECONDS)
