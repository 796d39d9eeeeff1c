"""A real schema registry for tests: Apicurio, fetched once by Maven into the user's cache."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
import time
import urllib.request
from pathlib import Path

import platformdirs
from filelock import FileLock

from deploy.local.java import find_java, find_maven
from deploy.local.ports import free_ports

_VERSION = "3.0.9"
_ARTIFACT = f"io.apicurio:apicurio-registry-app:{_VERSION}:tar.gz:all"
_START_SECONDS = 120.0


class RealRegistry:
    """Apicurio Registry with its data in memory, on a port that stays the same over its restarts."""

    def __init__(self, folder: Path) -> None:
        java = find_java()
        assert java is not None, "the tests need Java 17 or SCHEMA_REGISTRY_URL"
        (self._port,) = free_ports(1)
        self._jar = _fetched() / f"apicurio-registry-app-{_VERSION}-runner.jar"
        self._java = java.program
        self._log = folder / "registry.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Of Confluent's interface."""
        return f"http://127.0.0.1:{self._port}/apis/ccompat/v7"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [
            str(self._java), "-Xmx256m", "-Dquarkus.http.host=127.0.0.1",
            f"-Dquarkus.http.port={self._port}", "-jar", str(self._jar),
        ]  # fmt: skip
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()[-2000:]
            assert time.monotonic() < deadline, self._log.read_text()[-2000:]
            time.sleep(0.2)

    def stop(self) -> None:
        """End it; it forgets everything."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/subjects", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def _fetched() -> Path:
    """The folder of the registry's jars."""
    folder = platformdirs.user_cache_path("streamwright") / f"apicurio-{_VERSION}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock"), timeout=900):
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-") as temporary:
                _fetch(Path(temporary))
                (Path(temporary) / "unpacked").rename(folder)
    return folder


def _fetch(temporary: Path) -> None:
    maven = find_maven()
    assert maven is not None, "the tests need Maven or SCHEMA_REGISTRY_URL"
    goals = ("dependency:get", "-Dtransitive=false"), ("dependency:copy", f"-DoutputDirectory={temporary}")
    for goal in goals:
        command = [str(maven), "--batch-mode", "--quiet", *goal, f"-Dartifact={_ARTIFACT}"]
        subprocess.run(command, cwd=temporary, check=True, capture_output=True, timeout=900)
    (archive,) = temporary.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(temporary / "unpacked", filter="data")
    shutil.rmtree(temporary / "unpacked" / "meta", ignore_errors=True)
