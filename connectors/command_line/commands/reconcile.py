"""`reconcile`: find the events that a service skipped, and drive them again."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from connectors.command_line.running_system import running_settings
from connectors.command_line.terminal import AsJson, Terminal

if TYPE_CHECKING:
    from connectors.settings import Settings
    from streams.runtime.reconciler import Reconciliation

_SHOWN = 50


def reconcile(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only look: list what is missing and drive nothing.")
    ] = False,
    grace: Annotated[
        float,
        typer.Option(min=0, help="Seconds after which an event without its reaction counts as skipped."),
    ] = 60.0,
    metrics_file: Annotated[
        Path | None, typer.Option(help="File for the numbers, in Prometheus' text format.")
    ] = None,
    every: Annotated[
        float,
        typer.Option(
            min=0, help="Seconds between runs, until SIGTERM; 0: run once. Each run gives an answer."
        ),
    ] = 0.0,
    json: AsJson = False,
) -> None:
    """Find events that a service passed without its reaction, and have it react to them.

    Safe while the services run: a record that has its reaction gets no second one.
    """
    from streams.runtime.reconciling import ReconcilerMetrics, run_again_and_again, until_asked_to_end

    terminal, metrics = Terminal(json), ReconcilerMetrics()
    config = running_settings(terminal)

    def run() -> Reconciliation:
        found = _run(config, grace, is_dry_run=dry_run)
        metrics.tell(found)
        if metrics_file is not None:
            metrics.write(metrics_file)
        terminal.answer(plain_reconciliation(found), _shown(found))
        return found

    if every:
        run_again_and_again(run, every, until_asked_to_end())
    else:
        run()


def _run(config: Settings, grace: float, *, is_dry_run: bool) -> Reconciliation:
    from connectors.schema_registry import codec_for
    from streams.runtime.reconciler import reconcile as reconcile_log

    return reconcile_log(
        config.kafka_brokers,
        config.database_url,
        codec_for(config),
        grace_seconds=grace,
        is_dry_run=is_dry_run,
    )


def plain_reconciliation(found: Reconciliation) -> dict[str, object]:
    """The answer of `reconcile`."""
    return {
        "events": found.events,
        "missing": found.count("missing", "driven"),
        "driven": found.count("driven"),
        "settled": found.count("settled"),
        "unread": found.count("unread"),
        "reactions": [
            {**dataclasses.asdict(each.owed), "position": str(each.owed.position), "status": each.status}
            for each in found.reactions
        ],
        "seconds": round(found.seconds, 3),
    }


def _shown(found: Reconciliation) -> Group:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("status", "service", "event", "where", "why"):
        table.add_column(heading, overflow="fold")
    for each in found.reactions[:_SHOWN]:
        owed = each.owed
        table.add_row(each.status, owed.service, owed.event_type, str(owed.position), Text(owed.why))
    missing, driven = found.count("missing", "driven"), found.count("driven")
    told = f"{missing} reactions missing in {found.events} events, {driven} driven; {found.seconds:.2f} s"
    parts: list[Table | Text] = [table] if found.reactions else []
    if len(found.reactions) > _SHOWN:
        parts.append(Text(f"and {len(found.reactions) - _SHOWN} more; see all with --json"))
    return Group(*parts, Text(told, style="bold"))
