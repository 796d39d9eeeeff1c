"""Where a home folder keeps what belongs to the local servers and processes."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

# The smallest limit of a Unix socket's address among systems is 104 bytes.
_LONGEST_SOCKET = 100


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files in one home folder (an absolute path)."""

    folder: Path

    @property
    def state(self) -> Path:
        """What runs, and on which ports."""
        return self.folder / "state.json"

    @property
    def lock(self) -> Path:
        """Held by `up` and `down`; the system lets go of it when their process ends, however it ends."""
        return self.folder / "state.lock"

    @property
    def logs(self) -> Path:
        """One log file for each process."""
        return self.folder / "logs"

    @property
    def broker(self) -> Path:
        """The local Kafka broker's folder."""
        return self.folder / "kafka"

    @property
    def database(self) -> Path:
        """The local Postgres server's folder."""
        return self.folder / "postgres"

    @property
    def unkept_database(self) -> Path:
        """The Postgres folder beside an in-process broker: what it knows is void when that ends."""
        return self.folder / "postgres-unkept"

    @property
    def supervisor_configuration(self) -> Path:
        """The supervisor's configuration file."""
        return self.folder / "supervisor.conf"

    @property
    def supervisor_socket(self) -> Path:
        """The supervisor's socket: in the home folder, or where that is too long, in a short one."""
        here = self.folder / "supervisor.sock"
        if len(os.fsencode(here)) <= _LONGEST_SOCKET:
            return here
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"streamwright-{name}.sock"

    def log_of(self, role: str) -> Path:
        """The log file of a process."""
        return self.logs / f"{role}.log"
