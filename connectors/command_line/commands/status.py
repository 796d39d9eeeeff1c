"""`status`: what runs on this machine, and how it is."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.table import Table
from rich.text import Text

from connectors.command_line.exit_codes import ExitCode
from connectors.command_line.terminal import AsJson, Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploy.local.status import ProcessStatus


def status(json: AsJson = False) -> None:
    """Show servers and processes. Exit code 3 where one of them is not ready."""
    from connectors.settings import settings
    from deploy.local.status import status as look

    terminal = Terminal(json)
    found = look(settings())
    ready = all(each.health == "ready" for each in found)
    terminal.answer({"ready": ready, "processes": [asdict(each) for each in found]}, _table(found))
    if not ready:
        terminal.progress.print("Start what does not run with: streamwright up")
        raise typer.Exit(ExitCode.SETUP_AT_FAULT)


def _table(found: Sequence[ProcessStatus]) -> Table:
    table = Table(box=None)
    for column in ("process", "health", "pid", "port", "runs for", "memory"):
        table.add_column(column, justify="left" if column in ("process", "health") else "right")
    for each in found:
        colour = "green" if each.health == "ready" else "red"
        table.add_row(
            each.role,
            Text(each.health, style=colour),
            str(each.pid or ""),
            str(each.port or ""),
            _duration(time.time() - each.since) if each.since else "",
            f"{each.memory_bytes / 2**20:.0f} MiB" if each.memory_bytes else "",
        )
    return table


def _duration(seconds: float) -> str:
    hours, rest = divmod(int(max(seconds, 0)), 3600)
    minutes, seconds_left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds_left:02}"
