"""Broker and database in containers, by Docker Compose, where a Docker engine answers."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files

from psycopg.conninfo import make_conninfo

from deploy.local.home import Home
from deploy.local.ports import HOST
from schemas.errors import SetupError

_ANSWER_SECONDS = 10.0
_START_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Containers:
    """The containers of one home.

    Attributes:
        services: those that are wanted, of 'kafka' and 'postgres'.
    """

    home: Home
    broker_port: int
    database_port: int
    services: Sequence[str] = ("kafka", "postgres")

    @property
    def brokers(self) -> str:
        """What clients of the broker connect to."""
        return f"{HOST}:{self.broker_port}"

    def database_url(self) -> str:
        """Connection string of the database's owner."""
        return make_conninfo(
            host=HOST,
            port=self.database_port,
            user="postgres",
            password=_password(self.home),
            dbname="streamwright",
        )

    def start(self) -> None:
        """Start them, and wait until they are healthy; the first time their images are fetched.

        Raises:
            SetupError: Docker refuses, or they do not get healthy.
        """
        self._compose("up", "--detach", "--wait", *self.services)

    def stop(self, *, delete_data: bool) -> None:
        """Stop them; their volumes stay unless they are to be deleted.

        Raises:
            SetupError: Docker refuses.
        """
        self._compose(*(("down", "--volumes") if delete_data else ("stop",)))

    def _compose(self, *arguments: str) -> None:
        project = "streamwright-" + hashlib.sha256(str(self.home.folder).encode()).hexdigest()[:8]
        environment = {
            **os.environ,
            "BROKER_PORT": str(self.broker_port),
            "DATABASE_PORT": str(self.database_port),
            "DATABASE_PASSWORD": _password(self.home),
        }
        with as_file(files("deploy.local") / "compose.yaml") as configuration:
            command = ["docker", "compose", "--project-name", project, "--file", str(configuration)]
            try:
                done = subprocess.run(
                    [*command, *arguments],
                    env=environment,
                    capture_output=True,
                    text=True,
                    timeout=_START_SECONDS,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise _refused(arguments[0], str(error)) from error
        if done.returncode != 0:
            raise _refused(arguments[0], (done.stderr or done.stdout).strip()[-800:])


def engine_answers() -> bool:
    """Whether a Docker engine, not the client alone, answers, and Compose is there."""
    if shutil.which("docker") is None:
        return False
    return all(
        _succeeds(command)
        for command in (
            ["docker", "version", "--format", "{{.Server.Version}}"],
            ["docker", "compose", "version"],
        )
    )


def _succeeds(command: list[str]) -> bool:
    try:
        return (
            subprocess.run(command, capture_output=True, timeout=_ANSWER_SECONDS, check=False).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def _password(home: Home) -> str:
    """The database's password: made once, and kept in a file that only its user may read."""
    file = home.folder / "database.password"
    if not file.exists():
        home.folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(secrets.token_urlsafe(24))
    return file.read_text()


def _refused(action: str, why: str) -> SetupError:
    return SetupError(
        f"Running docker compose {action}",
        why=why,
        todo="Check Docker, or use a broker without it: STREAMWRIGHT_BROKER=local",
    )
