"""The whole system up and down on this machine, in one home, with the crashes that happen to it."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from connectors.settings import Settings
from deploy.local.home import home_of
from deploy.local.ports import HOST
from deploy.local.process import ProcessId, is_alive, wait_for_end
from deploy.local.services import PROCESSES
from deploy.local.state import load
from deploy.local.status import ProcessStatus, status
from deploy.local.system import down, up
from schemas.topics import OUTCOME_EVENTS
from tests.servers import folder_for_servers

pytestmark = pytest.mark.timeout(600)
_ROLES = {"broker", "database", "supervisor", *(process.role for process in PROCESSES)}


@pytest.fixture(scope="module")
def home() -> Iterator[Settings]:
    """A home for all tests of this module, each of which leaves the system as it likes."""
    with pytest.MonkeyPatch.context() as patch, folder_for_servers() as folder:
        # An edit of the code while this module runs is not what it tests.
        patch.setattr("deploy.local.services._code", dict)
        settings = Settings(
            kafka_brokers="", database_url="", broker="local", home=folder / "home", api_port=0
        )
        try:
            yield settings
        finally:
            down(settings, print, purge=True)


def _by_role(settings: Settings) -> dict[str, ProcessStatus]:
    return {each.role: each for each in status(settings)}


def _not_ready(settings: Settings) -> dict[str, str]:
    return {role: each.health for role, each in _by_role(settings).items() if each.health != "ready"}


def _wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def _kill(settings: Settings, role: str) -> int:
    pid, since = _by_role(settings)[role].pid, _by_role(settings)[role].since
    assert pid is not None and since is not None
    os.kill(pid, signal.SIGKILL)
    assert wait_for_end(ProcessId(pid, since), 10)
    return pid


def _append(brokers: str, value: bytes) -> None:
    producer = Producer({"bootstrap.servers": brokers, "acks": "all"})
    producer.produce("outcome-events.dlq", value=value, partition=0)
    assert producer.flush(20) == 0


def _dead_letters(brokers: str) -> list[bytes | None]:
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "test", "enable.auto.commit": False})
    place = TopicPartition("outcome-events.dlq", 0, 0)
    _, end = consumer.get_watermark_offsets(place, timeout=20)
    consumer.assign([place])
    values = [message.value() for message in consumer.consume(end, timeout=20)]
    consumer.close()
    return values


def test_given_an_empty_home_when_up_twice_and_down_twice_then_each_is_done_once(home: Settings) -> None:
    told: list[str] = []

    first = up(home, told.append)
    assert _not_ready(home) == {}
    assert set(_by_role(home)) == _ROLES
    assert "Starting Kafka" in told

    told.clear()
    second = up(home, told.append)
    assert (first.started, second.started) == (True, False)
    assert second.api_url == first.api_url
    assert not any("Start" in line for line in told)

    pids = {role: each for role, each in _by_role(home).items() if each.pid}
    assert set(down(home, told.append)) == {"processes", "broker", "database"}
    assert down(home, told.append) == []
    assert {each.health for each in status(home)} == {"down"}
    assert not any(is_alive(ProcessId(each.pid or 0, each.since or 0)) for each in pids.values())


def test_given_records_and_rows_when_down_and_up_then_they_are_there_at_the_same_addresses(
    home: Settings,
) -> None:
    before = up(home, print)
    _append(before.settings.kafka_brokers, b"kept")
    with psycopg.connect(before.settings.database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")

    down(home, print)
    after = up(home, print)

    assert after.settings == before.settings
    assert _dead_letters(after.settings.kafka_brokers) == [b"kept"]
    with psycopg.connect(after.settings.database_url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchall() == [(7,)]


def test_given_killed_servers_when_up_then_they_come_back_with_their_data_and_the_agents_go_on(
    home: Settings,
) -> None:
    running = up(home, print)
    supervisor = _by_role(home)["supervisor"].pid
    for role in ("broker", "database"):
        _kill(home, role)
    assert _by_role(home)["broker"].health == "down"

    again = up(home, print)

    assert again.settings == running.settings
    assert _dead_letters(again.settings.kafka_brokers) == [b"kept"]
    assert _not_ready(home) == {}
    assert _by_role(home)["supervisor"].pid == supervisor


def test_given_a_killed_agent_when_a_moment_passes_then_another_took_its_place(home: Settings) -> None:
    up(home, print)
    pid = _kill(home, "deployment")

    _wait_until(lambda: _by_role(home)["deployment"].pid not in (None, pid))

    up(home, print)
    assert _not_ready(home) == {}


def test_given_a_killed_supervisor_when_up_then_what_it_left_is_ended_and_all_run_once(
    home: Settings,
) -> None:
    up(home, print)
    left = {role: each.pid for role, each in _by_role(home).items() if role not in ("broker", "database")}
    _kill(home, "supervisor")
    told: list[str] = []

    up(home, told.append)

    assert any("that a killed supervisor had left" in line for line in told)
    now = {role: each.pid for role, each in _by_role(home).items() if role in left}
    assert not set(now.values()) & set(left.values())
    assert _not_ready(home) == {}


def test_given_a_lost_state_file_when_up_then_the_running_servers_are_found(home: Settings) -> None:
    running = up(home, print)
    servers = {role: _by_role(home)[role].pid for role in ("broker", "database")}
    down_supervisor = load(home_of(home).state).processes["supervisor"]
    home_of(home).state.write_text('{"format": 1, "kind": "loc')
    os.kill(down_supervisor.pid, signal.SIGTERM)
    assert wait_for_end(down_supervisor, 60)

    again = up(home, print)

    assert {role: _by_role(home)[role].pid for role in servers} == servers
    assert again.settings.kafka_brokers == running.settings.kafka_brokers
    assert _not_ready(home) == {}


def test_given_ports_taken_by_others_when_up_then_other_ports_are_used(home: Settings) -> None:
    before = up(home, print)
    down(home, print)
    ports = load(home_of(home).state).ports
    with (
        socket.create_server((HOST, ports["broker"])),
        socket.create_server((HOST, ports["api"])),
    ):
        after = up(home, print)
        assert _not_ready(home) == {}

    assert after.settings.kafka_brokers != before.settings.kafka_brokers
    assert after.api_url != before.api_url
    assert _dead_letters(after.settings.kafka_brokers) == [b"kept"]


def test_given_a_purge_when_up_again_then_the_log_is_empty(home: Settings) -> None:
    (Path(home.home) / "artefacts").mkdir(exist_ok=True)
    down(home, print, purge=True)
    assert sorted(path.name for path in home.home.iterdir()) == ["artefacts", "state.lock"]

    running = up(home, print)

    assert _dead_letters(running.settings.kafka_brokers) == []
    consumer = Consumer({"bootstrap.servers": running.settings.kafka_brokers, "group.id": "test"})
    assert consumer.get_watermark_offsets(TopicPartition(OUTCOME_EVENTS, 0), timeout=20) == (0, 0)
