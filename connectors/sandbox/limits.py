"""What a sandboxed run may use, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Isolation = Literal["bwrap", "unshare", "audit-hook"]
LimitHit = Literal["", "wall", "cpu", "memory", "file", "processes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one run.

    Attributes:
        wall_seconds: time until everything is killed.
        cpu_seconds: processor time of any one process.
        memory_bytes: address space of any one process, and resident memory of all together.
        file_bytes: size of any one file, standard output included.
        processes: processes alive at the same time.
    """

    wall_seconds: float = 120.0
    cpu_seconds: int = 120
    memory_bytes: int = 2 * 1024**3
    file_bytes: int = 64 * 1024**2
    processes: int = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run gave.

    Attributes:
        exit_code: of the command; 128 + n or -n where signal n ended it.
        stdout: the end of standard output, at most 200,000 characters.
        stderr: the end of standard error, likewise.
        seconds: wall time.
        limit_hit: the limit that ended it, '' for none.
        isolation: how it was walled off; 'audit-hook' holds back Python code only.
        files: content by path of the files asked for by `collect` that the run left behind.
    """

    exit_code: int
    stdout: str
    stderr: str
    seconds: float
    limit_hit: LimitHit
    isolation: Isolation
    files: Mapping[str, bytes] = field(default_factory=dict)
