"""The figures as JSON, as a table and as a plot."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from rich.table import Table

from tests.benchmarks.measuring import Row

_MET = {True: "yes", False: "no", None: ""}
_COLOURS = {True: "#2a7f62", False: "#b5483a", None: "#5b6f8f"}


def machine() -> dict[str, object]:
    """What the figures depend on."""
    return {
        "processors": os.cpu_count(),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        "system": platform.system(),
    }


def write_json(path: Path, rows: Sequence[Row], told: dict[str, object]) -> None:
    """The rows, and what is told of the machine and the run."""
    plain = [
        {
            "name": row.name,
            "ours": _rounded(row.ours),
            "reference": _rounded(row.reference),
            "reference_name": row.reference_name,
            "ratio": _rounded(row.ratio),
            "unit": row.unit,
            "bar": row.bar,
            "met": row.is_met,
            "cpu_ratio": _rounded(row.cpu_ratio),
            "note": row.note,
        }
        for row in rows
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"rows": plain, **told}, indent=2) + "\n")


def table_of(rows: Sequence[Row]) -> Table:
    """The rows, to be read."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("", "ours", "reference", "", "ratio", "by cpu", "bar", "met", "unit"):
        numbers = heading in ("ours", "reference", "ratio", "by cpu", "bar")
        table.add_column(heading, justify="right" if numbers else "left", no_wrap=numbers)
    for row in rows:
        bar = "" if row.bar is None else f"{row.bar:g}"
        table.add_row(
            row.name, _number(row.ours), _number(row.reference), row.reference_name,
            _ratio(row.ratio), _ratio(row.cpu_ratio), bar, _MET[row.is_met], row.unit,
        )  # fmt: skip
    return table


def write_plot(path: Path, rows: Sequence[Row]) -> None:
    """A bar for each ratio, on a scale of powers of ten, with a mark where the bar to reach is."""
    mpl.rcParams["svg.hashsalt"] = "benchmarks"
    shown = [row for row in rows if row.ratio][::-1]
    figure = Figure(figsize=(11, 1.2 + 0.38 * len(shown)), layout="constrained")
    axes = figure.subplots()
    ratios = [row.ratio or 1.0 for row in shown]
    names = [f"{row.name} ({row.unit})\n{row.reference_name}" for row in shown]
    places = range(len(shown))
    axes.barh(places, ratios, color=[_COLOURS[row.is_met] for row in shown], height=0.6)
    for place, row in zip(places, shown, strict=True):
        axes.annotate(_ratio(row.ratio), (row.ratio or 1.0, place), (4, 0), textcoords="offset points",
                      va="center", fontsize=8)  # fmt: skip
        if row.bar is not None:
            axes.plot([row.bar, row.bar], [place - 0.4, place + 0.4], color="black", linewidth=2)
    axes.axvline(1.0, color="grey", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_yticks(list(places), names, fontsize=7)
    axes.set_xlabel("ratio, above 1: ours is better; black: the bar to reach; green: reached, red: not")
    figure.savefig(path, metadata={"Date": None})


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
