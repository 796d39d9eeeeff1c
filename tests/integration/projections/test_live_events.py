"""The query API as a process beside a real projector: read-your-writes and live events."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from connectors.kafka.publisher import Publisher
from connectors.settings import Settings
from tests.integration.projections.processes import ProjectorProcess, eventually, projector
from tests.integration.projections.published import publish
from tests.unit.projections.rich_deliveries import rich_deliveries

_SILENCE = httpx.Timeout(30, read=0.5)


@dataclass
class Listener:
    """A client of the live events, which breaks off when it hears nothing for a moment, and comes back."""

    events: list[dict[str, object]] = field(default_factory=list)
    last_id: str = ""
    is_listening: bool = False

    def listen(self, address: str, stop: threading.Event, parameters: dict[str, str]) -> None:
        """Note events until told to stop."""
        url = f"{address}/api/v1/events/live"
        while not stop.is_set():
            headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
            with (
                suppress(httpx.ReadTimeout),
                httpx.stream("GET", url, params=parameters, headers=headers, timeout=_SILENCE) as response,
            ):
                assert response.status_code == 200
                self._note(response.iter_lines(), stop)

    def _note(self, lines: Iterable[str], stop: threading.Event) -> None:
        message: dict[str, str] = {}
        for line in lines:
            if stop.is_set():
                return
            name, _, value = line.partition(": ")
            if line:
                message[name] = value
                continue
            if message.get("event") == "event":
                self.events.append(json.loads(message["data"]))
            self.last_id = message.get("id", self.last_id)
            self.is_listening, message = True, {}

    @contextmanager
    def listening(self, address: str, **parameters: str) -> Iterator[None]:
        """Listen from a thread."""
        stop = threading.Event()
        self.is_listening = False
        thread = threading.Thread(target=self.listen, args=(address, stop, parameters))
        thread.start()
        try:
            eventually(lambda: self.is_listening)
            yield
        finally:
            stop.set()
            thread.join(30)

    @property
    def positions(self) -> list[str]:
        """Positions of the events so far."""
        return [str(event["position"]) for event in self.events]


@contextmanager
def query_api(settings: Settings, log: Path) -> Iterator[str]:
    """The address of `python -m projections.api` over this database."""
    environment = {**os.environ, "DATABASE_URL": settings.database_url, "STREAMWRIGHT_API_PORT": "0"}
    with log.open("wb") as stream:
        process = subprocess.Popen([sys.executable, "-m", "projections.api"], env=environment, stderr=stream)
    try:
        yield f"http://127.0.0.1:{eventually(lambda: _port(log))}"
        process.terminate()
        assert process.wait(15) == 0, log.read_text()
    finally:
        process.kill()


def _port(log: Path) -> int:
    lines = [line for line in log.read_text().splitlines() if '"event": "started"' in line]
    return int(json.loads(lines[0])["port"]) if lines else 0


@pytest.fixture
def running(prepared: Settings, tmp_path: Path) -> Iterator[tuple[Settings, str, ProjectorProcess]]:
    """A projector and a query API over an empty log."""
    with (
        projector(prepared, tmp_path / "projector.log") as process,
        query_api(prepared, tmp_path / "api.log") as address,
    ):
        yield prepared, address, process


def test_given_an_event_just_published_when_asked_after_its_position_then_it_shows(
    running: tuple[Settings, str, ProjectorProcess],
) -> None:
    settings, address, _ = running
    publisher = Publisher(settings.kafka_brokers)
    waits = []
    for record in rich_deliveries(20, seed=9)[:30]:
        position = publisher.publish(record.event)
        started = time.monotonic()
        url = f"{address}/api/v1/deliveries/{record.key}"
        found = httpx.get(url, params={"after": str(position)}, timeout=15)
        waits.append(time.monotonic() - started)
        assert found.status_code == 200, found.text
        timeline = httpx.get(f"{url}/timeline", params={"limit": 200}).json()["items"]
        assert str(position) in [event["position"] for event in timeline]
    assert sorted(waits)[len(waits) // 2] < 1.0, waits


def test_given_a_listener_that_breaks_off_when_it_comes_back_then_it_has_every_event_once(
    running: tuple[Settings, str, ProjectorProcess],
) -> None:
    settings, address, _ = running
    records = rich_deliveries(12, seed=11)
    listener, publisher = Listener(), Publisher(settings.kafka_brokers)
    with listener.listening(address):
        publish(settings.kafka_brokers, records[:60])
        eventually(lambda: len(listener.events) >= 60)
    publish(settings.kafka_brokers, records[60:90])
    with listener.listening(address):
        eventually(lambda: len(listener.events) >= 90)
        last = publisher.publish(records[90].event)
        eventually(lambda: str(last) in listener.positions)

    assert len(listener.positions) == len(set(listener.positions)) == 91
    event_ids = {event["event_id"] for event in listener.events}
    assert event_ids == {record.event.envelope.event_id for record in records[:91]}


def test_given_listeners_with_filters_when_events_come_then_each_gets_its_own_in_order(
    running: tuple[Settings, str, ProjectorProcess],
) -> None:
    settings, address, _ = running
    records = rich_deliveries(6, seed=13)
    publish(settings.kafka_brokers, records)
    key = records[0].key
    mine = [each for each in records if each.key == key]
    one, started = Listener(), Listener()
    with one.listening(address, delivery_id=key, from_start="true"):
        eventually(lambda: len(one.events) >= len(mine))
    with started.listening(address, event_type="BackendStarted", from_start="true"):
        wanted = [each for each in records if each.event.envelope.event_type == "BackendStarted"]
        eventually(lambda: len(started.events) >= len(wanted))

    assert {event["event_id"] for event in one.events} == {each.event.envelope.event_id for each in mine}
    for topic in {each.position.topic for each in mine}:
        offsets = [int(each.split("-")[-1]) for each in one.positions if each.startswith(topic)]
        assert offsets == sorted(offsets)
    assert {event["event_type"] for event in started.events} == {"BackendStarted"}


def test_given_an_id_that_is_none_when_listening_then_400_as_a_problem(
    running: tuple[Settings, str, ProjectorProcess],
) -> None:
    _, address, _ = running
    response = httpx.get(f"{address}/api/v1/events/live", headers={"Last-Event-ID": "17"})

    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"


def test_given_a_running_projector_when_its_pages_are_asked_then_they_tell_its_state(
    running: tuple[Settings, str, ProjectorProcess],
) -> None:
    settings, _, process = running
    publish(settings.kafka_brokers, rich_deliveries(3, seed=2))
    eventually(lambda: process.ready()["ready"])
    numbers = eventually(lambda: _counted(process.address))

    assert httpx.get(f"{process.address}/health").json() == {"status": "ok"}
    assert "streamwright_projector_ready 1.0" in numbers
    assert 'streamwright_projection_lag_records{partition="0",topic="feature-events"}' in numbers
    assert process.terminate() == 0


def _counted(address: str) -> str:
    text = httpx.get(f"{address}/metrics").text
    line = next(line for line in text.splitlines() if line.startswith("streamwright_projected_events_total"))
    return text if float(line.split()[1]) > 0 else ""
