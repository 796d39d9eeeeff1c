"""Example values for one field: a plausible one, and the ones at and beyond its bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from schemas.specification import Field
from schemas.specification.condition import Operator
from streams.agents.testing_engineer.values import NUMBERS, Scalar, Value, aligned, midnight, step_of

_LONGEST_EXAMPLE = 40


def _number(field: Field, number: int) -> Decimal:
    """A value within the bounds, another for each number as far as there is room."""
    step = step_of(field.type, field.multiple_of)
    assert isinstance(step, Decimal)
    wanted = Decimal(9 + number) if field.type == "integer" else Decimal(9 + number) + Decimal("0.5")
    low = lowest(field)
    high = highest(field)
    if low is not None and wanted < low:
        wanted = low + step * number
    if field.multiple_of:
        wanted = (wanted / step).to_integral_value(ROUND_CEILING) * step
    if high is not None and wanted > high:
        room = (high - (low if low is not None else min(Decimal(0), high))) // step
        start = low if low is not None else high - room * step
        return start + step * (number % (int(room) + 1))
    return wanted


def lowest(field: Field) -> Decimal | None:
    """The smallest number that is accepted, None where there is no bound."""
    if not field.minimum:
        return None
    step = step_of(field.type, field.multiple_of)
    assert isinstance(step, Decimal)
    low = Decimal(field.minimum)
    if field.multiple_of:
        low = (low / step).to_integral_value(ROUND_CEILING) * step
    return low + step if field.exclusive_minimum and low == Decimal(field.minimum) else low


def highest(field: Field) -> Decimal | None:
    """The largest number that is accepted, None where there is no bound."""
    if not field.maximum:
        return None
    high = Decimal(field.maximum)
    if field.multiple_of:
        step = Decimal(field.multiple_of)
        high = (high / step).to_integral_value(ROUND_FLOOR) * step
    return high


def typed(number: Decimal, field: Field) -> Scalar:
    """The number as the field keeps it."""
    if field.type == "integer":
        return int(number)
    return number.quantize(Decimal("0.01")) if field.type == "money" else number.normalize() + 0


def example(field: Field, number: int, now: datetime) -> Value:
    """The n-th plausible value of the field.

    Args:
        field: what it is for; never a reference.
        number: another value for each, from 1.
        now: moments are after it.
    """
    if field.many:
        return (
            (_one(field, number, now), _one(field, number + 1, now))
            if field.type != "choice"
            else (field.choices[: 2 if len(field.choices) > 1 else 1])
        )
    return _one(field, number, now)


def _one(field: Field, number: int, now: datetime) -> Scalar:
    if field.type in NUMBERS:
        return typed(_number(field, number), field)
    if field.type == "choice":
        return field.choices[0]
    if field.type == "boolean":
        return True
    return _moment_or_text(field, number, now)


def _moment_or_text(field: Field, number: int, now: datetime) -> Scalar:
    later = now + timedelta(days=number)
    simple: dict[str, Scalar] = {
        "date": later.date(),
        "datetime": later,
        "time": time(8 + number % 12, 30),
        "email": f"person{number}@example.com",
        "url": f"https://example.com/{number}",
        "phone": f"+49 30 {1000000 + number}",
    }
    if field.type in simple:
        return simple[field.type]
    text = f"{field.label or field.name} {number}"[:_LONGEST_EXAMPLE]
    return text if not field.max_length or len(text) <= field.max_length else str(number)[: field.max_length]


def beside(operator: Operator, bound: Value, field: Field) -> Value:
    """The value next to the bound for which `value operator bound` holds."""
    if operator in ("eq", "le", "ge"):
        return _fitted(bound, field, up=operator == "ge")
    if operator in ("ne", "gt"):
        return _moved(bound, field, 1)
    if operator == "lt":
        return _moved(bound, field, -1)
    return bound


def _fitted(bound: Value, field: Field, *, up: bool) -> Value:
    """The bound as the field can keep it: a whole step, a whole day."""
    if field.type == "date" and isinstance(bound, datetime):
        late = bound > midnight(bound.date())
        return bound.date() + timedelta(days=1 if up and late else 0)
    if field.type == "datetime" and isinstance(bound, date) and not isinstance(bound, datetime):
        return midnight(bound)
    if field.type in NUMBERS and isinstance(bound, int | Decimal):
        step = step_of(field.type, field.multiple_of)
        assert isinstance(step, Decimal)
        rounding = ROUND_CEILING if up else ROUND_FLOOR
        return typed((Decimal(bound) / step).to_integral_value(rounding) * step, field)
    return bound


def _moved(bound: Value, field: Field, direction: int) -> Value:
    if field.type == "boolean":
        return not bound
    if field.type == "choice":
        return next((choice for choice in field.choices if choice != bound), bound)
    if isinstance(bound, date):
        kept = _fitted(bound, field, up=direction < 0)
        step = timedelta(hours=1) if field.type == "datetime" else timedelta(days=1)
        return kept + direction * step  # type: ignore[operator, return-value]
    if isinstance(bound, int | Decimal):
        kept = _fitted(bound, field, up=direction < 0)
        step_ = step_of(field.type, field.multiple_of)
        moved = Decimal(kept) + direction * step_  # type: ignore[arg-type,operator]
        return typed(moved, field)
    return f"{bound} other" if isinstance(bound, str) else bound


def within_bounds(value: Value, field: Field) -> bool:
    """Whether the field's own constraints accept the value."""
    if value is None:
        return not field.required
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return True
    low, high = lowest(field), highest(field)
    number = Decimal(value)
    if field.multiple_of and number % Decimal(field.multiple_of) != 0:
        return False
    return (low is None or number >= low) and (high is None or number <= high)


def unbounded(field: Field) -> Field:
    """The field without bounds, for values that must be refused."""
    return replace(field, minimum="", maximum="", multiple_of="", max_length=0)


def differs(left: Value, right: Value) -> bool:
    """Whether both are different values."""
    one, other = aligned(left, right)
    return one != other
