"""The text of the generated test files."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from schemas.specification import Criterion
from streams.agents.testing_engineer.values import NOW, iso

_STEPS = (
    "accepted",
    "act",
    "change",
    "create",
    "declared",
    "exported",
    "lists",
    "operations",
    "read",
    "refused",
    "remove",
    "replace",
    "send",
)
_WIDTH = 88


@dataclass(frozen=True, slots=True)
class WrittenTest:
    """A test of one criterion.

    Attributes:
        name: name of the function.
        criterion: what it traces to.
        says: what it shows.
        lines: its body without indentation.
    """

    name: str
    criterion: Criterion
    says: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Omission:
    """A test that could not be written, and why."""

    name: str
    criterion: Criterion
    why: str


@cache
def _template(name: str) -> str:
    folder = resources.files("streams.agents.testing_engineer") / "templates"
    return (folder / f"{name}.txt").read_text(encoding="utf-8")


def conftest(package: str) -> str:
    """Text of tests/conftest.py."""
    return _template("conftest.py").replace("{package}", package).replace("{now}", iso(NOW))


def steps() -> str:
    """Text of tests/steps.py."""
    return _template("steps.py")


def test_file(title: str, tests: Sequence[WrittenTest], omissions: Sequence[Omission]) -> str:
    """Text of one file of tests."""
    body = "\n\n\n".join("\n".join(_function(test)) for test in tests)
    used = [name for name in _STEPS if re.search(rf"\b{name}\(", body)]
    imports = ["from fastapi.testclient import TestClient"]
    if used:
        imports.append(_import(used))
    typing = ["", "if TYPE_CHECKING:", "    from conftest import Clock"] if _uses_clock(tests) else []
    head = [_docstring(title, ""), "", "from __future__ import annotations", ""]
    if typing:
        head += ["from typing import TYPE_CHECKING", ""]
    return "\n".join([*head, *imports, *typing, *_left_out(omissions), "", "", body, ""])


test_file.__test__ = False  # type: ignore[attr-defined]


def _import(names: Sequence[str]) -> str:
    line = f"from steps import {', '.join(names)}"
    if len(line) <= _WIDTH:
        return line
    return "\n".join(["from steps import (", *(f"    {name}," for name in names), ")"])


def _uses_clock(tests: Sequence[WrittenTest]) -> bool:
    return any(_clocked(test) for test in tests)


def _clocked(test: WrittenTest) -> bool:
    return any(line.startswith("clock.") for line in test.lines)


def _fixtures(test: WrittenTest) -> str:
    """Arguments of a test: the fixtures that its lines speak of."""
    text = "\n".join(test.lines)
    named = ("client", "TestClient"), ("strict_client", "TestClient"), ("clock", "Clock")
    used = [
        f"{name}: {type_}"
        for name, type_ in named
        if re.search(rf"(?<![\w.]){name}\b(?!:)", text) and not (name == "clock" and not _clocked(test))
    ]
    return ", ".join(used)


def _left_out(omissions: Sequence[Omission]) -> Iterator[str]:
    if omissions:
        yield ""
        yield "# Left out, because the rules of the specification leave no way to bring it about:"
    for omission in omissions:
        text = f"{omission.criterion.id} {omission.name}: {omission.why}"
        yield from textwrap.wrap(text, _WIDTH, initial_indent="# - ", subsequent_indent="#   ")


def _function(test: WrittenTest) -> Iterator[str]:
    arguments = _fixtures(test)
    comma = "" if "," in arguments else ","
    line = f"def {test.name}({arguments}) -> None:"
    yield from (
        [line] if len(line) <= _WIDTH else [f"def {test.name}(", f"    {arguments}{comma}", ") -> None:"]
    )
    criterion = test.criterion
    when = f"Given {criterion.given}, when {criterion.when}: {criterion.then}."
    yield _docstring(f"{criterion.id}: {test.says}.", "    ", when)
    yield from (f"    {line}" if line else "" for line in test.lines)


def _docstring(first: str, indent: str, rest: str = "") -> str:
    """A docstring of one paragraph or two."""
    width = _WIDTH - len(indent)
    paragraphs = [textwrap.wrap(_plain(part), width - 3) for part in (first, rest) if part]
    lines = [line for index, part in enumerate(paragraphs) for line in ([""] if index else []) + part]
    if len(lines) == 1 and len(lines[0]) + 6 <= width:
        return f'{indent}"""{lines[0]}"""'
    text = "\n".join(f"{indent}{line}" if line else "" for line in lines[1:])
    return f'{indent}"""{lines[0]}\n{text}\n{indent}"""'


def _plain(text: str) -> str:
    """Without what would end the docstring or be an escape."""
    return re.sub(r"\s+", " ", text.replace("\\", "/").replace('"', "'")).strip()
