"""Drafts a new record, and the records it needs, with values that keep all rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.specification import Condition, Entity
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.evaluation import Reading
from streams.agents.testing_engineer.examples import example
from streams.agents.testing_engineer.solving import CannotSatisfyError, Plan, Solver, negated
from streams.agents.testing_engineer.values import Record, Value
from streams.agents.testing_engineer.world import World

_DEEPEST = 5


@dataclass
class Draft:
    """Plans by identity of their record, in the order in which they must be made.

    Attributes:
        world: what there is already.
        numbers: how many records of each entity there are or are planned.
        full: optional fields are filled in too, references included.
        without: id of a comparison that is not kept.
        tight: one of the conditions wished for, which is to hold only just.
    """

    world: World
    numbers: dict[str, int]
    full: bool = False
    without: str = ""
    tight: Condition | None = None
    plans: dict[int, Plan] = field(default_factory=dict)

    @property
    def blueprint(self) -> Blueprint:
        return self.world.blueprint

    def solve(self, entity: Entity, given: Mapping[str, Value], wanted: Sequence[Condition]) -> list[Plan]:
        """Plans for a new record and for the records to make before it; the record itself is the last.

        Raises:
            CannotSatisfyError: no values keep all rules and wishes.
        """
        root = self._record(entity, given, 0)
        for condition in wanted:
            self._fill_wanted_reference(root.record, condition)
        planned = [plan.record for plan in self.plans.values()]
        reading = Reading(self.blueprint.specification, [*self.world.records, *planned], self.world.now)
        wishes = [(root.record, condition) for condition in wanted]
        if self.tight is not None:
            # From just not holding it is one step to just holding.
            before = [*wishes, (root.record, negated(self.tight))]
            before.remove((root.record, self.tight))
            Solver(self.blueprint, reading, self.plans, before, without=self.without).solve()
        Solver(self.blueprint, reading, self.plans, wishes, without=self.without).solve()
        ordered = [plan for plan in self.plans.values() if plan is not root]
        return [*ordered, root]

    def _record(self, entity: Entity, given: Mapping[str, Value], depth: int) -> Plan:
        self.numbers[entity.name] = self.numbers.get(entity.name, 0) + 1
        record = Record(entity=entity, variable="", values={}, number=self.numbers[entity.name])
        full = self.full and depth == 0
        usual = self.blueprint.body_fields(entity) if full else self.blueprint.usual(entity)
        for item in usual:
            if item.name in given:
                continue
            if item.type == "reference":
                record.values[item.name] = self._referred(entity, item.references, depth)
            else:
                record.values[item.name] = example(item, record.number, self.world.now)
        record.values.update(given)
        self.world.fill_what_the_service_sets(record)
        plan = Plan(record=record, fixed=set(given))
        self.plans[id(record)] = plan
        return plan

    def _referred(self, entity: Entity, references: str, depth: int) -> Record | None:
        if references == entity.name:
            return None
        if depth > _DEEPEST:
            raise CannotSatisfyError(f"{entity.name} needs itself")
        return self._record(self.blueprint.specification.entity(references), {}, depth + 1).record

    def _fill_wanted_reference(self, record: Record, condition: Condition) -> None:
        """An optional reference that a wish leads through, or asks for, is filled in."""
        for path in (condition.left, condition.right):
            first, _, rest = path.partition(".")
            item = record.entity.field(first)
            if item is None or item.type != "reference" or record.values.get(first) is not None:
                continue
            if rest or condition.operator == "not_null":
                record.values[first] = self._referred(record.entity, item.references, 1)
