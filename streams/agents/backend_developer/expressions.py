"""Operands and conditions of the specification as Python and as SQL expressions of the service."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from schemas.specification import Condition
from streams.agents.backend_developer.plan import _CLOCK, NUMBERS, EntityPlan, attribute

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


@dataclass(frozen=True)
class Expression:
    """Python source with what it gives.

    Attributes:
        text: the source.
        type: type of the field it stands for, '' for a literal list.
        nullable: whether it can be None.
    """

    text: str
    type: str
    nullable: bool = False


def quoted(text: str) -> str:
    """A string literal in double quotes."""
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)


def literal(text: str, type_: str) -> str:
    """A literal of the specification as Python."""
    if type_ == "integer":
        number = Decimal(text)
        return str(int(number)) if number == int(number) else f'Decimal("{number:f}")'
    if type_ in NUMBERS:
        return f'Decimal("{Decimal(text):f}")'
    if type_ == "reference":
        return str(int(text))
    if type_ == "boolean":
        return str(text.lower() == "true")
    if type_ == "date":
        day = date.fromisoformat(text)
        return f"dt.date({day.year}, {day.month}, {day.day})"
    if type_ == "datetime":
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        parts = (at.year, at.month, at.day, at.hour, at.minute, at.second)
        return f"dt.datetime({', '.join(map(str, parts))}, tzinfo=dt.UTC)"
    if type_ == "time":
        moment = time.fromisoformat(text)
        return f"dt.time({moment.hour}, {moment.minute}, {moment.second})"
    return quoted(text)


def clock(text: str) -> Expression | None:
    """`now`, `today` and their offsets; None for another operand."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    found = "clock.now()"
    if match[2]:
        amount = int(match[2])
        sign, unit = ("-" if amount < 0 else "+"), _UNITS[match[3]]
        found = f"clock.now() {sign} dt.timedelta({unit}={abs(amount)})"
    if match[1] == "now":
        return Expression(found, "datetime")
    return Expression(f"({found}).date()" if match[2] else f"{found}.date()", "date")


def path(entity: EntityPlan, variable: str, operand: str) -> Expression:
    """A field of the record, or of one that it refers to; None where a reference on the way is empty."""
    first, _, rest = operand.partition(".")
    field = entity.field(first)
    if not rest:
        return Expression(f"{variable}.{attribute(first)}", field.type, entity.nullable(field))
    relation = f"{variable}.{entity.relation(first)}"
    further = path(entity.target(field), relation, rest)
    if not entity.nullable(field):
        return further
    return Expression(f"({further.text} if {relation} is not None else None)", further.type, True)


def operand(entity: EntityPlan, variable: str, text: str, like: str) -> Expression:
    """Any operand; a literal is read as a value of the type `like`."""
    if text.startswith("="):
        return Expression(literal(text[1:], like), like)
    return clock(text) or path(entity, variable, text)


def aligned(left: Expression, right: Expression) -> tuple[Expression, Expression]:
    """Both sides as the same kind of moment: a date is the start of its day."""
    if left.type == "datetime" and right.type == "date":
        return left, moment(right)
    if left.type == "date" and right.type == "datetime":
        return left, day(right)
    return left, right


def moment(found: Expression) -> Expression:
    """A date as the start of its day."""
    text = f"clock.midnight({found.text})"
    if found.nullable:
        text = f"({text} if {found.text} is not None else None)"
    return Expression(text, "datetime", found.nullable)


def day(found: Expression) -> Expression:
    """A moment as its day."""
    text = f"{found.text}.date()" if _is_simple(found.text) else f"({found.text}).date()"
    if found.nullable:
        text = f"({text} if {found.text} is not None else None)"
    return Expression(text, "date", found.nullable)


def _is_simple(text: str) -> bool:
    return " " not in text


