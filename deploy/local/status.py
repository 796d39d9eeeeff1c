"""What runs on this machine, and how it is."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

from connectors.settings import Settings
from deploy.local import broker, database
from deploy.local.environment import BROKER, DATABASE
from deploy.local.health import health_of
from deploy.local.home import Home, home_of
from deploy.local.process import ProcessId, is_alive
from deploy.local.services import PROCESSES
from deploy.local.state import State, load
from deploy.local.supervision import SUPERVISOR, supervised
from deploy.local.supervisor import Kept


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """One server or process.

    Attributes:
        pid: None where it does not run, or is not ours.
        port: None where it has none.
        health: 'ready', or what is wrong.
        since: start, in seconds since the epoch.
        memory_bytes: resident memory, its part of what it shares, and that of its children.
    """

    role: str
    pid: int | None
    port: int | None
    health: str
    since: float | None
    memory_bytes: int | None


def status(settings: Settings) -> list[ProcessStatus]:
    """Servers and processes as they are now; nothing is changed."""
    home = home_of(settings)
    state = load(home.state)
    rows = [_broker_status(settings, home, state), _database_status(settings, home, state)]
    supervisor = state.processes.get(SUPERVISOR)
    running = supervisor is not None and is_alive(supervisor)
    rows.append(_row(SUPERVISOR, supervisor if running else None, None, "ready" if running else "down"))
    kept = {each.role: each for each in supervised(home)}
    return rows + [_process_status(process.role, kept.get(process.role), state) for process in PROCESSES]


def _broker_status(settings: Settings, home: Home, state: State) -> ProcessStatus:
    address = settings.kafka_brokers or state.kafka_brokers
    process, port = state.processes.get(BROKER), state.ports.get(BROKER)
    if state.kind == "local" and not settings.kafka_brokers:
        found = broker.running_broker(home.broker)
        process, port = found or (None, port)
    ours = process if process is not None and is_alive(process) else None
    answering = bool(address) and broker.answers(address)
    return _row(BROKER, ours, port, "ready" if answering else "no answer" if ours else "down")


def _database_status(settings: Settings, home: Home, state: State) -> ProcessStatus:
    folder = home.unkept_database if state.kind == "mock" else home.database
    process = running = database.running_database(database.DatabasePlace(folder))
    url = settings.database_url or state.database_url
    if settings.database_url or state.kind == "docker":
        process = None
    answering = bool(url) and database.answers(url)
    port = state.ports.get(DATABASE) if state.kind == "docker" else None
    return _row(DATABASE, process, port, "ready" if answering else "no answer" if running else "down")


def _process_status(role: str, kept: Kept | None, state: State) -> ProcessStatus:
    port = state.ports.get(role)
    if kept is None or not state.processes:
        return _row(role, None, port, "down")
    if kept.process is None or not is_alive(kept.process):
        return _row(role, None, port, f"down: {kept.told}" if kept.told else "down")
    return _row(role, kept.process, port, health_of(port) if port else "no port")


def _row(role: str, process: ProcessId | None, port: int | None, health: str) -> ProcessStatus:
    if process is None:
        return ProcessStatus(role, None, port, health, None, None)
    memory = _memory(process, with_children=role != SUPERVISOR)
    return ProcessStatus(role, process.pid, port, health, process.started, memory)


def _memory(process: ProcessId, *, with_children: bool) -> int | None:
    """Memory that is the processes' own, and their part of what they share with others."""
    try:
        found = psutil.Process(process.pid)
        parts = [found, *found.children(recursive=True)] if with_children else [found]
        return sum(part.memory_full_info().pss for part in parts)
    except (psutil.Error, AttributeError):
        return None
