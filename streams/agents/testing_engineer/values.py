"""Values of records while tests are written: read from the specification's text, and written as Python."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from schemas.specification import Entity, Field, FieldType

# A Wednesday in the middle of a month, so that a day more or less stays in the same week and month.
NOW = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)
NUMBERS = ("integer", "decimal", "money")
MOMENTS = ("date", "datetime")
TEXTS = ("text", "long_text", "email", "url", "phone")
_LONG = 40
_OFFSET = re.compile(r"(now|today)(?:([+-]\d+)([mhd]))?")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

Scalar = str | int | bool | Decimal | date | datetime | time | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only the running service knows, as an unguessable code."""


@dataclass(slots=True, eq=False)
class Record:
    """A record that the test has made: its values, as the service must have them.

    Attributes:
        entity: what it is.
        variable: name of the test's variable that holds its last answer.
        values: value of every field; a record for a reference.
        done: how often each action was done.
        number: it is the n-th of its entity in the test, from 1.
        deleted: it is no longer there.
        shadows: the record that this one shows with other values, None for a record of its own.
    """

    entity: Entity
    variable: str
    values: dict[str, Value]
    number: int
    done: dict[str, int] = field(default_factory=dict)
    deleted: bool = False
    shadows: Record | None = None

    @property
    def itself(self) -> Record:
        """The record that others refer to."""
        return self.shadows or self


Value = Scalar | Record | Unknown | tuple[Scalar, ...]


def step_of(type_: FieldType, multiple_of: str = "") -> Decimal | timedelta:
    """The smallest step between two values of the type."""
    if type_ in MOMENTS:
        return timedelta(days=1) if type_ == "date" else timedelta(minutes=1)
    if multiple_of:
        return Decimal(multiple_of)
    return Decimal(1) if type_ == "integer" else Decimal("0.01")


def parse(text: str, type_: FieldType) -> Scalar:
    """A literal of the specification as a value of the type."""
    if type_ in ("decimal", "money"):
        return Decimal(text)
    readers: dict[str, Callable[[str], Scalar]] = {
        "integer": lambda given: int(Decimal(given)),
        "boolean": lambda given: given.lower() == "true",
        "date": date.fromisoformat,
        "datetime": lambda given: datetime.fromisoformat(given).replace(tzinfo=UTC),
        "time": time.fromisoformat,
    }
    return readers.get(type_, str)(text)


def moment(text: str, now: datetime) -> date | datetime | None:
    """`now`, `today` and their offsets; None for any other operand."""
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    at = now
    if match[2]:
        at += timedelta(**{_UNITS[match[3]]: int(match[2])})
    return at if match[1] == "now" else at.date()


def midnight(day: date) -> datetime:
    """The start of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def aligned(left: Value, right: Value) -> tuple[Value, Value]:
    """Both as the same kind of value, where they are dates and times or numbers of two kinds."""
    if isinstance(left, datetime) and _is_date(right):
        return left, midnight(right)  # type: ignore[arg-type]
    if isinstance(right, datetime) and _is_date(left):
        return left, right.date()
    if isinstance(left, int) and isinstance(right, Decimal):
        return Decimal(left), right
    if isinstance(left, Decimal) and isinstance(right, int):
        return left, Decimal(right)
    return left, right


def _is_date(value: Value) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def iso(at: datetime) -> str:
    """As the service writes it: UTC with a Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def literal(value: Value) -> str:
    """Python source of the value as it stands in a request or an answer."""
    if isinstance(value, Record):
        return f'{value.variable}["id"]'
    if isinstance(value, datetime):
        return f'"{iso(value)}"'
    if isinstance(value, date | time):
        return f'"{value.isoformat()}"'
    if isinstance(value, Decimal):
        return f'"{value:f}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    return quoted(value) if isinstance(value, str) else repr(value)


def quoted(text: str) -> str:
    """A Python string literal; a long run of one character as a product."""
    if '"' in text and "'" not in text and text.isprintable() and "\\" not in text:
        return f"'{text}'"
    if len(text) > _LONG and len(set(text)) == 1:
        return f"{quoted(text[0])} * {len(text)}"
    return json.dumps(text, ensure_ascii=False)


def exact(value: Decimal, field_: Field) -> Decimal:
    """Money has two places, half a cent is rounded up; another number has no zeros that say nothing."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP) if field_.type == "money" else value.normalize() + 0
