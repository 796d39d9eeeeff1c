"""Real servers for tests: brokers and databases that a test may also stop, kill and start again."""

from __future__ import annotations

import os
import signal
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import psycopg
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient  # type: ignore[attr-defined]
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from deploy.local.broker import BrokerPlace, start_broker, stop_broker
from deploy.local.database import DatabasePlace, start_database, stop_database
from deploy.local.jars import fetch_jars
from deploy.local.java import find_java
from deploy.local.ports import free_ports
from deploy.local.process import ProcessId, is_alive, wait_for_end
from schemas.topics import TOPICS


@contextmanager
def folder_for_servers() -> Iterator[Path]:
    """A new folder, deleted afterwards, that a database server can enter where tests run as root.

    Postgres does not run as root but as a user of its own. pytest's folders will not do: each run of pytest
    that starts closes them to other users, also for a run that is at work.
    """
    with tempfile.TemporaryDirectory(prefix="streamwright-test-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


class RealBroker:
    """A Kafka broker in a folder of its own, on ports that stay the same over its restarts."""

    def __init__(self, folder: Path) -> None:
        java = find_java()
        assert java is not None, "the tests need Java 17 or KAFKA_BROKERS"
        port, controller_port = free_ports(2)
        self.place = BrokerPlace(folder, java.program, fetch_jars(), port, controller_port)
        self.process: ProcessId | None = None

    @property
    def brokers(self) -> str:
        """What clients connect to."""
        return self.place.brokers

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = start_broker(self.place)

    def stop(self) -> None:
        """Stop it in good order."""
        if self.process is not None:
            stop_broker(self.process)

    def kill(self) -> None:
        """End it at once, as a crash does."""
        _kill(self.process)


class RealDatabase:
    """A Postgres server in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.place = DatabasePlace(folder)
        self.process: ProcessId | None = None

    @property
    def url(self) -> str:
        """Connection string of the owner."""
        return self.place.url

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = start_database(self.place)

    def stop(self) -> None:
        """Stop it in good order."""
        if self.process is not None:
            stop_database(self.process)

    def kill(self) -> None:
        """End it at once, as a crash does; Postgres ends its sessions when it finds its parent gone."""
        _kill(self.process)


def _kill(process: ProcessId | None) -> None:
    if process is not None and is_alive(process):
        os.kill(process.pid, signal.SIGKILL)
        assert wait_for_end(process, 10.0)


@contextmanager
def new_database(database_url: str) -> Iterator[str]:
    """A new, empty database of that server, which is dropped afterwards; gives its connection string."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    try:
        yield make_conninfo(database_url, dbname=name)
    finally:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def delete_topics(brokers: str) -> None:
    """Delete the topics of the system, and with them all positions of consumer groups in them."""
    admin = AdminClient({"bootstrap.servers": brokers})
    declared = {topic.name for topic in TOPICS}
    present = declared & admin.list_topics(timeout=30).topics.keys()
    if not present:
        return
    for future in admin.delete_topics(sorted(present)).values():
        future.result(30)
    _delete_idle_groups(admin)
    deadline = time.monotonic() + 30
    while declared & admin.list_topics(timeout=30).topics.keys():
        assert time.monotonic() < deadline, "topics are still there 30 s after they were deleted"
        time.sleep(0.02)


def _delete_idle_groups(admin: AdminClient) -> None:
    """A group that lasts could bring an old position to the new topics; its members leave it soon."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        groups = [group.group_id for group in admin.list_consumer_groups().result(30).valid]
        futures = admin.delete_consumer_groups(groups).values() if groups else ()
        deleted = [_is_deleted(future) for future in futures]
        if all(deleted):
            return
        time.sleep(0.2)


def _is_deleted(future: Future[None]) -> bool:
    try:
        future.result(30)
    except KafkaException:
        return False
    return True
