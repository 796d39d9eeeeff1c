"""The services of the pipeline as real processes, which a test may kill and start again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from connectors.kafka.log import read_log
from connectors.kafka.publisher import Publisher
from connectors.kafka.user_events import user_event
from connectors.settings import Settings
from deploy.local.ports import free_ports
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.events import outcome, requirement
from schemas.topics import EVENT_TOPICS
from streams.agents.registry import DECIDERS
from streams.audit.recorded_log import decode

_ROOT = Path(__file__).parents[4]
_MODULE = "tests.integration.streams.pipeline.agent_process"
ENDS = (
    outcome.DeliverySucceeded,
    outcome.DeliveryFailed,
    outcome.DeliveryCompensated,
    outcome.DeliveryPaused,
)


class RunningServices:
    """All services, each a process with its own web port."""

    def __init__(self, settings: Settings, module: str = _MODULE, **environment: str) -> None:
        self.settings = settings
        self._module = module
        self._environment = environment
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._ports = dict(zip(DECIDERS, free_ports(len(DECIDERS)), strict=True))
        self._publisher = Publisher(settings.kafka_brokers)
        self._logs = settings.home / "test-logs"

    def start(self, name: str) -> None:
        """Start one service."""
        self._logs.mkdir(parents=True, exist_ok=True)
        variables = {
            **os.environ,
            "KAFKA_BROKERS": self.settings.kafka_brokers,
            "DATABASE_URL": self.settings.database_url,
            "STREAMWRIGHT_HOME": str(self.settings.home),
            "STREAMWRIGHT_HTTP_PORT": str(self._ports[name]),
            **self._environment,
        }
        with (self._logs / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", self._module, name],
                cwd=_ROOT,
                env=variables,
                stdout=log,
                stderr=log,
            )

    def kill(self, name: str, signal_number: int = signal.SIGKILL) -> None:
        """Send a signal to one service, and wait for its end."""
        self._processes[name].send_signal(signal_number)
        self._processes[name].wait(40)

    def signal(self, name: str, signal_number: int) -> None:
        """Send a signal to one service that does not end it."""
        self._processes[name].send_signal(signal_number)

    def stop(self) -> None:
        """End all of them, the slow ones by force."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)

    def wait_until_ready(self, seconds: float = 150.0) -> None:
        """Wait until every service says at /ready that it is."""
        for name, port in self._ports.items():
            wait_for(lambda port=port: _is_ready(port), seconds, f"{name} is not ready; see {self._logs}")  # type: ignore[misc]

    def publish(self, payload: object, delivery_id: str = "") -> str:
        """Publish a person's event; gives the delivery id."""
        event = user_event(payload, user="test", delivery_id=delivery_id)
        self._publisher.publish(event)
        return event.envelope.delivery_id

    def submit(self, wishes: str = "{}") -> str:
        """Publish a requirement."""
        return self.publish(requirement.RequirementSubmitted(requirement=wishes, format="json"))

    def log(self) -> list[Event]:
        """All committed events; records that are none are left out."""
        records = read_log(self.settings.kafka_brokers, EVENT_TOPICS)
        return [found.event for found in decode(records, Codec()).events]

    def events_of(self, delivery_id: str) -> list[Event]:
        """The events of one delivery, by the time they were recorded."""
        mine = [event for event in self.log() if event.envelope.delivery_id == delivery_id]
        return sorted(mine, key=lambda event: event.envelope.occurred_at)

    def wait_for_end(self, delivery_ids: Sequence[str], seconds: float = 60.0, ends: int = 1) -> list[Event]:
        """Wait until each delivery has that many outcomes; gives the log then."""
        log: list[Event] = []

        def all_ended() -> bool:
            log[:] = self.log()
            told = [e.envelope.delivery_id for e in log if isinstance(e.payload, ENDS)]
            return all(told.count(delivery) >= ends for delivery in delivery_ids)

        wait_for(all_ended, seconds, f"not all deliveries ended; see {self._logs}")
        return log


@contextmanager
def running_services(
    settings: Settings, module: str = _MODULE, **environment: str
) -> Iterator[RunningServices]:
    """All services, started and ready; stopped at the end.

    Args:
        module: is run with the service's name as its argument.
    """
    services = RunningServices(settings, module, **environment)
    try:
        for name in DECIDERS:
            services.start(name)
        services.wait_until_ready()
        yield services
    finally:
        services.stop()


def wait_for(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Ask again until the condition holds.

    Raises:
        AssertionError: it does not hold in time.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/ready", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
