"""What runs for a home folder: kept in a file, which is always whole, and never trusted about processes."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from deploy.local.process import ProcessId
from schemas.errors import SetupError

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class State:
    """What was started last.

    Attributes:
        kind: of the broker: 'named', 'docker', 'local' or 'mock'; empty: never started.
        kafka_brokers: host:port list that the processes use.
        database_url: of a database that we started; empty where DATABASE_URL names one, so that no
            password is written to the disk.
        processes: by role: 'broker', 'database', 'supervisor'. Whether they still run is another question.
        ports: by role; kept when nothing runs, so that addresses stay the same.
        fingerprint: of the code and the settings that the processes were started with.
    """

    kind: str = ""
    kafka_brokers: str = ""
    database_url: str = ""
    processes: Mapping[str, ProcessId] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    fingerprint: str = ""

    def with_process(self, role: str, process: ProcessId | None) -> State:
        """The state with this process in the role, or with none."""
        others = {name: other for name, other in self.processes.items() if name != role}
        return replace(self, processes=others if process is None else {**others, role: process})

    def with_ports(self, ports: Mapping[str, int]) -> State:
        """The state with these ports in place of the ones of the same roles."""
        return replace(self, ports={**self.ports, **ports})


def load(path: Path) -> State:
    """The state in the file; an empty one where there is no file, or where it does not hold a state.

    A damaged file is no error: what runs is found by other means, and ports can be chosen anew.
    """
    try:
        found = json.loads(path.read_text())
        if found.pop("format") != _FORMAT:
            return State()
        processes = {
            role: ProcessId(int(each["pid"]), float(each["started"]))
            for role, each in found.pop("processes").items()
        }
        ports = {str(role): int(port) for role, port in found.pop("ports").items()}
        texts = {name: str(found[name]) for name in ("kind", "kafka_brokers", "database_url", "fingerprint")}
        return State(**texts, processes=processes, ports=ports)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return State()


def save(path: Path, state: State) -> None:
    """Write the state so that the file is either the old or the new one, whenever the machine stops.

    Raises:
        SetupError: the disk is full, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        try:
            with os.fdopen(handle, "w") as file:
                json.dump({"format": _FORMAT, **asdict(state)}, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SetupError(
            f"Writing {path}",
            why=error.strerror or str(error),
            todo="Make room on the disk, or choose another folder with STREAMWRIGHT_HOME",
        ) from error
