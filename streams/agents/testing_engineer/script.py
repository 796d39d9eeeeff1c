"""The text of one generated test: its lines and its variables."""

from __future__ import annotations

from collections.abc import Mapping

from streams.agents.testing_engineer.values import Record, Value, literal

_WIDTH = 104


class Script:
    """Lines of a test's body, without indentation.

    Attributes:
        lines: what was said so far.
        names: how often each variable name was asked for.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, int] = {}

    def say(self, *lines: str) -> None:
        """Adds lines."""
        self.lines.extend(lines)

    def call(self, head: str, path: str, body: Mapping[str, Value] | None, tail: str = "") -> None:
        """Adds `head(path, body, tail)`, on several lines where it is long."""
        arguments = [path, *([] if body is None else [dictionary(body)]), *([tail] if tail else [])]
        line = f"{head}({', '.join(arguments)})"
        if len(line) <= _WIDTH or body is None:
            self.say(line)
            return
        self.say(f"{head}(", f"    {path},", "    {")
        self.say(*(f'        "{name}": {literal(value)},' for name, value in body.items()))
        self.say("    },", *([f"    {tail},"] if tail else []), ")")

    def name(self, wanted: str) -> str:
        """A variable that the test does not use yet."""
        self.names[wanted] = self.names.get(wanted, 0) + 1
        count = self.names[wanted]
        return wanted if count == 1 else f"{wanted}_{count}"


def dictionary(values: Mapping[str, Value]) -> str:
    """Python source of a JSON object."""
    return "{" + ", ".join(f'"{name}": {literal(value)}' for name, value in values.items()) + "}"


def item_path(record: Record, rest: str = "") -> str:
    """Python source of the path of a record, or of something below it."""
    return f"f\"/{record.entity.plural}/{{{record.variable}['id']}}{rest}\""


def collection_path(record: Record) -> str:
    """Python source of the path of a record's collection."""
    return f'"/{record.entity.plural}"'
