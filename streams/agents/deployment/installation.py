"""Installs a wheel in a fresh environment and starts the service there, as its first user would."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from uv import find_uv_bin

from connectors.sandbox import Limits, run
from schemas.artefacts import SourceBundle, SourceFile
from schemas.errors import SetupError, WorkError
from streams.agents.deployment.wheel import Wheel

_LIMITS = Limits(wall_seconds=60, cpu_seconds=60, memory_bytes=2 * 1024**3)
_UV_SECONDS = 300
_TAIL = 2_000
_CHECK = Path(__file__).with_name("check_service.py")


@dataclass(frozen=True, slots=True)
class Installation:
    """A fresh environment that holds the service and what it needs.

    Attributes:
        python: its interpreter.
        seconds: time the installation took.
        distributions: everything installed, the service too.
    """

    python: Path
    seconds: float
    distributions: tuple[importlib.metadata.Distribution, ...]


def _uv(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [find_uv_bin(), *arguments],
            capture_output=True,
            text=True,
            timeout=_UV_SECONDS,
            env={**os.environ, "UV_NO_PROGRESS": "1", "VIRTUAL_ENV": ""},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupError("running uv", why=str(error), todo="Install uv, or look at its network.") from error


def _our_versions() -> str:
    """What our own environment has: known to work together, and in uv's cache already."""
    pins = {f"{dist.name}=={dist.version}" for dist in importlib.metadata.distributions()}
    return "\n".join(sorted(pins)) + "\n"


def _install(python: Path, wheel: Path, constraints: Path) -> None:
    """From the cache alone where that is enough, which is quicker and needs no network."""
    line = ["pip", "install", "--python", str(python), "--constraints", str(constraints), str(wheel)]
    done = _uv([*line, "--offline"])
    if done.returncode != 0:
        done = _uv(line)
    if done.returncode != 0:
        raise WorkError(
            f"installing {wheel.name}",
            why=done.stderr[-_TAIL:],
            todo="Mend the dependencies in pyproject.toml.",
        )


def _distributions(environment: Path) -> tuple[importlib.metadata.Distribution, ...]:
    folders = [str(path) for path in environment.glob("lib/python*/site-packages")]
    found = importlib.metadata.distributions(path=folders)
    return tuple(sorted(found, key=lambda dist: dist.name.lower()))


@contextmanager
def installed(wheel: Wheel) -> Iterator[Installation]:
    """A fresh environment with the wheel in it, deleted when the block ends.

    Raises:
        WorkError: the wheel cannot be installed.
        SetupError: uv cannot be run, or cannot make an environment.
    """
    with TemporaryDirectory(prefix="install-", ignore_cleanup_errors=True) as temporary:
        top = Path(temporary)
        started = time.monotonic()
        environment = top / "env"
        made = _uv(["venv", "--quiet", "--python", sys.executable, str(environment)])
        if made.returncode != 0:
            raise SetupError("making an environment", why=made.stderr[-_TAIL:], todo="Check Python and uv.")
        (top / wheel.name).write_bytes(wheel.content)
        (top / "constraints.txt").write_text(_our_versions(), encoding="utf-8")
        python = environment / "bin" / "python"
        _install(python, top / wheel.name, top / "constraints.txt")
        yield Installation(python, time.monotonic() - started, _distributions(environment))


def check_service(installation: Installation, package: str, operations: Sequence[str]) -> float:
    """Starts the installed service in the sandbox and stops it; seconds until /health was good.

    Raises:
        WorkError: it does not start, its OpenAPI document lacks an operation, or the page is missing.
    """
    script = SourceFile(path="check_service.py", content=_CHECK.read_text(encoding="utf-8"))
    outcome = run(
        [str(installation.python), script.path, str(installation.python), package],
        files=SourceBundle(files=(script,)),
        limits=_LIMITS,
        environment={"SANDBOX_LOOPBACK": "1"},
        readable=[installation.python.parent.parent],
    )
    lines = outcome.stdout.strip().splitlines()
    try:
        seen = json.loads(lines[-1]) if lines else {}
    except json.JSONDecodeError:
        seen = {}
    if outcome.exit_code != 0 or "health_seconds" not in seen:
        why = seen.get("error") or outcome.limit_hit or "no answer"
        raise WorkError(
            f"starting {package}", why=f"{why}\n{outcome.stderr[-_TAIL:]}", todo="Mend the service."
        )
    missing = sorted(set(operations) - set(seen["operations"]))
    if missing:
        raise WorkError(
            f"checking the OpenAPI document of {package}",
            why=f"it lacks the operations {', '.join(missing)}",
            todo="Write their routes.",
        )
    return float(seen["health_seconds"])
