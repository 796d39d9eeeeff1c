"""Where a home folder keeps what belongs to the local servers and processes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connectors.settings import Settings


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
    def processes(self) -> Path:
        """What the supervisor keeps running; written by it alone."""
        return self.folder / "processes.json"

    def log_of(self, role: str) -> Path:
        """The log file of a process."""
        return self.logs / f"{role}.log"


def home_of(settings: Settings) -> Home:
    """The home folder's places."""
    return Home(settings.home.absolute())
