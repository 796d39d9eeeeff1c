"""Values at the bounds of a field that must be accepted, and values that must be refused."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from schemas.specification import Field
from streams.agents.testing_engineer.examples import highest, lowest, typed
from streams.agents.testing_engineer.values import NUMBERS, TEXTS, Value, literal, quoted, step_of

_ABSURD = '"x" * 1_000_000'
_HOSTILE_TEXT = ('"nul \\x00"', '"lone \\ud800"', _ABSURD)
_BEYOND_64_BITS = "2**70"


def refused_sources(field: Field) -> Iterator[str]:
    """Sources of values that the field must refuse."""
    if field.many:
        yield quoted("not a list")
        for one in _wrong_ones(field):
            yield f"[{one}]"
        return
    yield from _wrong_ones(field)


def _wrong_ones(field: Field) -> Iterator[str]:
    yield '{"a": 1}'
    yield "[[]]"
    if field.type in NUMBERS:
        yield from _wrong_numbers(field)
    elif field.type in TEXTS:
        yield from _wrong_texts(field)
    elif field.type == "choice":
        yield quoted("no such choice")
        yield quoted("")
    elif field.type == "boolean":
        yield quoted("perhaps")
    elif field.type == "date":
        yield from map(quoted, ("2026-02-30", "tomorrow", ""))
    elif field.type == "datetime":
        yield from map(quoted, ("2026-02-30T10:00:00Z", "2026-01-01T25:00:00Z", "soon", ""))
    elif field.type == "time":
        yield from map(quoted, ("25:00", "10:61", "noon"))
    elif field.type == "reference":
        yield from ("0", "-1", quoted("x"), _BEYOND_64_BITS)


def _wrong_numbers(field: Field) -> Iterator[str]:
    yield from (quoted("many"), quoted(""), quoted("NaN"), quoted("Infinity"), _BEYOND_64_BITS)
    if field.type == "integer":
        yield "1.5"
    if field.type == "money" and not field.multiple_of:
        yield quoted("1.005")
    step = step_of(field.type, field.multiple_of)
    assert isinstance(step, Decimal)
    low, high = lowest(field), highest(field)
    if low is not None:
        yield literal(typed(low - step, field))
    if high is not None:
        yield literal(typed(high + step, field))
    if field.multiple_of:
        smallest = Decimal(1) if field.type == "integer" else Decimal("0.01")
        odd = (low if low is not None else Decimal(0)) + smallest
        if odd % step:
            yield literal(typed(odd, field))


def _wrong_texts(field: Field) -> Iterator[str]:
    yield from _HOSTILE_TEXT
    if field.type in ("email", "url"):
        yield quoted("not one")
    if field.type == "email":
        yield from map(quoted, ("a@", "@example.com", "a b@example.com"))
    if field.type == "url":
        yield quoted("javascript:alert(1)")
    if field.required and field.type in ("text", "long_text"):
        yield quoted("")
    if field.max_length and field.type in ("text", "long_text"):
        yield f'"x" * {field.max_length + 1}'


def accepted_values(field: Field) -> Iterator[Value]:
    """Values right at the bounds."""
    if field.many:
        return
    if field.type in NUMBERS:
        low, high = lowest(field), highest(field)
        yield from (typed(bound, field) for bound in (low, high) if bound is not None)
    elif field.type == "choice":
        yield from field.choices
    elif field.type == "boolean":
        yield from (True, False)
    elif field.max_length and field.type in ("text", "long_text"):
        yield "x" * field.max_length
