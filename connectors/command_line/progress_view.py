"""A delivery's progress as a person sees it in the terminal."""

from __future__ import annotations

from datetime import datetime

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from connectors.command_line.delivery_progress import DeliveryProgress, StepProgress

AGENTS = {
    "analysis": "business-analyzer",
    "backend": "backend-developer",
    "frontend": "frontend-developer",
    "tests": "testing-engineer",
    "build": "deployment",
}
_MARKS = {
    "waiting": Text("·", style="dim"),
    "done": Text("✓", style="bold green"),
    "asked": Text("?", style="bold yellow"),
    "failed": Text("✗", style="bold red"),
    "undone": Text("↩", style="magenta"),
}


def progress_table(progress: DeliveryProgress, now: datetime) -> Table:
    """One row for each step: mark, step, agent, seconds, what came of it."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("", "step", "agent", "seconds", "result"):
        table.add_column(heading, justify="right" if heading == "seconds" else "left", style=None)
    for step in progress.steps:
        mark: RenderableType = Spinner("dots") if step.status == "working" else _MARKS[step.status]
        note = "undone" if step.status == "undone" else step.note
        table.add_row(mark, step.step, AGENTS[step.step], _seconds(step, now), Text(note))
    return table


def _seconds(step: StepProgress, now: datetime) -> str:
    if step.began is None:
        return ""
    return f"{((step.ended or now) - step.began).total_seconds():.1f}"


def questions_view(progress: DeliveryProgress, delivery_id: str) -> RenderableType:
    """The questions, and how to answer them."""
    parts: list[RenderableType] = []
    for question in progress.questions:
        parts.append(Text(f"{question.id}  {question.text}", style="bold"))
        if question.about:
            parts.append(Text(f"     about: {question.about}"))
        if question.reason:
            parts.append(Text(f"     why it matters: {question.reason}"))
        parts.extend(Text(f"     for example: {suggestion}") for suggestion in question.suggestions)
    first = progress.questions[0].id if progress.questions else "Q01"
    parts.append(Text(f'\nAnswer with: streamwright publish answer {delivery_id} {first}="your answer"'))
    return Panel(Group(*parts), title="The requirement leaves questions open", border_style="yellow")
