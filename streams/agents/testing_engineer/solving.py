"""Finds values for a new record, and the records it refers to, that keep all rules at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from schemas.specification import Comparison, Condition, Field, Limit
from schemas.specification.condition import Operator
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.evaluation import Reading
from streams.agents.testing_engineer.examples import beside, example, within_bounds
from streams.agents.testing_engineer.values import Record, Value, aligned, moment

_PASSES = 40
_MIRRORED: dict[Operator, Operator] = {
    "lt": "gt",
    "gt": "lt",
    "le": "ge",
    "ge": "le",
    "eq": "eq",
    "ne": "ne",
}


class CannotSatisfyError(Exception):
    """No values were found for what a test wanted."""


def negated(condition: Condition) -> Condition:
    """The condition that holds just where this one does not (nulls aside)."""
    opposite: dict[Operator, Operator] = {
        "eq": "ne",
        "ne": "eq",
        "lt": "ge",
        "ge": "lt",
        "gt": "le",
        "le": "gt",
        "in": "not_in",
        "not_in": "in",
        "is_null": "not_null",
        "not_null": "is_null",
    }
    return Condition(
        left=condition.left,
        operator=opposite[condition.operator],
        right=condition.right,
        right_factor=condition.right_factor,
    )


@dataclass
class Plan:
    """A record to be made, with records it refers to that are to be made before it.

    Attributes:
        record: the record as it is to be.
        fixed: fields that must stay as they are.
        state: state that it has to reach after its creation, '' for the initial one.
    """

    record: Record
    fixed: set[str] = field(default_factory=set)
    state: str = ""


@dataclass
class Solver:
    """Changes the values of planned records until every rule and every wish holds.

    Attributes:
        blueprint: rules to keep.
        reading: how conditions are read, over the records that exist.
        plans: planned records by identity; the others exist and cannot be changed.
        wishes: what must hold besides the rules.
        only_wishes: leaves the rules of a create out, for the inputs of an action.
        without: id of a rule that is not kept.
    """

    blueprint: Blueprint
    reading: Reading
    plans: dict[int, Plan]
    wishes: list[tuple[Record, Condition]]
    only_wishes: bool = False
    without: str = ""

    def solve(self) -> None:
        """Makes all hold.

        Raises:
            CannotSatisfyError: it does not within a bounded number of changes.
        """
        for _ in range(_PASSES):
            failing = self._failing()
            if not failing:
                return
            if not any(self._fix(record, condition) for record, condition in failing):
                raise CannotSatisfyError(str(failing[0][1]))
        raise CannotSatisfyError("too many changes")

    def _failing(self) -> list[tuple[Record, Condition]]:
        wanted = list(self.wishes)
        for plan in self.plans.values() if not self.only_wishes else ():
            wanted += [(plan.record, rule) for rule in self.rules(plan.record)]
        return [
            (record, condition) for record, condition in wanted if not self.reading.holds(condition, record)
        ]

    def rules(self, record: Record) -> list[Condition]:
        """All that a create of the record must keep, as conditions."""
        name = record.entity.name
        rules = [rule.condition for rule in self.blueprint.comparisons(name) if rule.id != self.without]
        rules += [self._limit(rule) for rule in self.blueprint.limits(name) if rule.measure != "count"]
        for adjustment in self.blueprint.specification.adjustments:
            if adjustment.id == self.without or adjustment.sign > 0:
                continue
            if adjustment.entity != name or adjustment.on != "create":
                continue
            if not adjustment.floor or not self.reading.all_hold(adjustment.when, record):
                continue
            if adjustment.amount.startswith("="):
                least = f"={Decimal(adjustment.amount[1:]) + Decimal(adjustment.floor)}"
                rules.append(
                    Condition(left=f"{adjustment.via}.{adjustment.target}", operator="ge", right=least)
                )
            else:
                left = f"{adjustment.via}.{adjustment.target}"
                rules.append(Condition(left=left, operator="ge", right=adjustment.amount))
        return rules

    def _limit(self, rule: Limit) -> Condition:
        return Condition(left=rule.measure, operator="le", right=rule.maximum)

    def _fix(self, record: Record, condition: Condition) -> bool:
        sides = [(condition.left, True), (condition.right, False)]
        order = {field.name: index for index, field in enumerate(record.entity.fields)}
        # A path leads to another record, which is changed only where nothing of its own can be.
        sides.sort(key=lambda side: ("." in side[0], -order.get(side[0], -1)))
        return any(
            self._fix_side(record, condition, path, is_left=is_left)
            for path, is_left in sides
            if path and not path.startswith("=") and moment(path, self.reading.now) is None
        )

    def _fix_side(self, record: Record, condition: Condition, path: str, *, is_left: bool) -> bool:
        owner, name = self._owner(record, path)
        if owner is None or id(owner) not in self.plans:
            return False
        target = self.reading.field_at(owner.entity, name)
        if target is None:
            return False
        wanted = self._wanted(record, condition, target, is_left=is_left)
        if wanted == ():
            return False
        return self._set(self.plans[id(owner)], target, wanted)

    def _owner(self, record: Record, path: str) -> tuple[Record | None, str]:
        before, _, name = path.rpartition(".")
        if not before:
            return record, name
        found = self.reading.value(record, before)
        return (found, name) if isinstance(found, Record) else (None, name)

    def _wanted(self, record: Record, condition: Condition, target: Field, *, is_left: bool) -> Value:
        """A value for that side, () where none can be said."""
        operator = condition.operator
        if operator == "is_null":
            return () if target.required else None
        if operator == "not_null":
            return example(target, 1, self.reading.now) if target.type != "reference" else ()
        if operator in ("in", "not_in"):
            return self._among(record, condition, target)
        if is_left:
            return beside(operator, self.reading.right_side(condition, record), target)
        bound = self.reading.operand(condition.left, record, target)
        if condition.right_factor and isinstance(bound, int | Decimal):
            bound = Decimal(bound) / Decimal(condition.right_factor)
        return beside(_MIRRORED[operator], bound, target)

    def _among(self, record: Record, condition: Condition, target: Field) -> Value:
        listed = self.reading.right_side(condition, record)
        assert isinstance(listed, tuple)
        if condition.operator == "in":
            return listed[0] if listed else ()
        return next((choice for choice in target.choices if choice not in listed), ())

    def _set(self, plan: Plan, target: Field, wanted: Value) -> bool:
        name = plan.record.entity.name
        if target.name == self.blueprint.state_field(name):
            plan.state = str(wanted)
            plan.record.values[target.name] = wanted
            return True
        rule = self.reading.derivations.get((name, target.name))
        if rule is not None and rule.kind in ("product", "sum", "difference"):
            return self._set_derived(plan, rule.operands[0], target, wanted)
        if rule is not None and rule.kind == "offset":
            return self._set_start(plan, rule.operands[0], target, wanted)
        writable = {field.name for field in self.blueprint.writable(plan.record.entity)}
        if target.name not in writable or target.name in plan.fixed or not within_bounds(wanted, target):
            return False
        if plan.record.values.get(target.name) == wanted:
            return False
        plan.record.values[target.name] = wanted
        return True

    def _set_derived(self, plan: Plan, operand: str, target: Field, wanted: Value) -> bool:
        """Scales the first operand until the result is about what is wanted."""
        source = plan.record.entity.field(operand)
        now = self.reading.value(plan.record, target.name)
        held = plan.record.values.get(operand)
        if source is None or not isinstance(wanted, int | Decimal) or not isinstance(now, int | Decimal):
            return False
        if not isinstance(held, int | Decimal) or not now:
            return False
        scaled = Decimal(held) * Decimal(wanted) / Decimal(now)
        up = Decimal(wanted) > Decimal(now)
        return self._set(plan, source, beside("ge" if up else "le", scaled, source))

    def _set_start(self, plan: Plan, operand: str, target: Field, wanted: Value) -> bool:
        """Moves what an offset counts from by as much as its result is to move."""
        source = plan.record.entity.field(operand)
        now = self.reading.value(plan.record, target.name)
        held = plan.record.values.get(operand)
        if source is None or not isinstance(wanted, date) or not isinstance(now, date):
            return False
        if not isinstance(held, date):
            return False
        one, other = aligned(wanted, now)
        moved = held + (one - other)  # type: ignore[operator]
        return self._set(plan, source, beside("eq", moved, source))


def comparison_fields(rule: Comparison) -> list[str]:
    """Fields of the record itself that a comparison speaks of."""
    sides = (rule.condition.left, rule.condition.right)
    return [side for side in sides if side and side.isidentifier() and side not in ("now", "today")]
