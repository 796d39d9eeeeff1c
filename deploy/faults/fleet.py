"""The processes of a fault run: several of each service, started again whenever they end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx

from connectors.settings import Settings
from deploy.faults.quick_workers import LIMIT_SECONDS
from deploy.faults.service_process import TELL_STACKS, be
from deploy.local.ports import free_ports
from schemas.errors import SetupError

# Longer than any drain takes (20 s each for work and relay), also on a busy machine.
_STUCK_SECONDS = 90.0
_READY_SECONDS = 300.0
# One that ends soon, as without a broker it does, is not started again at once.
_AGAIN_SECONDS = 2.0
_STOP_SECONDS = 60.0
# One that imports the code of all services once, and forks them: a start costs little.
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(["__main__", "deploy.faults.service_process", "streams.runtime.agent"])


@dataclass(slots=True)
class Slot:
    """The place of one process.

    Attributes:
        keep: start it again when it ends.
        expected: a fault has ended it, or is about to.
        asked_to_end: time of a SIGTERM that it has not yet followed, 0 for none.
        frozen: it is paused, and cannot end.
    """

    service: str
    number: int
    port: int
    process: ForkServerProcess | None = None
    keep: bool = True
    expected: bool = False
    asked_to_end: float = 0.0
    frozen: bool = False
    starts: int = 0
    started: float = 0.0

    @property
    def name(self) -> str:
        """Service and number."""
        return f"{self.service}-{self.number}"


@dataclass(slots=True)
class Fleet:
    """All processes of a run.

    Attributes:
        settings_of: what a service is told.
        folder: holds logs, and files that arm fault points.
        artefacts: existing folder of what builds leave outside the log.
        unexpected: ends that no fault explains, as 'service-1 ended with code 70'.
    """

    settings_of: Callable[[str], Settings]
    folder: Path
    artefacts: Path
    services: Sequence[str]
    instances: int = 2
    slots: list[Slot] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start all of them, and wait until each says that it is ready.

        Raises:
            SetupError: one is not ready in time.
        """
        self.logs.mkdir(parents=True, exist_ok=True)
        for service in self.services:
            self.points_of(service).mkdir(parents=True, exist_ok=True)
        places = [(service, number) for service in self.services for number in range(self.instances)]
        for (service, number), port in zip(places, free_ports(len(places)), strict=True):
            slot = Slot(service, number, port)
            self.slots.append(slot)
            self._start(slot)
        self._await_all()

    @property
    def logs(self) -> Path:
        """Folder of the processes' logs."""
        return self.folder / "logs"

    def points_of(self, service: str) -> Path:
        """Folder that arms fault points of a service."""
        return self.folder / "points" / service

    def slot(self, service: str, number: int) -> Slot:
        """One of the lasting places."""
        found = [each for each in self.slots if (each.service, each.number) == (service, number)]
        return found[0]

    def add(self, service: str) -> Slot:
        """Start one more worker of a service."""
        number = max(each.number for each in self.slots if each.service == service) + 1
        slot = Slot(service, number, free_ports(1)[0])
        self.slots.append(slot)
        self._start(slot)
        return slot

    def kill(self, slot: Slot) -> None:
        """End a process at once."""
        slot.expected, slot.frozen = True, False
        if slot.process is not None and slot.process.is_alive():
            slot.process.kill()

    def drain(self, slot: Slot) -> None:
        """Ask a process to end in good order."""
        if slot.process is not None and slot.process.is_alive() and not slot.asked_to_end:
            slot.expected, slot.asked_to_end = True, time.monotonic()
            slot.process.terminate()

    def freeze(self, slot: Slot, *, frozen: bool) -> None:
        """Pause a process, or let it go on."""
        if slot.process is not None and slot.process.is_alive() and slot.process.pid:
            slot.frozen = frozen
            os.kill(slot.process.pid, signal.SIGSTOP if frozen else signal.SIGCONT)

    def tell_stacks(self) -> None:
        """Let each process write to its log where its threads are, as something does not move."""
        for slot in self.slots:
            if slot.process is not None and slot.process.is_alive() and slot.process.pid:
                os.kill(slot.process.pid, TELL_STACKS)
        time.sleep(1.0)

    def tend(self) -> None:
        """Start again what has ended; end by force what does not follow a SIGTERM."""
        for slot in list(self.slots):
            if slot.process is not None and slot.process.is_alive():
                self._end_stuck(slot)
                continue
            if slot.keep and time.monotonic() - slot.started < _AGAIN_SECONDS:
                continue
            self._note_end(slot)
            if slot.keep:
                self._start(slot)
            else:
                self.slots.remove(slot)

    def stop(self) -> None:
        """End all processes, the slow ones by force."""
        for slot in self.slots:
            self.freeze(slot, frozen=False)
            slot.keep = False
            if slot.process is not None and slot.process.is_alive():
                slot.process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for slot in self.slots:
            if slot.process is not None:
                slot.process.join(max(deadline - time.monotonic(), 0.1))
                if slot.process.is_alive():
                    slot.process.kill()
                    slot.process.join(10)

    def _start(self, slot: Slot) -> None:
        slot.starts, slot.started = slot.starts + 1, time.monotonic()
        slot.expected, slot.asked_to_end, slot.frozen = False, 0.0, False
        arguments = (
            slot.service,
            self._environment(slot),
            self.logs / f"{slot.name}.log",
            self.points_of(slot.service),
            self.artefacts,
        )
        slot.process = _FORKS.Process(target=be, args=arguments, name=slot.name)
        slot.process.start()

    def _environment(self, slot: Slot) -> Mapping[str, str]:
        settings = self.settings_of(slot.service)
        return {
            "KAFKA_BROKERS": settings.kafka_brokers,
            "DATABASE_URL": settings.database_url,
            "SCHEMA_REGISTRY_URL": "",
            "STREAMWRIGHT_HOME": str(settings.home / slot.name),
            "STREAMWRIGHT_HTTP_PORT": str(slot.port),
            "STREAMWRIGHT_WORK_LIMIT_SECONDS": str(LIMIT_SECONDS),
            "STREAMWRIGHT_WORK_PARALLELISM": "2",
            "STREAMWRIGHT_LOG_LEVEL": "warning",
        }

    def _note_end(self, slot: Slot) -> None:
        code = slot.process.exitcode if slot.process is not None else None
        # SIGKILL is what armed fault points end a process with.
        if not slot.expected and code != -signal.SIGKILL:
            self.unexpected.append(f"{slot.name} ended with code {code}")

    def _end_stuck(self, slot: Slot) -> None:
        if slot.asked_to_end and time.monotonic() - slot.asked_to_end > _STUCK_SECONDS and not slot.frozen:
            self.unexpected.append(f"{slot.name} did not end within {_STUCK_SECONDS:.0f} s of a SIGTERM")
            self.kill(slot)

    def _await_all(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        for slot in self.slots:
            while not _is_ready(slot.port):
                if time.monotonic() > deadline or slot.process is None or not slot.process.is_alive():
                    raise SetupError(
                        f"Starting {slot.name} for the fault run",
                        why=f"it is not ready; its last words: {_last_words(self.logs / f'{slot.name}.log')}",
                        todo="Try again with less else at work on this machine",
                    )
                time.sleep(0.1)


def _last_words(log: Path) -> str:
    return log.read_text(errors="replace")[-600:] if log.exists() else ""


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=2.0).status_code == 200
    except httpx.TransportError:
        return False
