"""The `streamwright` command: puts the commands together and turns errors into exit codes."""

from __future__ import annotations

import sys

import typer

from connectors.command_line.commands import (
    audit,
    deliver,
    dlq,
    doctor,
    down,
    erase,
    evaluate,
    faults,
    mcp,
    publish,
    query,
    rebuild,
    reconcile,
    schemas,
    status,
    up,
)
from connectors.command_line.exit_codes import code_of
from connectors.command_line.terminal import Terminal
from schemas.errors import StreamwrightError

app = typer.Typer(
    name="streamwright",
    help="From a business requirement to a tested and built service, over a Kafka log.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

# A command is a function in connectors/command_line/commands/<name>.py, added here with
#   app.command("<name>")(<name>.<name>)          for one command, or
#   app.add_typer(<name>.app, name="<name>")      for a group such as `audit verify`.
# Its parameters are typer options; `json: AsJson = False` is one of them everywhere. It makes
# `Terminal(json)`, calls `.answer(...)` once, raises our errors (schemas.errors), and ends with
# `raise typer.Exit(ExitCode...)` for any code other than 0. Slow imports stand inside the function.


@app.callback()
def _root() -> None:
    """Options of all commands would stand here; it also keeps `streamwright <command>` as the form."""


app.command("deliver")(deliver.deliver)
app.add_typer(publish.app, name="publish")
app.command("query")(query.query)
app.add_typer(audit.app, name="audit")
app.add_typer(dlq.app, name="dlq")
app.command("erase")(erase.erase)
app.command("evaluate")(evaluate.evaluate)
app.command("faults")(faults.faults)
app.command("mcp")(mcp.mcp)
app.command("rebuild")(rebuild.rebuild)
app.command("reconcile")(reconcile.reconcile)
app.add_typer(schemas.app, name="schemas")
app.command("up")(up.up)
app.command("down")(down.down)
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command line, and exit with the code of `exit_codes`."""
    try:
        app()
    except StreamwrightError as error:
        Terminal("--json" in sys.argv).error(error)
        sys.exit(code_of(error))


if __name__ == "__main__":
    main()
