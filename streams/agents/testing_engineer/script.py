"""The text of one generated test: its lines and its variables, broken as a formatter would."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streams.agents.testing_engineer.values import Record, Value, literal, quoted

# 88 characters, less the indentation of a function's body.
_WIDTH = 84
# An f-string first, because its end would else be taken for the start of a plain one.
_LITERAL = re.compile(r"""\bf("[^"]*")|"(?:[^"\\]|\\.)*"|'[^']*'""")
_BRACES = re.compile(r"\{([^{}]*)\}")
_ASSIGNED = re.compile(r"(\w+) = ")


@dataclass(frozen=True, slots=True)
class Call:
    """`head(arguments)`."""

    head: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Braces:
    """A dict of sources by key, or a list where no item has a key."""

    items: tuple[tuple[str, str], ...]
    opening: str = "{"

    @property
    def closing(self) -> str:
        return "}" if self.opening == "{" else "]"


@dataclass(frozen=True, slots=True)
class Named:
    """A keyword argument."""

    name: str
    value: Node


@dataclass(frozen=True, slots=True)
class Looped:
    """What a `for` goes over, with its colon."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """`left operator right`."""

    left: str
    operator: str
    right: str


Node = str | Call | Braces | Named | Looped | Compared


def flat(node: Node) -> str:
    """The node on one line."""
    if isinstance(node, str):
        return node
    if isinstance(node, Named):
        return f"{node.name}={flat(node.value)}"
    if isinstance(node, Compared):
        return f"{node.left} {node.operator} {node.right}"
    if isinstance(node, Looped):
        return f"({', '.join(node.items)}{',' if len(node.items) == 1 else ''}):"
    if isinstance(node, Call):
        return f"{node.head}({', '.join(map(flat, node.arguments))})"
    inner = ", ".join(f"{quoted(key)}: {value}" if key else value for key, value in node.items)
    return f"{node.opening}{inner}{node.closing}"


def render(prefix: str, node: Node, suffix: str = "", indent: int = 0) -> list[str]:
    """The lines of `prefix node suffix`, on several lines where one is too long."""
    if isinstance(node, Named):
        return render(f"{prefix}{node.name}=", node.value, suffix, indent)
    margin = " " * indent
    line = f"{margin}{prefix}{flat(node)}{suffix}"
    if len(line) <= _WIDTH or isinstance(node, str):
        return [line]
    if isinstance(node, Compared):
        return _compared(f"{margin}{prefix}", node, margin)
    if isinstance(node, Looped):
        return [f"{margin}{prefix}(", *(f"{margin}    {item}," for item in node.items), f"{margin}):"]
    if isinstance(node, Braces):
        inner = [
            f"{margin}    {quoted(key)}: {value}," if key else f"{margin}    {value},"
            for key, value in node.items
        ]
        return [f"{margin}{prefix}{node.opening}", *inner, f"{margin}{node.closing}{suffix}"]
    if len(node.arguments) == 1 and isinstance(node.arguments[0], Braces):
        return render(f"{prefix}{node.head}(", node.arguments[0], f"){suffix}", indent)
    head, tail = f"{margin}{prefix}{node.head}(", f"{margin}){suffix}"
    together = f"{margin}    {', '.join(map(flat, node.arguments))}"
    if len(together) <= _WIDTH:
        return [head, together, tail]
    lines = [line for argument in node.arguments for line in render("", argument, ",", indent + 4)]
    return [head, *lines, tail]


def _compared(head: str, node: Compared, margin: str) -> list[str]:
    whole = f"{margin}    {flat(node)}"
    if len(whole) <= _WIDTH:
        return [f"{head}(", whole, f"{margin})"]
    sides = [f"{margin}    {node.left}", f"{margin}    {node.operator} {node.right}"]
    return [f"{head}(", *sides, f"{margin})"]


# What a test calls or is given: a record of that name, as a change, needs another variable.
_TAKEN = tuple(
    "accepted act change client clock create declared exported lists named operations read refused remove"
    " replace send started".split()
)


class Script:
    """Statements of a test's body.

    Attributes:
        statements: what stands before an expression, and the expression.
        names: how often each variable name was asked for.
        checks: how many assertions the test makes besides those of its steps.
    """

    def __init__(self) -> None:
        self.statements: list[tuple[str, Node]] = []
        self.names: dict[str, int] = dict.fromkeys(_TAKEN, 1)
        self.checks = 0

    def write(self, prefix: str, node: Node) -> None:
        """Adds a statement."""
        self.statements.append((prefix, node))

    def check(self, prefix: str, node: Node) -> None:
        """Adds a statement that can fail."""
        self.checks += 1
        self.write(prefix, node)

    def name(self, wanted: str) -> str:
        """A variable that the test does not use yet."""
        self.names[wanted] = self.names.get(wanted, 0) + 1
        count = self.names[wanted]
        return wanted if count == 1 else f"{wanted}_{count}"

    def lines(self) -> list[str]:
        """The body, without indentation; a variable that nothing uses is not assigned."""
        written: list[str] = []
        for prefix, node in self.statements:
            margin = len(prefix) - len(prefix.lstrip(" "))
            head = prefix.lstrip(" ")
            assigned = _ASSIGNED.fullmatch(head)
            if assigned and not self._is_used(assigned[1]):
                head = ""
            written += render(head, node, indent=margin)
        return written

    def _is_used(self, variable: str) -> bool:
        word = re.compile(rf"\b{variable}\b")
        for prefix, node in self.statements:
            assigned = _ASSIGNED.fullmatch(prefix.lstrip(" "))
            if not assigned and word.search(prefix):
                return True
            if word.search(_without_texts(flat(node))):
                return True
        return False


def _without_texts(source: str) -> str:
    """The source without string literals; what stands in braces of an f-string stays."""
    return _LITERAL.sub(lambda found: " ".join(_BRACES.findall(found[1] or "")), source)


def dictionary(values: Mapping[str, Value]) -> Braces:
    """Source of a JSON object."""
    return Braces(tuple((name, literal(value)) for name, value in values.items()))


def listing(sources: Sequence[str]) -> Braces:
    """Source of a list."""
    return Braces(tuple(("", source) for source in sources), "[")


def item_path(record: Record, rest: str = "") -> str:
    """Source of the path of a record, or of something below it."""
    return f"f\"/{record.entity.plural}/{{{record.variable}['id']}}{rest}\""


def collection_path(record: Record) -> str:
    """Source of the path of a record's collection."""
    return f'"/{record.entity.plural}"'