def condition(entity: EntityPlan, variable: str, found: Condition) -> str:
    """The condition as a Python expression over the record in the variable."""
    like = entity.plan.operand_type(entity, found.left)
    left = operand(entity, variable, found.left, like)
    if found.operator in ("is_null", "not_null"):
        return f"{left.text} {'is' if found.operator == 'is_null' else 'is not'} None"
    if found.operator in ("in", "not_in"):
        word = "in" if found.operator == "in" else "not in"
        return f"{left.text} {word} {_listed(found.right, like)}"
    right = operand(entity, variable, found.right, like)
    if found.right_factor:
        right = _times(right, found.right_factor)
    left, right = aligned(left, right)
    sign = _SIGNS[found.operator]
    if like == "boolean" and found.right in ("=true", "=false") and found.operator in ("eq", "ne"):
        wanted = (found.right == "=true") == (found.operator == "eq")
        return _boolean(left, wanted=wanted, sign=found.operator)
    compared = f"{left.text} {sign} {right.text}"
    if found.operator in ("eq", "ne"):
        return compared
    empty = [f"{side.text} is None" for side in (left, right) if side.nullable]
    return f"({' or '.join([*empty, compared])})" if empty else compared


def _boolean(left: Expression, *, wanted: bool, sign: str) -> str:
    if left.nullable:
        return f"{left.text} is {'' if sign == 'eq' else 'not '}{wanted if sign == 'eq' else not wanted}"
    return left.text if wanted else f"not {left.text}"


def _listed(text: str, like: str) -> str:
    items = [literal(item.strip(), like) for item in text.removeprefix("=").split(",")]
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def _times(right: Expression, factor: str) -> Expression:
    text = f'{right.text} * Decimal("{Decimal(factor):f}")'
    if right.nullable:
        text = f"({text} if {right.text} is not None else None)"
    return Expression(text, "decimal", right.nullable)


def all_hold(entity: EntityPlan, variable: str, conditions: tuple[Condition, ...]) -> str:
    """All conditions as one Python expression, 'True' for none."""
    return " and ".join(condition(entity, variable, one) for one in conditions) or "True"


def bracketed(text: str) -> str:
    """The expression in one pair of brackets."""
    depth = 0
    for place, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return text if letter == ")" and place == len(text) - 1 and text[0] == "(" else f"({text})"
    return f"({text})"


def _column(entity: EntityPlan, text: str, like: str, prefix: str) -> Expression | None:
    if text.startswith("="):
        return Expression(literal(text[1:], like), like)
    found = clock(text)
    if found is not None:
        return found
    if "." in text or not entity.is_stored(text) or entity.field(text).many:
        return None
    field = entity.field(text)
    return Expression(f"{prefix}{entity.record}.{attribute(text)}", field.type, entity.nullable(field))


def sql(entity: EntityPlan, found: Condition, prefix: str = "") -> str | None:
    """The condition as an SQLAlchemy expression; None where only Python can tell."""
    like = entity.plan.operand_type(entity, found.left)
    left = _column(entity, found.left, like, prefix)
    if left is None or clock(found.left) is not None:
        return None
    if found.operator in ("is_null", "not_null"):
        return f"{left.text}.{'is_' if found.operator == 'is_null' else 'is_not'}(None)"
    if found.operator == "in":
        return f"{left.text}.in_({_listed(found.right, like)})"
    if found.operator == "not_in":
        return None if left.nullable else f"{left.text}.not_in({_listed(found.right, like)})"
    right = _column(entity, found.right, like, prefix)
    if right is None or found.right_factor or right.nullable:
        return None
    is_column = not found.right.startswith("=") and clock(found.right) is None
    if left.type != right.type and is_column:
        return None
    left, right = aligned(left, right)
    return _sql_comparison(found, left, right)


def _sql_comparison(found: Condition, left: Expression, right: Expression) -> str:
    if found.operator == "ne" and left.nullable:
        return f"{left.text}.is_distinct_from({right.text})"
    if left.type == "boolean" and found.operator == "eq":
        return f"{left.text}.is_({right.text})"
    compared = f"{left.text} {_SIGNS[found.operator]} {right.text}"
    if left.type == "boolean" and found.operator == "ne":
        return f"{left.text}.is_not({right.text})"
    if left.nullable and found.operator not in ("eq", "ne"):
        return f"{left.text}.is_(None) | ({compared})"
    return compared


def owned(entity: EntityPlan, operand_: str, inner: str, prefix: str = "models.") -> str:
    """An SQL expression over the end of a path, `inner` with `{column}` in it."""
    first, _, rest = operand_.partition(".")
    if not rest:
        return inner.format(column=f"{prefix}{entity.record}.{attribute(first)}")
    deeper = owned(entity.target(entity.field(first)), rest, inner, prefix)
    return f"{prefix}{entity.record}.{entity.relation(first)}.has({deeper})"
