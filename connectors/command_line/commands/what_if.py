"""`audit what-if`: another version of a decider, or the present engine, over the recorded log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from connectors.command_line.candidates import candidate_of
from connectors.command_line.exit_codes import ExitCode
from connectors.command_line.running_system import running_settings
from connectors.command_line.terminal import AsJson, Terminal
from schemas.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.audit.what_if.reading import RecordedDelivery


def what_if(
    agent: Annotated[str, typer.Option(help="Service whose decider or engine is tried.")],
    deliveries: Annotated[
        list[str] | None, typer.Argument(help="Ids of deliveries; all where they are left out.")
    ] = None,
    candidate: Annotated[
        str, typer.Option(help="Decider to try, as module:attribute; looked for in this folder, too.")
    ] = "",
    version: Annotated[str, typer.Option(help="Version of the registry to try; else the current one.")] = "",
    engine: Annotated[
        bool, typer.Option("--engine", help="Run the agent's present engine on recorded triggers instead.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="With --engine: unified diffs of the files.")] = False,
    json: AsJson = False,
) -> None:
    """Show which recorded decisions, or results of work, would be others; nothing is written anywhere.

    Exit code 0: none would change. 1: some would.
    """
    if (candidate and version) or (engine and (candidate or version)) or (diff and not engine):
        raise BadInputError(
            "Trying what would change",
            why="these options do not go together",
            todo="Give one of --candidate, --version and --engine; --diff goes with --engine",
        )
    terminal = Terminal(json)
    wanted = tuple(deliveries or ())
    if engine:
        is_changed = _engine(terminal, agent, wanted, with_diff=diff)
    else:
        is_changed = _decider(terminal, agent, wanted, candidate, version)
    if is_changed:
        raise typer.Exit(ExitCode.WORK_FAILED)


def _decider(
    terminal: Terminal, agent: str, deliveries: tuple[str, ...], candidate: str, version: str
) -> bool:
    from connectors.command_line.what_if_view import decisions_view, plain_decisions
    from streams.audit.what_if.decisions import replay_decisions, total

    tried = candidate_of(agent, candidate, version)
    found = total(
        replay_decisions(each.records, tried, each.set_aside) for each in _deliveries(terminal, deliveries)
    )
    name = f"{tried.version} of {candidate}" if candidate else tried.version
    terminal.answer(plain_decisions(agent, name, found), decisions_view(agent, name, found))
    return bool(found.changes)


def _engine(terminal: Terminal, agent: str, deliveries: tuple[str, ...], *, with_diff: bool) -> bool:
    from connectors.command_line.what_if_view import plain_results, results_view
    from streams.audit.what_if.engines import engine_of, engine_total, replay_engine

    tried = engine_of(agent)
    found = engine_total(
        [replay_engine(each.records, agent, tried) for each in _deliveries(terminal, deliveries)]
    )
    plain = plain_results(agent, found, with_diff=with_diff)
    terminal.answer(plain, results_view(agent, found, with_diff=with_diff))
    return bool(found.changes)


def _deliveries(terminal: Terminal, deliveries: tuple[str, ...]) -> Iterator[RecordedDelivery]:
    from connectors.schema_registry import codec_for
    from streams.audit.what_if.reading import recorded_deliveries

    config = running_settings(terminal)
    with terminal.progress.status("Reading the log") as status:
        yield from recorded_deliveries(
            config.kafka_brokers,
            codec_for(config),
            deliveries,
            lambda number: status.update(f"Read {number} records"),
        )
