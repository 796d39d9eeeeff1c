"""Puts Python source together: lines, wrapped lists, imports that are used."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence

WIDTH = 100


def call(head: str, arguments: Sequence[str], tail: str = ")", indent: int = 0) -> list[str]:
    """`head(a, b)`, on several lines where one is too short for it."""
    space = " " * indent
    line = f"{space}{head}({', '.join(arguments)}{tail}"
    if len(line) <= WIDTH or not arguments:
        return [line]
    return [f"{space}{head}(", *(f"{space}    {one}," for one in arguments), f"{space}{tail}"]


def a(label: str) -> str:
    """The label with its article."""
    return f"{'an' if label[:1].lower() in 'aeiou' else 'a'} {label}"


def indented(lines: Iterable[str], by: int = 4) -> list[str]:
    """The lines moved to the right."""
    return [f"{' ' * by}{line}" if line else line for line in lines]


def docstring(text: str) -> str:
    """A docstring of one line."""
    plain = " ".join(text.encode("utf-8", "replace").decode().split()).replace("\\", "/").replace('"', "'")
    kept = plain if len(plain) <= WIDTH - 16 else plain[: WIDTH - 19].rsplit(" ", 1)[0] + " ..."
    return f'"""{kept or "Nothing to say."}"""'


def module(text: str, imports: Sequence[str], body: Sequence[str]) -> str:
    """A module with those of the imports whose names it uses.

    Args:
        text: docstring.
        imports: lines such as `from a import B, C` or `import a as b`.
        body: what follows.
    """
    joined = "\n".join(body)
    kept = [line for line in (_used(line, joined) for line in imports if line) if line]
    lines = [docstring(text), "", "from __future__ import annotations", "", *kept, "", *body]
    return tidy("\n".join(lines))


def tidy(text: str) -> str:
    """The source with its imports sorted and wrapped, and its blank lines as they should be."""
    lines = text.strip().split("\n")
    first = next((n for n, line in enumerate(lines) if _IMPORT.match(line)), None)
    if first is None:
        return "\n".join(lines) + "\n"
    last = max(n for n, line in enumerate(lines) if _IMPORT.match(line))
    block, rest = "\n".join(lines[first : last + 1]), lines[last + 1 :]
    if block.endswith("("):
        end = rest.index(")")
        block, rest = "\n".join([block, *rest[: end + 1]]), rest[end + 1 :]
    after = "\n".join(rest).strip("\n")
    gap = "\n\n\n" if re.match(r"(@|class |def |async def )", after) else "\n\n"
    joined = "\n".join([*lines[:first], *_sorted_imports(block)]) + gap + after
    return re.sub(r"\n{4,}", "\n\n\n", joined).rstrip() + "\n"


_IMPORT = re.compile(r"(from [\w.]+ import |import [\w.]+)")
_STATEMENT = re.compile(r"from ([\w.]+) import (?:\(([^)]*)\)|([^\n(]+))|import ([\w.]+(?: as \w+)?)")


def _sorted_imports(block: str) -> list[str]:
    plain: list[str] = []
    members: dict[str, set[str]] = {}
    aliased: list[tuple[str, str]] = []
    for source, several, line, whole in _STATEMENT.findall(block):
        if whole:
            plain.append(whole)
            continue
        for name in filter(None, (part.strip() for part in (several or line).split(","))):
            if " as " in name:
                aliased.append((source, name))
            else:
                members.setdefault(source, set()).add(name)
    statements = [(name.split(" ")[0], 0, f"import {name}") for name in plain]
    for source, names in members.items():
        statements.append((source, 1, _from(source, sorted(names, key=_member_order))))
    statements += [(source, 2, f"from {source} import {name}") for source, name in aliased]
    groups: dict[int, list[tuple[str, int, str]]] = {}
    for one in statements:
        groups.setdefault(_section(one[0]), []).append(one)
    lines: list[str] = []
    for section in sorted(groups):
        ordered = sorted(groups[section], key=lambda one: (one[1] > 0, one[0], one[1], one[2]))
        lines += (
            ["", *(line for one in ordered for line in one[2].split("\n"))]
            if lines
            else [line for one in ordered for line in one[2].split("\n")]
        )
    return lines


def _from(source: str, names: Sequence[str]) -> str:
    line = f"from {source} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return f"from {source} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def _member_order(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest, as isort orders them."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2), name


def _section(source: str) -> int:
    root = source.split(".")[0]
    if root == "__future__":
        return 0
    if root in sys.stdlib_module_names:
        return 1
    return 2 if root in _THIRD_PARTY else 3


_THIRD_PARTY = frozenset({"fastapi", "pydantic", "sqlalchemy", "starlette", "uvicorn"})


def _used(line: str, body: str) -> str:
    before, _, names = line.rpartition("import ")
    kept = [name for name in names.split(", ") if re.search(rf"\b{name.split(' as ')[-1]}\b", body)]
    return f"{before}import {', '.join(kept)}" if kept else ""
