"""Small disks of a fault run: file systems in memory, which are full at once when their limit is lowered."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from schemas.errors import SetupError

# A limit, not what is used: memory is taken as files are written.
_ROOM = "size=6g,nr_inodes=0"
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system at `folder`."""

    folder: Path

    def fill(self) -> None:
        """Leave no room: what would take one more page gets ENOSPC.

        Raises:
            SetupError: the system refuses.
        """
        for _ in range(_TRIES):
            found = os.statvfs(self.folder)
            used = (found.f_blocks - found.f_bfree) * found.f_frsize
            # The system refuses a limit below what is used, which may have grown since.
            if _mounted("remount", f"size={max(used, found.f_frsize)},nr_inodes=0", self.folder):
                return
        raise _refusal(self.folder)

    def free(self) -> None:
        """Give room again.

        Raises:
            SetupError: the system refuses.
        """
        if not _mounted("remount", _ROOM, self.folder):
            raise _refusal(self.folder)


@cache
def can_mount() -> bool:
    """Whether this user may mount file systems here."""
    with tempfile.TemporaryDirectory(prefix="streamwright-mount-") as name:
        if not _mounted("", _ROOM, Path(name)):
            return False
        _unmount(Path(name))
    return True


@contextmanager
def mounted(folders: Sequence[Path]) -> Iterator[tuple[Disk, ...]]:
    """New disks at these folders, which vanish with all that is on them when the block ends.

    Raises:
        SetupError: the system refuses.
    """
    with ExitStack() as stack:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
            if not _mounted("", _ROOM, folder):
                raise _refusal(folder)
            stack.callback(_unmount, folder)
        yield tuple(Disk(folder) for folder in folders)


def _mounted(how: str, options: str, folder: Path) -> bool:
    told = ",".join(part for part in (how, "mode=755", options) if part)
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", told, "tmpfs", str(folder)], capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def _unmount(folder: Path) -> None:
    # Lazily: a process that was killed may hold a file for a moment yet.
    subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)


def _refusal(folder: Path) -> SetupError:
    return SetupError(
        f"Mounting a small disk at {folder}",
        why="the system refuses",
        todo="Run as root, or without faults of the kind full_disk",
    )
