"""Which wall the machine offers, and the command line that puts a command behind it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from connectors.sandbox.limits import Isolation

_HERE = Path(__file__).parent
REFUSE_SOCKETS = _HERE / "refuse_sockets"
_SYSTEM_PATHS = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/etc/localtime",
    "/etc/passwd",
    "/etc/mime.types",
)


def _interpreter_paths() -> tuple[str, ...]:
    """Folders without which our own Python does not start."""
    executable = Path(sys.executable)
    folders = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(executable.resolve().parent.parent)}
    return tuple(sorted(folders))


def visible_paths(readable: Sequence[Path]) -> tuple[str, ...]:
    """Paths that a sandboxed command can read: the system, our Python, and those asked for.

    A path inside another one is left out, because the outer one shows it already.
    """
    wanted = sorted({*_SYSTEM_PATHS, *_interpreter_paths(), *(str(path) for path in readable)})
    outer: list[str] = []
    for path in wanted:
        if not any(path.startswith(f"{other}/") for other in outer):
            outer.append(path)
    return tuple(outer)


def _bwrap(command: Sequence[str], work: Path, readable: Sequence[Path]) -> list[str]:
    line = ["bwrap", "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--tmpfs", "/tmp"]
    for path in visible_paths(readable):
        if Path(path).is_symlink():
            line += ["--symlink", str(Path(path).readlink()), path]
        else:
            line += ["--ro-bind-try", path, path]
    line += ["--proc", "/proc", "--dev", "/dev", "--bind", str(work), str(work), "--chdir", str(work)]
    return [*line, "--", *command]


def _unshare(command: Sequence[str], work: Path, readable: Sequence[Path]) -> list[str]:
    root = work.parent / f"{work.name}.root"
    root.mkdir(exist_ok=True)
    flags = [
        "--user",
        "--map-root-user",
        "--net",
        "--ipc",
        "--uts",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
    ]
    script = [
        str(_HERE / "enter.sh"),
        str(root),
        str(work),
        "\n".join(visible_paths(readable)),
        sys.executable,
    ]
    return ["unshare", *flags, "--", "sh", *script, *command]


def wall(isolation: Isolation, command: Sequence[str], work: Path, readable: Sequence[Path]) -> list[str]:
    """The command line that runs the command in the work folder behind that wall."""
    if isolation == "bwrap":
        return _bwrap(command, work, readable)
    if isolation == "unshare":
        return _unshare(command, work, readable)
    return list(command)


def _works(isolation: Isolation) -> bool:
    with tempfile.TemporaryDirectory(prefix="sandbox-probe-") as folder:
        work = Path(folder) / "work"
        work.mkdir()
        line = wall(isolation, [sys.executable, "-c", "print('in')"], work, ())
        try:
            done = subprocess.run(
                line, capture_output=True, text=True, timeout=20, env={"PATH": os.defpath}, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0 and done.stdout.strip() == "in"


@cache
def strongest() -> Isolation:
    """The strongest wall that works on this machine, tried once in a process."""
    if shutil.which("bwrap") and _works("bwrap"):
        return "bwrap"
    if shutil.which("unshare") and shutil.which("setpriv") and _works("unshare"):
        return "unshare"
    return "audit-hook"
