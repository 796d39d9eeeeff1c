"""What a command prints: its answer on standard output, progress and errors on standard error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import typer
from rich.console import Console, RenderableType

from schemas.errors import StreamwrightError

AsJson = Annotated[
    bool, typer.Option("--json", help="Print the answer as one JSON object; progress goes to stderr.")
]


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where one command writes.

    Attributes:
        as_json: the answer is one line of JSON, and nothing else is on standard output.
        progress: console for everything that is not the answer.
    """

    as_json: bool = False
    progress: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))

    def answer(self, plain: Mapping[str, object], shown: RenderableType | None = None) -> None:
        """Print the answer: `plain` as JSON, or `shown` for people (`plain` where nothing nicer is given)."""
        if self.as_json:
            typer.echo(json.dumps(plain, ensure_ascii=False, default=str))
        elif shown is None:
            Console(highlight=False).print_json(data=plain, default=str)
        else:
            # Where it is no terminal, paths and commands must not be cut at some width.
            Console(highlight=False).print(shown, crop=False)

    def error(self, error: StreamwrightError) -> None:
        """Tell what failed, why, and what to do; as JSON an object with these three."""
        self.progress.print(f"[bold red]{_escaped(error.what)}[/]: {_escaped(error.why)}")
        self.progress.print(f"[bold]What to do:[/] {_escaped(error.todo)}")
        if self.as_json:
            typer.echo(json.dumps({"error": {"what": error.what, "why": error.why, "todo": error.todo}}))


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")
