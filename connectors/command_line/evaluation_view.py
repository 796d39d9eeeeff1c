"""Tables of an evaluation for people."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from connectors.evaluation.comparison import Comparison
from connectors.evaluation.evaluation_files import Report
from connectors.evaluation.scores import RequirementScore

_COUNTS = ("requirements", "server_errors", "schema_violations", "invalid_openapi", "seconds")


def report_view(report: Report) -> RenderableType:
    """One row a requirement, then the figures over all."""
    table = Table(title=f"{report.set}: {len(report.requirements)} requirements", header_style="bold")
    for name in (
        "Requirement",
        "Outcome",
        "Entities",
        "Fields",
        "Operations",
        "5xx",
        "Mutants",
        "Lines",
        "s",
    ):
        table.add_column(name, justify="left" if name in ("Requirement", "Outcome") else "right")
    for score in report.requirements:
        table.add_row(*_row(score))
    figures = Table(title="Over all", header_style="bold")
    figures.add_column("Figure")
    figures.add_column("Value", justify="right")
    for name, value in report.summary.model_dump().items():
        figures.add_row(name.replace("_", " "), shown(name, value))
    return Group(table, figures)


def _row(score: RequirementScore) -> list[str | Text]:
    fields = [field for entity in score.entities for field in entity.fields.values()]
    mutants = score.mutants
    fits = score.as_expected or not score.expected
    return [
        score.id,
        Text(score.outcome, style="green" if fits else "red"),
        _part(sum(bool(entity.resource) for entity in score.entities), len(score.entities)),
        _part(sum(field is not None for field in fields), len(fields)),
        _part(sum(o.standing == "works" for o in score.operations), len(score.operations)),
        str(score.server_errors) if score.started else "",
        _part(mutants.caught, mutants.sampled) if mutants else "",
        f"{score.line_coverage:.0%}" if score.line_coverage is not None else "",
        f"{score.delivery_seconds:.0f}+{score.seconds:.0f}",
    ]


def _part(part: int, whole: int) -> Text:
    if not whole:
        return Text("")
    return Text(f"{part}/{whole}", style="" if part == whole else "yellow" if part else "red")


def shown(name: str, value: float | None) -> str:
    """A figure as people read it: shares in per cent."""
    if value is None:
        return "-"
    return f"{value:g}" if name in _COUNTS else f"{value:.1%}"


def comparison_view(comparison: Comparison) -> RenderableType:
    """The figures of both runs, and each requirement that fares otherwise."""
    figures = Table(title="Compared", header_style="bold")
    for name in ("Figure", "Before", "After", "Change"):
        figures.add_column(name, justify="left" if name == "Figure" else "right")
    for change in comparison.figures:
        difference = change.difference
        figures.add_row(
            change.name.replace("_", " "),
            shown(change.name, change.before),
            shown(change.name, change.after),
            "" if not difference else ("+" if difference > 0 else "") + shown(change.name, difference),
        )
    lines = [
        Text(f"{c.id}: {'; '.join(filter(None, (c.outcome, _signed('+', c.gained), _signed('-', c.lost))))}")
        for c in comparison.requirements
    ]
    return Group(figures, *lines)


def _signed(sign: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{sign}{name}" for name in names)
