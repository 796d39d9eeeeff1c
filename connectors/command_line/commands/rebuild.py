"""`rebuild`: everything in the databases again from the topics alone."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.table import Table
from rich.text import Text

from connectors.command_line.exit_codes import ExitCode
from connectors.command_line.running_system import running_settings
from connectors.command_line.terminal import AsJson, Terminal

if TYPE_CHECKING:
    from connectors.settings import Settings
    from streams.runtime.restore import RestoredService

Part = Literal["auto", "all", "projections", "services"]


def rebuild(
    part: Annotated[
        Part,
        typer.Option(
            help="projections: the read models, while the system runs; services: the event stores,"
            " while the services are stopped; auto: the stores only where they lack events of the log."
        ),
    ] = "auto",
    json: AsJson = False,
) -> None:
    """Build the databases again from the topics, and compare with what was there.

    Exit code 1: something was there, and differs from what the topics give.
    """
    from deploy.local.prepare import prepare

    terminal = Terminal(json)
    began = time.monotonic()
    config = running_settings(terminal)
    prepare(config)
    services = _services(terminal, config) if _wants_services(part, config) else {}
    plain: dict[str, object] = {"events": sum(each.published for each in services.values())}
    equal = all(each.equal is not False for each in services.values())
    if part != "services":
        from projections.rebuild import rebuild as rebuild_read_models

        terminal.progress.print("Building the read models")
        result = rebuild_read_models(config)
        plain = {"events": result.events, "differing_tables": list(result.differing_tables)}
        equal = equal and result.checksums_equal
    plain |= {"seconds": round(time.monotonic() - began, 3), "checksums_equal": equal}
    plain["services"] = {name: dataclasses.asdict(each) for name, each in services.items()}
    terminal.answer(plain, _shown(plain, services))
    if not equal:
        raise typer.Exit(ExitCode.WORK_FAILED)


def _wants_services(part: Part, config: Settings) -> bool:
    if part != "auto":
        return part in ("all", "services")
    from connectors.schema_registry import codec_for
    from streams.runtime.restore import lacking_services

    return bool(lacking_services(config.kafka_brokers, config.database_url, codec_for(config)))


def _services(terminal: Terminal, config: Settings) -> dict[str, RestoredService]:
    """Restore the event stores; processes of the local system are stopped meanwhile."""
    from connectors.schema_registry import codec_for
    from connectors.settings import settings
    from deploy.local.system import processes_down, up
    from streams.runtime.restore import restore

    progress = terminal.progress.print
    stopped = processes_down(config, progress)
    progress("Restoring the services' event stores")
    try:
        return restore(config.kafka_brokers, config.database_url, codec_for(config))
    finally:
        if stopped:
            up(settings(), progress)


def _shown(plain: dict[str, object], services: dict[str, RestoredService]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=bool(services))
    for heading in ("service", "events", "to publish", "work", "as before"):
        table.add_column(heading)
    for name, each in services.items():
        as_before = {True: "yes", False: "no", None: "was empty"}[each.equal]
        table.add_row(name, str(each.published), str(each.unpublished), str(each.work), as_before)
    told = f"{plain['events']} events in {plain['seconds']} s; "
    told += "as before" if plain["checksums_equal"] else "not as before"
    table.add_row(Text(told, style="bold"))
    return table
