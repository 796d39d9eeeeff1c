"""The processes of the system that the supervisor keeps running, and what they are told."""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

import connectors
import projections
import schemas
import streams
from connectors.settings import Settings
from streams.agents.own_agent import added_code
from streams.agents.registry import DECIDERS

API = "api"
PROJECTOR = "projector"
RECONCILER = "reconciler"

_ASKS_A_MODEL = "business-analyzer"
_MODEL_KEY = "STREAMWRIGHT_LANGUAGE_MODEL_KEY"
_PACKAGES = (connectors, projections, schemas, streams)


@dataclass(frozen=True, slots=True)
class Process:
    """One process.

    Attributes:
        role: its name, as in `streamwright status`.
        module: its code, which has a function `main`.
        arguments: of `main`.
        port_setting: environment variable that tells it its port.
    """

    role: str
    module: str
    arguments: tuple[str, ...] = ()
    port_setting: str = "STREAMWRIGHT_HTTP_PORT"

    def told(self, environment: Mapping[str, str], port: int) -> dict[str, str]:
        """Its own environment: with its port, and without keys that it has no use for.

        Processes that run generated code would hand them on.
        """
        needs_key = self.role == _ASKS_A_MODEL
        kept = {name: value for name, value in environment.items() if needs_key or name != _MODEL_KEY}
        return {**kept, self.port_setting: str(port)}

    def run(self) -> None:
        """Be the process: returns, or raises SystemExit, when it is to end."""
        main = importlib.import_module(self.module).main
        if self.arguments:
            main(list(self.arguments))
        else:
            main()


PROCESSES: tuple[Process, ...] = (
    *(Process(name, "streams.runtime.agent", (name,)) for name in DECIDERS),
    Process(PROJECTOR, "projections.projector"),
    Process(RECONCILER, "streams.runtime.reconciling"),
    Process(API, "projections.api.__main__", port_setting="STREAMWRIGHT_API_PORT"),
)


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment in which a process reads just these settings."""
    named = {
        "kafka_brokers": "KAFKA_BROKERS",
        "database_url": "DATABASE_URL",
        "schema_registry_url": "SCHEMA_REGISTRY_URL",
    }
    values = settings.model_dump()
    told = {named.get(name, f"STREAMWRIGHT_{name.upper()}"): _text(value) for name, value in values.items()}
    return {**os.environ, **told}


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def fingerprint_of(settings: Settings) -> str:
    """A text that changes when the code, the Python or a setting of the processes changes."""
    digest = hashlib.sha256(f"{sys.executable} {sys.version}".encode())
    for name, value in sorted(environment_of(settings).items()):
        if name.startswith(("STREAMWRIGHT_", "OTEL_")) or name in _ENDPOINTS:
            digest.update(f"{name}={value}\n".encode())
    for path, status in _code().items():
        digest.update(f"{path} {status}\n".encode())
    return digest.hexdigest()[:16]


_ENDPOINTS = ("KAFKA_BROKERS", "DATABASE_URL", "SCHEMA_REGISTRY_URL")


def _code() -> Mapping[str, str]:
    """Size and time of each source file, those of added agents too."""
    files: dict[str, str] = {}
    for folder in (*(Path(package.__path__[0]) for package in _PACKAGES), *added_code()):
        for path in sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]:
            status = path.stat()
            files[str(path)] = f"{status.st_size} {status.st_mtime_ns}"
    return files
