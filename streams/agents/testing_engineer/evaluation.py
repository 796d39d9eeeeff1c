"""What a condition, a path or a derived field gives for a record: the tester's own reading of the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from schemas.specification import Condition, Derivation, Entity, Field, Specification
from streams.agents.testing_engineer.values import (
    NUMBERS,
    Record,
    Unknown,
    Value,
    aligned,
    exact,
    moment,
    parse,
)

STORED_AT_CREATION = ("sequence", "copy", "code")


@dataclass
class Reading:
    """Reads a specification for records at a moment.

    Attributes:
        specification: what is read.
        records: all records there are, in order of creation.
        now: the moment.
    """

    specification: Specification
    records: Sequence[Record]
    now: datetime

    @cached_property
    def derivations(self) -> dict[tuple[str, str], Derivation]:
        return {(rule.entity, rule.field): rule for rule in self.specification.derivations}

    def field_at(self, entity: Entity, path: str) -> Field | None:
        """The field that a path of the entity ends in."""
        first, _, rest = path.partition(".")
        if first in ("created_at", "updated_at"):
            return Field(name=first, label=first, type="datetime", read_only=True)
        found = entity.field(first)
        if found is None or not rest:
            return found
        return self.field_at(self.specification.entity(found.references), rest)

    def value(self, record: Record, path: str) -> Value:
        """The value at a path of the record; None where a reference on the way is empty."""
        first, _, rest = path.partition(".")
        rule = self.derivations.get((record.entity.name, first))
        if rule is not None and rule.kind not in STORED_AT_CREATION:
            found = self.derived(record, rule)
        else:
            found = record.values.get(first)
        if not rest:
            return found
        return self.value(found, rest) if isinstance(found, Record) else None

    def derived(self, record: Record, rule: Derivation) -> Value:
        """The value of a computed field."""
        computed = self._computed(record, rule)
        target = record.entity.field(rule.field)
        if isinstance(computed, Decimal) and target is not None:
            if target.type == "integer":
                return int(computed)
            return exact(computed, target)
        return computed

    def _computed(self, record: Record, rule: Derivation) -> Value:
        if rule.kind in ("sum_of_children", "count_of_children"):
            return self._from_children(record, rule)
        if rule.kind == "offset":
            return self._offset(record, rule)
        numbers = [self._number(record, operand) for operand in rule.operands]
        if any(number is None for number in numbers):
            return None
        known = [number for number in numbers if number is not None]
        if rule.kind == "difference":
            return known[0] - known[1]
        if rule.kind == "sum":
            return sum(known, Decimal(0))
        total = Decimal(1)
        for number in known:
            total *= number
        for percent in rule.percents:
            total *= 1 + (self._number(record, percent) or Decimal(0)) / 100
        return total

    def children(self, record: Record, rule: Derivation) -> list[Record]:
        """The records that a sum or count goes over."""
        return [
            child
            for child in self.records
            if child.entity.name == rule.child
            and not child.deleted
            and child.values.get(rule.via) is record.itself
            and self.all_hold(rule.where, child)
        ]

    def _from_children(self, record: Record, rule: Derivation) -> Decimal:
        children = self.children(record, rule)
        if rule.kind == "count_of_children":
            return Decimal(len(children))
        numbers = (self._number(child, rule.operands[0]) for child in children)
        return sum((number for number in numbers if number is not None), Decimal(0))

    def _offset(self, record: Record, rule: Derivation) -> Value:
        start = self.operand(rule.operands[0], record, None)
        amount: Value = None
        if rule.case_field:
            chosen = record.values.get(rule.case_field)
            amount = next((Decimal(case.amount) for case in rule.cases if case.value == chosen), None)
        if amount is None and rule.amount:
            amount = self.operand(rule.amount, record, Field(name="", label="", type="decimal"))
        if start is None or amount is None or isinstance(start, Unknown):
            return None
        return start + timedelta(**{rule.unit: float(amount)})  # type: ignore[operator, arg-type, return-value]

    def _number(self, record: Record, operand: str) -> Decimal | None:
        found = self.operand(operand, record, Field(name="", label="", type="decimal"))
        return Decimal(found) if isinstance(found, int | Decimal) else None

    def operand(self, text: str, record: Record, like: Field | None) -> Value:
        """The value of an operand; a literal is read as a value of the field `like`."""
        if text.startswith("="):
            return parse(text[1:], like.type if like else "text")
        at = moment(text, self.now)
        return self.value(record, text) if at is None else at

    def right_side(self, condition: Condition, record: Record) -> Value:
        """The value of the right side, with its factor."""
        like = self.field_at(record.entity, condition.left)
        if condition.operator in ("in", "not_in"):
            wanted = condition.right.removeprefix("=").split(",")
            return tuple(parse(item.strip(), like.type if like else "text") for item in wanted)
        right = self.operand(condition.right, record, like)
        if condition.right_factor and isinstance(right, int | Decimal):
            return Decimal(right) * Decimal(condition.right_factor)
        return right

    def holds(self, condition: Condition, record: Record) -> bool:
        """Whether the condition holds for the record."""
        like = self.field_at(record.entity, condition.right) if condition.left.startswith("=") else None
        left = self.operand(condition.left, record, like)
        if condition.operator == "is_null":
            return left is None
        if condition.operator == "not_null":
            return left is not None
        right = self.right_side(condition, record)
        if condition.operator in ("in", "not_in"):
            return (left in right) == (condition.operator == "in")  # type: ignore[operator]
        left, right = aligned(left, right)
        if condition.operator in ("eq", "ne"):
            return (left == right) == (condition.operator == "eq")
        if left is None or right is None:
            return True
        return {
            "lt": lambda: left < right,  # type: ignore[operator]
            "le": lambda: left <= right,  # type: ignore[operator]
            "gt": lambda: left > right,  # type: ignore[operator]
            "ge": lambda: left >= right,  # type: ignore[operator]
        }[condition.operator]()

    def all_hold(self, conditions: Sequence[Condition], record: Record) -> bool:
        """Whether all of them hold for the record."""
        return all(self.holds(condition, record) for condition in conditions)

    def is_number(self, entity: Entity, path: str) -> bool:
        """Whether the path ends in a number."""
        found = self.field_at(entity, path)
        return found is not None and found.type in NUMBERS
