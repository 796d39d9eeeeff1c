"""A real Kafka broker on this machine, from jars, in KRaft mode. Its data survives restarts."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

import psutil
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.local.broker_place import BrokerPlace, java_command, properties
from deploy.local.fencing import fence_crashed_broker
from deploy.local.ports import accepts, becomes_free
from deploy.local.process import ProcessId, identify, is_alive, start_detached, stop, tail
from schemas.errors import SetupError

_FORMAT_SECONDS = 60.0
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
# The threads of a killed broker hold its port for a moment after it is gone.
_PORT_SECONDS = 3.0
_LISTENER = re.compile(r"^listeners=PLAINTEXT://[^:]+:(\d+)", re.MULTILINE)
_ASIDE = ".formatting"


def start_broker(place: BrokerPlace) -> ProcessId:
    """Start the broker, formatting its folder the first time, and wait until it answers.

    Raises:
        SetupError: a port is in use, the folder cannot be used, or the broker ends or does not answer.
    """
    for port in (place.port, place.controller_port, *(port for port, _ in place.ways.values())):
        if not becomes_free(port, _PORT_SECONDS):
            raise SetupError(
                f"Starting the broker on port {port}",
                why="another program listens there",
                todo="End that program, or let `streamwright up` choose other ports",
            )
    place.folder.mkdir(parents=True, exist_ok=True)
    _format(place)
    if place.is_alone:  # the others of a cluster see to it
        fence_crashed_broker(place)
    configuration = place.folder / "server.properties"
    configuration.write_text(properties(place, "server.properties", place.data))
    process = start_detached(
        [*java_command(place), "kafka.Kafka", str(configuration)], log=place.log, folder=place.folder
    )
    _wait_until_it_answers(place, process)
    started = identify(process.pid)
    if started is None:
        raise _failure(place)
    return started


def new_cluster_id() -> str:
    """An id that no other cluster has."""
    return urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "a")


def stop_broker(process: ProcessId) -> bool:
    """Stop the broker; whether it ended by itself, with all it knew on disk."""
    return stop(process, timeout_seconds=_STOP_SECONDS)


def answers(brokers: str, timeout_seconds: float = 2.0) -> bool:
    """Whether a broker there answers a client."""
    client = AdminClient({"bootstrap.servers": brokers, "log_level": 0, "socket.timeout.ms": 2000})
    try:
        return bool(client.list_topics(timeout=timeout_seconds).brokers)
    except KafkaException:
        return False


def running_broker(folder: Path) -> tuple[ProcessId, int] | None:
    """The broker whose folder this is, and its port, if it runs; found without any note about it."""
    configuration = folder / "server.properties"
    process = _program_with(configuration)
    if process is None:
        return None
    found = _LISTENER.search(configuration.read_text())
    return (process, int(found.group(1))) if found else None


def stop_leftover_controller(folder: Path) -> None:
    """End a controller that fenced a broker when its `up` was killed; it would block the broker's start."""
    process = _program_with(folder / "fencing.properties")
    if process is not None:
        stop(process, timeout_seconds=_STOP_SECONDS)


def _program_with(configuration: Path) -> ProcessId | None:
    for process in psutil.process_iter(["cmdline", "status"]):
        command, alive = process.info["cmdline"] or [], process.info["status"] != psutil.STATUS_ZOMBIE
        if alive and command[-2:] == ["kafka.Kafka", str(configuration)]:
            return identify(process.pid)
    return None


def _format(place: BrokerPlace) -> None:
    """Format the data folder under another name, so that one with its name is always whole."""
    if (place.data / "meta.properties").exists():
        return
    _refuse_topics_without_meta(place.data)
    shutil.rmtree(place.data, ignore_errors=True)
    aside = place.data.with_name(place.data.name + _ASIDE)
    shutil.rmtree(aside, ignore_errors=True)
    configuration = place.folder / "format.properties"
    configuration.write_text(properties(place, "server.properties", aside))
    cluster = place.cluster or new_cluster_id()
    command = [*java_command(place), "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}"]
    command += ["-c", str(configuration)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_FORMAT_SECONDS, check=False)
    if done.returncode != 0:
        raise SetupError(
            f"Formatting the broker's folder {place.data}",
            why=(done.stderr or done.stdout).strip()[-600:],
            todo="Check that the disk has room and that the folder can be written",
        )
    configuration.unlink()
    aside.rename(place.data)


def _refuse_topics_without_meta(data: Path) -> None:
    logs = sorted(path.name for path in data.glob("*-*/*.log")) if data.exists() else []
    if logs:
        raise SetupError(
            f"Reading the broker's folder {data}",
            why="it holds logs of topics, but meta.properties, which tells whose they are, is missing",
            todo="Put meta.properties back, or delete all local data with: streamwright down --purge",
        )


def _wait_until_it_answers(place: BrokerPlace, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not (_listens(place) and answers(place.brokers)):
        if process.poll() is not None:
            raise _failure(place)
        if time.monotonic() > deadline:
            found = identify(process.pid)
            if found is not None and is_alive(found):
                stop_broker(found)
            raise SetupError(
                f"Starting the broker on port {place.port}",
                why=f"it did not answer within {_START_SECONDS:.0f} s",
                todo=f"Read {place.log}; its last lines are: {tail(place.log, 3)}",
            )
        time.sleep(0.05)


def _listens(place: BrokerPlace) -> bool:
    return accepts(place.port)


# What a broker's log says when it cannot start, and what it means.
_CAUSES = (
    ("No space left on device", "the disk is full", "Make room, then start again; nothing is lost"),
    ("Address already in use", "a port is in use", "End the program that listens there, or start again"),
    ("Failed to acquire lock", "another broker uses the same folder", "End it (see: streamwright status)"),
    ("OutOfMemoryError", "it ran out of memory", "Free memory, then start again"),
    ("InconsistentClusterId", "its folder belongs to another cluster", "Use: streamwright down --purge"),
)


def _failure(place: BrokerPlace) -> SetupError:
    end = tail(place.log, 40)
    for mark, why, todo in _CAUSES:
        if mark in end:
            return SetupError(f"Starting the broker in {place.folder}", why=why, todo=todo)
    return SetupError(
        f"Starting the broker in {place.folder}",
        why=f"it ended; its last words: {tail(place.log, 3)}",
        todo=f"Read {place.log}",
    )
