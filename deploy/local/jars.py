"""Kafka's jars: fetched once by Maven into the user's cache, and shared by all projects."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path

import platformdirs
from filelock import FileLock

from deploy.local.java import find_maven
from schemas.errors import SetupError

_FETCH_SECONDS = 900.0
_MARKER = "complete.json"


def pom() -> str:
    """The Maven project that names the jars."""
    return (files("deploy.local") / "kafka" / "pom.xml").read_text()


def jars_folder(cache: Path | None = None) -> Path:
    """The folder of the jars, whether they are there or not; it changes with the pom."""
    root = cache or platformdirs.user_cache_path("streamwright")
    return root / f"kafka-{hashlib.sha256(pom().encode()).hexdigest()[:12]}"


def have_jars(cache: Path | None = None) -> bool:
    """Whether all jars are there, each with the size that it had when it was fetched."""
    return _complete(jars_folder(cache))


def fetch_jars(cache: Path | None = None) -> Path:
    """The folder with all jars, which are fetched if they are not all there.

    Two processes at once fetch them once: the second waits for the first.

    Raises:
        SetupError: there is no Maven, or it cannot fetch them.
    """
    folder = jars_folder(cache)
    if _complete(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock"), timeout=_FETCH_SECONDS):
        if not _complete(folder):
            shutil.rmtree(folder, ignore_errors=True)
            _fetch(folder)
    return folder


def _complete(folder: Path) -> bool:
    try:
        sizes: dict[str, int] = json.loads((folder / _MARKER).read_text())
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError):
        return False


def _fetch(folder: Path) -> None:
    """Fetch into a folder beside it, which takes the name at the end: it is never there by half."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-") as temporary:
        project, jars = Path(temporary), Path(temporary) / "jars"
        (project / "pom.xml").write_text(pom())
        _run_maven(project, jars)
        sizes = {jar.name: jar.stat().st_size for jar in sorted(jars.glob("*.jar"))}
        (jars / _MARKER).write_text(json.dumps(sizes))
        jars.rename(folder)


def _run_maven(project: Path, jars: Path) -> None:
    maven = find_maven()
    if maven is None:
        raise SetupError(
            "Fetching the jars of Kafka",
            why="Maven (mvn) is not on the PATH",
            todo="Install Maven, or name a broker with KAFKA_BROKERS",
        )
    command = [
        str(maven), "--batch-mode", "--quiet", "--file", str(project / "pom.xml"),
        "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={jars}",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, cwd=project, capture_output=True, text=True, timeout=_FETCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        why = f"Maven did not end within {_FETCH_SECONDS:.0f} s"
    else:
        if done.returncode == 0 and any(jars.glob("kafka_*.jar")):
            return
        why = _first_error(done.stdout + done.stderr) or f"Maven ended with code {done.returncode}"
    raise SetupError(
        "Fetching the jars of Kafka",
        why=why,
        todo="Check the network and Maven's settings (mirror, proxy), or name a broker with KAFKA_BROKERS",
    )


def _first_error(output: str) -> str:
    lines = (line for line in output.splitlines() if "ERROR" in line)
    return next(lines, "").split("ERROR", 1)[-1].lstrip("] \x1b[m0")[:500]
