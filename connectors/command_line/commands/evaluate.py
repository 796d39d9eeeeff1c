"""`evaluate`: deliver a set of requirements and score each from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group

from connectors.command_line.exit_codes import ExitCode
from connectors.command_line.terminal import AsJson, Terminal
from schemas.errors import SetupError

if TYPE_CHECKING:
    from connectors.evaluation.evaluation_files import Report
    from connectors.evaluation.judging import Thoroughness
    from connectors.evaluation.requirement_set import EvaluatedRequirement
    from connectors.evaluation.scores import RequirementScore

_TOOLS = ("cosmic_ray", "openapi_spec_validator", "schemathesis", "snowballstemmer")


def evaluate(
    set_file: Annotated[
        Path, typer.Option("--set", help="JSON lines: {id, text, checks: {outcome, entities, operations}}.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for evaluation.json and the plot; new under the home where not given."),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out mutants and schemathesis.")] = False,
    mutants: Annotated[int, typer.Option(help="Mutants tried of each service; 0: none.", min=0)] = 20,
    fuzz_seconds: Annotated[
        int, typer.Option(help="Seconds of schemathesis for each service; 0: none.", min=0)
    ] = 20,
    pages: Annotated[bool, typer.Option(help="Open each page in Chromium, where there is one.")] = True,
    only: Annotated[list[str] | None, typer.Option(help="Judge this id alone; may be repeated.")] = None,
    compare: Annotated[
        Path | None, typer.Option(help="evaluation.json of an earlier run: show what changed.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in --out: keep what is judged already.")
    ] = False,
    rejudge: Annotated[
        Path | None,
        typer.Option(help="evaluation.json of an earlier run: judge its deliveries, deliver only others."),
    ] = None,
    parallel: Annotated[int, typer.Option(help="Deliveries under way at the same time.", min=1)] = 4,
    delivery_seconds: Annotated[
        float, typer.Option(help="Time limit of one delivery, waiting for others included.", min=1)
    ] = 1200.0,
    limit_seconds: Annotated[
        float, typer.Option(help="Nothing new is begun with a service after so many seconds.", min=1)
    ] = 900.0,
    seed: Annotated[int, typer.Option(help="Of mutants and fuzzing.")] = 1,
    json: AsJson = False,
) -> None:
    """Deliver a set of requirements, and score each from outside: wheel, HTTP and OpenAPI alone.

    All figures are shares from 0 to 1, but for these counts: requirements, server_errors,
    schema_violations, invalid_openapi; and seconds. A share of nothing is null, as mutants_caught with
    --quick. built counts wheels that install and start; entities_found and operations_working are shares
    of what the checks name, and count what was never built as not found. Exit code 0: all requirements
    were judged, whatever the scores.
    """
    terminal = Terminal(json)

    from connectors.evaluation.requirement_set import read_set

    requirements = [r for r in read_set(set_file) if not only or r.id in only]
    if not requirements:
        raise typer.BadParameter("no requirement of the set has such an id", param_hint="--only")
    _see_tools()
    from connectors.evaluation.comparison import compared
    from connectors.evaluation.evaluation_files import read_report, save_report
    from connectors.evaluation.judging import Thoroughness
    from connectors.evaluation.plot import draw

    earlier = read_report(compare) if compare else None
    how = Thoroughness(
        fuzz_seconds=0 if quick else fuzz_seconds,
        mutants=0 if quick else mutants,
        pages=pages,
        seed=seed,
        limit_seconds=limit_seconds,
    )
    folder = (out or _new_folder()).absolute()
    report = _evaluated(
        requirements,
        terminal,
        how=how,
        name=set_file.name,
        folder=folder,
        resume=resume,
        parallel=parallel,
        delivery_seconds=delivery_seconds,
        earlier=read_report(rejudge).requirements if rejudge else (),
    )
    file = save_report(report, folder)
    plots = draw(report, folder)
    comparison = compared(earlier, report) if earlier else None
    answer = {**report.summary.model_dump(), "report": str(file), "plots": [str(plot) for plot in plots]}
    if comparison:
        answer["compared"] = asdict(comparison)

    from connectors.command_line.evaluation_view import comparison_view, report_view

    views = [report_view(report), f"Report {file}", *([comparison_view(comparison)] if comparison else [])]
    terminal.answer(answer, Group(*views))
    raise typer.Exit(ExitCode.DONE)


def _new_folder() -> Path:
    from connectors.settings import settings

    return settings().home / "evaluations" / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


def _see_tools() -> None:
    missing = [name for name in _TOOLS if find_spec(name) is None]
    if missing:
        raise SetupError(
            "Evaluating",
            why=f"{', '.join(missing)}: not installed",
            todo="Install the tools that judge with: uv sync --group evaluation",
        )


def _evaluated(
    requirements: list[EvaluatedRequirement],
    terminal: Terminal,
    *,
    how: Thoroughness,
    name: str,
    folder: Path,
    resume: bool,
    parallel: int,
    delivery_seconds: float,
    earlier: Sequence[RequirementScore],
) -> Report:
    from connectors.evaluation.evaluation_run import evaluate as run
    from connectors.settings import settings
    from deploy.local.system import up

    return run(
        requirements,
        lambda: up(settings(), terminal.progress.print).settings,
        settings().home / "artefacts",
        name=name,
        folder=folder,
        how=how,
        resume=resume,
        parallel=parallel,
        delivery_seconds=delivery_seconds,
        earlier=earlier,
        progress=lambda words: terminal.progress.print(words, markup=False),
    )
