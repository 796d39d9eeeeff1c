"""The whole system on this machine: `up`, `down` and `status`."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from filelock import FileLock, Timeout

from connectors.settings import Settings
from deploy.local.environment import Progress, start_servers, stop_servers
from deploy.local.health import wait_until_ready
from deploy.local.home import Home, home_of
from deploy.local.ports import HOST, chosen_ports, is_free
from deploy.local.process import ProcessId, is_alive
from deploy.local.services import API, PROCESSES, environment_of, fingerprint_of
from deploy.local.state import State, load, save
from deploy.local.supervision import SUPERVISOR, start_supervisor, stop_orphans, stop_supervisor
from schemas.errors import SetupError

_LOCK_SECONDS = 180.0
# Artefacts belong to the user; they stay.
_PURGED = ("kafka", "postgres", "postgres-unkept", "logs", "faust", "database.password", "mock.address")
_PURGED_LAST = ("processes.json", "state.json")


@dataclass(frozen=True, slots=True)
class Running:
    """A running system.

    Attributes:
        settings: with the addresses of broker and database in use.
        api_url: of the query API.
        kind: of the broker: 'named', 'docker', 'local' or 'mock'.
        started: whether this `up` had to start processes.
        seconds: how long it took.
    """

    settings: Settings
    api_url: str
    kind: str
    started: bool
    seconds: float


def up(settings: Settings, progress: Progress) -> Running:
    """See that broker, database and all processes run and are ready; start what does not.

    Idempotent, and quick where all runs. Processes are started anew after a change of code or settings.

    Raises:
        SetupError: something cannot be started; the message says what and why.
    """
    began = time.monotonic()
    home = home_of(settings)
    with _alone(home, progress):
        state = load(home.state)
        state = start_servers(settings, home, state, progress)
        save(home.state, state)
        config = _with_addresses(settings, home, state)
        fingerprint = fingerprint_of(config)
        started = not (_supervisor_runs(state) and state.fingerprint == fingerprint)
        if started:
            state = _restart(config, home, state, fingerprint, progress)
        _await(home, state, progress)
    api_port = state.ports[API]
    return Running(
        settings=config.model_copy(update={"api_port": api_port}),
        api_url=f"http://{HOST}:{api_port}",
        kind=state.kind,
        started=started,
        seconds=round(time.monotonic() - began, 2),
    )


def down(settings: Settings, progress: Progress, *, purge: bool = False) -> list[str]:
    """Stop the processes, which finish what they are at, then database and broker; gives what was stopped.

    Args:
        purge: delete the log, the database and all other data; artefacts stay.

    Raises:
        SetupError: Docker refuses, or another `up` or `down` does not end.
    """
    home = home_of(settings)
    if not home.folder.exists():
        return []
    with _alone(home, progress):
        state = load(home.state)
        stopped = _stop_processes(home, state, progress)
        stopped += stop_servers(home, state, delete_data=purge)
        if purge:
            _purge(home)
        else:
            save(home.state, replace(state, processes={}, fingerprint=""))
    return stopped


def servers_up(settings: Settings, progress: Progress) -> Settings:
    """See that broker and database run, whether the processes do or not; gives their addresses.

    Raises:
        SetupError: something cannot be started; the message says what and why.
    """
    home = home_of(settings)
    with _alone(home, progress):
        state = start_servers(settings, home, load(home.state), progress)
        save(home.state, state)
        return _with_addresses(settings, home, state)


def processes_down(settings: Settings, progress: Progress) -> bool:
    """Stop the processes, which finish what they are at; gives whether any ran.

    Raises:
        SetupError: another `up` or `down` does not end.
    """
    home = home_of(settings)
    if not home.folder.exists():
        return False
    with _alone(home, progress):
        state = load(home.state)
        stopped = _stop_processes(home, state, progress)
        save(home.state, replace(state, processes=_without_supervisor(state), fingerprint=""))
    return bool(stopped)


def _without_supervisor(state: State) -> dict[str, ProcessId]:
    return {role: process for role, process in state.processes.items() if role != SUPERVISOR}


@contextmanager
def _alone(home: Home, progress: Progress) -> Iterator[None]:
    """Hold the home's lock, which the system lets go of with our process: it cannot get stale."""
    lock = FileLock(home.lock)
    try:
        home.folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0.2)
        except Timeout:
            progress("Another `up` or `down` is at work here; waiting for it")
            lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout as error:
        raise SetupError(
            f"Locking {home.lock}",
            why=f"another `up` or `down` still holds it after {_LOCK_SECONDS:.0f} s",
            todo="Wait for it to end, or end it",
        ) from error
    except OSError as error:
        raise SetupError(
            f"Using the folder {home.folder}",
            why=error.strerror or str(error),
            todo="Make room or give the right to write, or choose another with STREAMWRIGHT_HOME",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _with_addresses(settings: Settings, home: Home, state: State) -> Settings:
    return settings.model_copy(
        update={
            "kafka_brokers": state.kafka_brokers,
            "database_url": state.database_url or settings.database_url,
            "home": home.folder,
            # The processes must know an in-process broker, also where it was not asked for by name.
            "broker": "mock" if state.kind == "mock" else settings.broker,
        }
    )


def _supervisor_runs(state: State) -> bool:
    process = state.processes.get(SUPERVISOR)
    return process is not None and is_alive(process)


def _restart(config: Settings, home: Home, state: State, fingerprint: str, progress: Progress) -> State:
    _stop_processes(home, state, progress)
    progress("Preparing topics and tables")
    from deploy.local.prepare import prepare  # slow to import, and not needed where all runs

    prepare(config)
    ports = chosen_ports(state.ports, [process.role for process in PROCESSES])
    if config.api_port:
        if not is_free(config.api_port):
            raise SetupError(
                f"Starting the query API on port {config.api_port}",
                why="another program listens there",
                todo="End that program, or choose another port with STREAMWRIGHT_API_PORT",
            )
        ports[API] = config.api_port
    progress(f"Starting {len(PROCESSES)} processes")
    state = state.with_ports(ports)
    save(home.state, state)
    supervisor = start_supervisor(home, environment_of(config))
    state = replace(state.with_process(SUPERVISOR, supervisor), fingerprint=fingerprint)
    save(home.state, state)
    return state


def _await(home: Home, state: State, progress: Progress) -> None:
    ports = {process.role: state.ports[process.role] for process in PROCESSES}
    wait_until_ready(home, ports)
    progress("All processes are ready")


def _stop_processes(home: Home, state: State, progress: Progress) -> list[str]:
    process = state.processes.get(SUPERVISOR)
    stopped: list[str] = []
    if process is not None and is_alive(process):
        progress("Stopping the processes, which finish what they are at")
        stop_supervisor(process)
        stopped = ["processes"]
    orphans = stop_orphans(home)
    if orphans:
        progress(f"Stopped {orphans} processes that a killed supervisor had left")
    return stopped


def _purge(home: Home) -> None:
    for name in (*_PURGED, *_PURGED_LAST):
        path = home.folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
