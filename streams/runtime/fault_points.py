"""Named places of the runtime at which a fault run may end the process, as a crash there would.

They do nothing unless STREAMWRIGHT_FAULT_POINTS names a folder when the process starts. Then a process
that reaches a point whose file is in the folder takes the file away, so that no other process takes it,
too, and ends itself by SIGKILL.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

VARIABLE = "STREAMWRIGHT_FAULT_POINTS"

INBOX_POINTS: tuple[str, ...] = ("inbox.before_decide", "inbox.before_save", "inbox.after_save")
WORK_POINTS: tuple[str, ...] = ("work.before_work", "work.before_result", "work.after_result")
RELAY_POINTS: tuple[str, ...] = (
    "relay.before_produce",
    "relay.after_produce",
    "relay.before_commit",
    "relay.after_commit",
)

_folder = Path(os.environ[VARIABLE]) if VARIABLE in os.environ else None


def arm(folder: Path | None) -> None:
    """Look for files of points in this folder from now on; None: in none."""
    global _folder
    _folder = folder


def reach(point: str) -> None:
    """End the process here, where the point is armed."""
    if _folder is None:
        return
    try:
        (_folder / point).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
