"""Builds the wheel inside the sandbox; the same sources always give the same bytes."""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass, replace

from connectors.sandbox import Limits, run
from schemas.artefacts import SourceBundle, SourceFile
from schemas.errors import WorkError

# Any fixed moment will do; archives cannot hold one before 1980.
SOURCE_DATE_EPOCH = 1_577_836_800
_LIMITS = Limits(wall_seconds=120, cpu_seconds=60, memory_bytes=1024**3)
_TAIL = 2_000


@dataclass(frozen=True, slots=True)
class Wheel:
    """A built wheel.

    Attributes:
        name: file name.
        content: bytes of the file.
    """

    name: str
    content: bytes


def with_version(bundle: SourceBundle, package: str, version: str) -> SourceBundle:
    """The bundle with this version in pyproject.toml and in the package's `__version__`.

    Raises:
        WorkError: pyproject.toml is missing, or says no version of its own.
    """
    files = tuple(_file_with_version(file, package, version) for file in bundle.files)
    stamped = SourceBundle(files=files)
    project = next((file for file in files if file.path == "pyproject.toml"), None)
    if project is None:
        raise WorkError("building the wheel", why="pyproject.toml is missing", todo="Write one.")
    try:
        written = tomllib.loads(project.content)["project"]["version"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise WorkError(
            "reading pyproject.toml", why=f"no project.version: {error}", todo="Write it."
        ) from error
    if written != version:
        raise WorkError(
            "stamping the version", why=f"pyproject.toml keeps {written!r}", todo="Write it on one line."
        )
    return stamped


def _file_with_version(file: SourceFile, package: str, version: str) -> SourceFile:
    if file.path == "pyproject.toml":
        pattern, text = r'(?m)^version\s*=\s*"[^"\n]*"', f'version = "{version}"'
    elif file.path == f"{package}/__init__.py":
        pattern, text = r'(?m)^__version__(?:: str)?\s*=\s*"[^"\n]*"', f'__version__ = "{version}"'
    else:
        return file
    return replace(file, content=re.sub(pattern, text, file.content, count=1))


def build_wheel(bundle: SourceBundle) -> Wheel:
    """The wheel of the bundle.

    Raises:
        WorkError: the build failed, or gave no wheel.
    """
    outcome = run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"],
        files=bundle,
        limits=_LIMITS,
        environment={"SOURCE_DATE_EPOCH": str(SOURCE_DATE_EPOCH)},
        collect=["dist/*.whl"],
    )
    if outcome.exit_code != 0 or len(outcome.files) != 1:
        limit = f" (limit: {outcome.limit_hit})" if outcome.limit_hit else ""
        tail = (outcome.stdout + outcome.stderr)[-_TAIL:]
        raise WorkError(
            "building the wheel",
            why=f"hatchling ended with {outcome.exit_code}{limit}: {tail}",
            todo="Mend pyproject.toml or the named file.",
        )
    (path, content), *_ = outcome.files.items()
    return Wheel(name=path.removeprefix("dist/"), content=content)
