"""`down`: stop what `up` started."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from connectors.command_line.terminal import AsJson, Terminal


def down(
    purge: Annotated[
        bool, typer.Option("--purge", help="Delete log, database and all other data; artefacts stay.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Stop processes, database and broker. Their data stays for the next `up`."""
    from connectors.settings import settings
    from deploy.local.system import down as stop

    terminal = Terminal(json)
    stopped = stop(settings(), terminal.progress.print, purge=purge)
    told = f"Stopped: {', '.join(stopped)}." if stopped else "Nothing ran."
    terminal.answer(
        {"stopped": stopped, "purged": purge}, Text(told + (" All data is deleted." if purge else ""))
    )
