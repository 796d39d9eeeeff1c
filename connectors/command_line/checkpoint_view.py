"""What making checkpoints tells, as JSON-like values and for people."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from streams.audit.checkpoints.checkpoint import Checkpoint


def plain_checkpoints(folder: Path, made: Sequence[Checkpoint]) -> dict[str, object]:
    """The answer of `audit checkpoint`."""
    return {"folder": str(folder), "checkpoints": [dataclasses.asdict(each) for each in made]}


def checkpoints_view(folder: Path, made: Sequence[Checkpoint]) -> RenderableType:
    """The answer of `audit checkpoint` for people."""
    if not made:
        return Text("Nothing came since the last checkpoints")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("partition", "records", "root"):
        table.add_column(heading, overflow="fold")
    for each in made:
        table.add_row(f"{each.topic}-{each.partition}", str(each.records), each.root)
    return Group(table, Text(f"Kept in {folder}", style="bold"))
