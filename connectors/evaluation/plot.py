"""A picture of an evaluation: each share beside its target, and what was found of each requirement."""

from __future__ import annotations

from pathlib import Path

from connectors.evaluation.evaluation_files import Report
from connectors.evaluation.scores import RequirementScore

TARGETS = {
    "services_complete": 0.9,
    "entities_found": None,
    "fields_found": None,
    "operations_working": 0.8,
    "as_expected": None,
    "mutants_caught": 0.7,
    "line_coverage": 0.9,
    "pages_clean": None,
}
_GOOD, _SHORT, _PLAIN = "#2a7f62", "#b5483a", "#4a6fa5"


def draw(report: Report, folder: Path) -> list[Path]:
    """Draws evaluation.svg and evaluation.png into the folder; none where matplotlib is not installed."""
    try:
        import matplotlib as mpl
    except ImportError:
        return []
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    height = 3.2 + 0.22 * len(report.requirements)
    ratios = [len(TARGETS), max(4, len(report.requirements) * 0.6)]
    figure, (above, below) = plt.subplots(2, 1, figsize=(9, height), height_ratios=ratios)
    figures = report.summary.model_dump()
    shown = {name: figures[name] for name in reversed(TARGETS) if figures[name] is not None}
    colours = [_colour(share, TARGETS[name]) for name, share in shown.items()]
    bars = above.barh([name.replace("_", " ") for name in shown], list(shown.values()), color=colours)
    above.bar_label(bars, labels=[f"{share:.0%}" for share in shown.values()], padding=3)
    for row, name in enumerate(shown):
        target = TARGETS[name]
        if target is not None:
            above.plot([target, target], [row - 0.4, row + 0.4], color="black", linewidth=2)
    above.set_xlim(0, 1.12)
    above.set_title(
        f"{report.set}: {report.summary.requirements} requirements (bars: shares; lines: targets)"
    )
    scores = list(reversed(report.requirements))
    working = [share_working(score) for score in scores]
    below.barh([score.id for score in scores], working, color=[_colour(w, 0.8) for w in working])
    below.set_xlim(0, 1.12)
    below.tick_params(axis="y", labelsize=7)
    below.set_title("Share of named operations that work; an expected clarification counts whole", fontsize=9)
    figure.tight_layout()
    files = [folder / "evaluation.svg", folder / "evaluation.png"]
    for file in files:
        figure.savefig(file, dpi=110)
    plt.close(figure)
    return files


def share_working(score: RequirementScore) -> float:
    """Share of one requirement's operations that work; of one without any, whether it ended as expected."""
    if not score.operations:
        return float(score.as_expected or not score.expected)
    return sum(o.standing == "works" for o in score.operations) / len(score.operations)


def _colour(share: float, target: float | None) -> str:
    if target is None:
        return _PLAIN
    return _GOOD if share >= target else _SHORT
