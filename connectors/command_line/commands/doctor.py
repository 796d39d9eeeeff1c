"""`doctor`: find what is wrong with a set-up, and say how to mend it."""

from __future__ import annotations

from dataclasses import asdict

import typer
from rich.table import Table
from rich.text import Text

from connectors.command_line.exit_codes import ExitCode
from connectors.command_line.terminal import AsJson, Terminal

_COLOURS = {"ok": "green", "warning": "yellow", "wrong": "red"}


def doctor(json: AsJson = False) -> None:
    """Check machine, servers, topics and roles. Exit code 3 where something is wrong."""
    from connectors.settings import settings
    from deploy.local.doctor import examine

    terminal = Terminal(json)
    found = examine(settings())
    wrong = any(each.verdict == "wrong" for each in found)
    table = Table(box=None)
    for column in ("", "what", "found", "what to do"):
        table.add_column(column)
    for each in found:
        verdict = Text(each.verdict, style=_COLOURS[each.verdict])
        table.add_row(verdict, each.what, Text(each.found), Text(each.todo))
    terminal.answer({"healthy": not wrong, "findings": [asdict(each) for each in found]}, table)
    if wrong:
        raise typer.Exit(ExitCode.SETUP_AT_FAULT)
