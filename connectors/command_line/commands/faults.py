"""`faults`: kill, pause and restart everything under load, and see that nothing is lost or done twice."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from connectors.command_line.exit_codes import ExitCode
from connectors.command_line.terminal import AsJson, Terminal

if TYPE_CHECKING:
    from deploy.faults.run import Report


def faults(
    events: Annotated[int, typer.Option(help="So many events are to be in the log at least.", min=1)] = 2_000,
    faults: Annotated[int, typer.Option(help="Number of faults.", min=0)] = 12,
    seed: Annotated[int, typer.Option(help="The same seed gives the same plan of faults.")] = 1,
    brokers: Annotated[int, typer.Option(help="Brokers of the cluster: 1 or 3.")] = 1,
    logs: Annotated[
        Path | None, typer.Option(help="New folder to keep the logs of the processes in; default: none.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Carry out a plan of faults on a broker, a database and processes of its own, and check the result.

    Nothing of an existing system is touched. Exit code 1: something is missing, duplicated, out of order
    or in a wrong state.
    """
    from deploy.faults.run import fault_run

    # So that what it has started ends with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    terminal = Terminal(json)
    report = fault_run(
        events, faults, seed, terminal.progress.print, brokers=brokers, keep=logs.absolute() if logs else None
    )
    terminal.answer(report.plain(), _shown(report))
    if not report.is_clean:
        raise typer.Exit(ExitCode.WORK_FAILED)


def _shown(report: Report) -> Table:
    plain = report.plain()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for name in ("seed", "events", "deliveries", "faults", "seconds", *report.findings.counts()):
        table.add_row(name.replace("_", " "), str(plain[name]))
    if not report.quiet:
        table.add_row("note", "something was still under way when it was checked")
    for found in (
        *report.findings.missing,
        *report.findings.duplicated,
        *report.findings.out_of_order,
        *report.findings.wrong_state,
    )[:20]:
        table.add_row("", found)
    return table
