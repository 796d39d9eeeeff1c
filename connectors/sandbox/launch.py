"""Runs one command in a fresh folder behind the strongest wall there is, within limits."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import psutil

from connectors.sandbox.isolation import REFUSE_SOCKETS, strongest, wall
from connectors.sandbox.limits import Isolation, LimitHit, Limits, Outcome
from schemas.artefacts import SourceBundle
from schemas.errors import BadInputError, SetupError

_KEPT_CHARACTERS = 200_000
_POLL_SECONDS = 0.05
_ENDING_SECONDS = 5.0
_COOKIE = "SANDBOX_RUN"
# The shell sets the limits, and stays the parent of the command: as first process of a namespace
# the command would not see the signal of its processor limit.
_LIMITING = 'ulimit -c 0; ulimit -t "$1"; ulimit -v "$2"; ulimit -f "$3"; shift 3; "$@"; exit $?'


def write_files(files: SourceBundle, folder: Path) -> None:
    """Writes the bundle below the folder.

    Raises:
        BadInputError: a path would leave the folder.
    """
    for file in files.files:
        path = PurePosixPath(file.path)
        if path.is_absolute() or ".." in path.parts or "\\" in file.path or "\0" in file.path:
            raise BadInputError(
                f"writing {file.path!r}", why="the path leaves the project", todo="Give a relative path."
            )
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.content, encoding="utf-8", newline="\n")


def _clean_environment(
    work: Path, extra: Mapping[str, str], isolation: Isolation, cookie: str
) -> dict[str, str]:
    """Nothing is inherited, so no secret of ours can be read."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(work),
        "TMPDIR": str(work),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        _COOKIE: cookie,
        **extra,
    }
    if isolation == "audit-hook":
        inherited = [environment["PYTHONPATH"]] if "PYTHONPATH" in environment else []
        environment["PYTHONPATH"] = os.pathsep.join([str(REFUSE_SOCKETS), *inherited])
    return environment


def _family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.Error:
        return []


def _resident(processes: Sequence[psutil.Process]) -> int:
    total = 0
    for process in processes:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total


def _watch(process: subprocess.Popen[bytes], limits: Limits, started: float) -> LimitHit:
    """Waits for the end; the name of the limit that was passed, as soon as one is."""
    # The wall's own processes (namespace, limiting shell) are not the command's.
    allowed = limits.processes + 3
    while True:
        try:
            process.wait(timeout=_POLL_SECONDS)
            return ""
        except subprocess.TimeoutExpired:
            pass
        if time.monotonic() - started > limits.wall_seconds:
            return "wall"
        family = _family(process)
        if len(family) > allowed:
            return "processes"
        if _resident(family) > limits.memory_bytes:
            return "memory"


def _kill(process: subprocess.Popen[bytes], cookie: str, isolation: Isolation) -> None:
    """Ends the command and everything that it started, also what has left its process group."""
    family = _family(process)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if isolation == "audit-hook":
        family += _marked(cookie)
    for member in family:
        try:
            member.kill()
        except psutil.Error:
            continue
    process.wait()
    _await_end(family)


def _await_end(members: Sequence[psutil.Process]) -> None:
    """A killed process ends a moment later; one that is left as a zombie has ended."""
    deadline = time.monotonic() + _ENDING_SECONDS
    while any(_is_alive(member) for member in members) and time.monotonic() < deadline:
        time.sleep(0.01)


def _is_alive(member: psutil.Process) -> bool:
    try:
        return member.is_running() and member.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _marked(cookie: str) -> list[psutil.Process]:
    """Processes that carry the run's mark in their environment, for want of a namespace that ends them."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(_COOKIE) == cookie:
                found.append(process)
        except psutil.Error:
            continue
    return found


def _tail(path: Path) -> str:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _KEPT_CHARACTERS))
        return stream.read().decode("utf-8", errors="replace")


def _read_limit(hit: LimitHit, exit_code: int, stderr: str, work: Path, limits: Limits) -> LimitHit:
    """The limit that the kernel enforced, read from the traces it leaves."""
    if hit or exit_code == 0:
        return hit
    if exit_code in (-signal.SIGXCPU, 128 + signal.SIGXCPU, 128 + signal.SIGKILL):
        return "cpu"
    if "MemoryError" in stderr or "Cannot allocate memory" in stderr:
        return "memory"
    if exit_code in (-signal.SIGXFSZ, 128 + signal.SIGXFSZ) or "File too large" in stderr:
        return "file"
    biggest = max((path.stat().st_size for path in work.rglob("*") if path.is_file()), default=0)
    return "file" if biggest >= limits.file_bytes else ""


def _fill(files: SourceBundle | Path, work: Path) -> None:
    if isinstance(files, SourceBundle):
        work.mkdir()
        write_files(files, work)
    else:
        shutil.copytree(files, work)


def _collected(work: Path, patterns: Sequence[str]) -> dict[str, bytes]:
    """Only plain files: a link could lead to one of ours."""
    found = {}
    for path in sorted(path for pattern in patterns for path in work.glob(pattern)):
        if path.is_file() and not path.is_symlink() and path.resolve().is_relative_to(work.resolve()):
            found[path.relative_to(work).as_posix()] = path.read_bytes()
    return found


def run(
    command: Sequence[str],
    *,
    files: SourceBundle | Path,
    limits: Limits,
    environment: Mapping[str, str] | None = None,
    collect: Sequence[str] = (),
    readable: Sequence[Path] = (),
    isolation: Isolation | None = None,
) -> Outcome:
    """Runs the command in a fresh copy of the files; everything that it started is dead afterwards.

    Args:
        command: program and arguments.
        files: bundle or folder that the command finds in its working directory.
        limits: what it may use.
        environment: variables that it gets besides a few harmless ones; none of ours is inherited.
        collect: glob patterns, relative to the folder, of files that are handed back.
        readable: paths that it may read besides the system and our Python.
        isolation: the wall; the strongest that works where None.

    Raises:
        BadInputError: a path of the bundle would leave the folder.
        SetupError: the command cannot be started.
    """
    used = isolation or strongest()
    cookie = uuid.uuid4().hex
    with tempfile.TemporaryDirectory(prefix="sandbox-", ignore_cleanup_errors=True) as temporary:
        top = Path(temporary)
        work = top / "work"
        _fill(files, work)
        block = limits.file_bytes // 512
        ulimits = [str(limits.cpu_seconds), str(limits.memory_bytes // 1024), str(block)]
        line = wall(used, ["sh", "-c", _LIMITING, "sh", *ulimits, *command], work, readable)
        clean = _clean_environment(work, environment or {}, used, cookie)
        started = time.monotonic()
        out, err = top / "stdout", top / "stderr"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = _start(line, work, clean, stdout.fileno(), stderr.fileno())
            try:
                hit = _watch(process, limits, started)
            finally:
                _kill(process, cookie, used)
        seconds = time.monotonic() - started
        stderr_text = _tail(err)
        return Outcome(
            exit_code=process.returncode,
            stdout=_tail(out),
            stderr=stderr_text,
            seconds=seconds,
            limit_hit=_read_limit(hit, process.returncode, stderr_text, work, limits),
            isolation=used,
            files=_collected(work, collect),
        )


def _start(
    line: Sequence[str], work: Path, environment: Mapping[str, str], stdout: int, stderr: int
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            line,
            cwd=work,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
    except OSError as error:
        raise SetupError(
            f"starting {line[0]}", why=str(error), todo="Install it, or choose another isolation."
        ) from error
