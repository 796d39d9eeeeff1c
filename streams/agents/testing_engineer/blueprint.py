"""What the tester needs to know of a specification again and again, looked up once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from schemas.specification import (
    Action,
    Comparison,
    Derivation,
    Entity,
    Field,
    Limit,
    Specification,
    StateMachine,
)

_MOST_WAYS = 6


def snake(name: str) -> str:
    """PascalCase as snake_case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_")


@dataclass
class Blueprint:
    """A specification with its rules by entity."""

    specification: Specification

    @cached_property
    def derived(self) -> frozenset[tuple[str, str]]:
        return frozenset((rule.entity, rule.field) for rule in self.specification.derivations)

    def derivations(self, entity: str) -> list[Derivation]:
        """The entity's computed fields."""
        return [rule for rule in self.specification.derivations if rule.entity == entity]

    def is_stored(self, entity: str, name: str) -> bool:
        """Whether the field is kept, and can be filtered: not computed anew with each read."""
        rule = next(
            (one for one in self.specification.derivations if (one.entity, one.field) == (entity, name)), None
        )
        if rule is None or rule.kind in ("sequence", "copy", "code"):
            return True
        if rule.kind in ("sum_of_children", "count_of_children"):
            return False
        operands = filter(None, [*rule.operands, *rule.percents, rule.amount, rule.case_field])
        return all(one.startswith("=") or self._is_stored_operand(entity, one) for one in operands)

    def _is_stored_operand(self, entity: str, operand: str) -> bool:
        plain = operand.isidentifier() and operand not in ("now", "today")
        return plain and self.is_stored(entity, operand)

    def machine(self, entity: str) -> StateMachine | None:
        return self.specification.machine(entity)

    def state_field(self, entity: str) -> str:
        """Name of the field that holds the state, '' for none."""
        machine = self.machine(entity)
        return machine.field if machine else ""

    def actions(self, entity: str, name: str = "") -> list[Action]:
        """The entity's actions, or those of one name, in order."""
        return [
            action
            for action in self.specification.actions
            if action.entity == entity and name in ("", action.name)
        ]

    def comparisons(self, entity: str) -> list[Comparison]:
        return [rule for rule in self.specification.comparisons if rule.entity == entity]

    def limits(self, entity: str) -> list[Limit]:
        return [rule for rule in self.specification.limits if rule.entity == entity]

    def writable(self, entity: Entity) -> list[Field]:
        """Fields that a request may set."""
        return [
            field
            for field in entity.fields
            if not field.read_only and (entity.name, field.name) not in self.derived
        ]

    def usual(self, entity: Entity) -> list[Field]:
        """Fields that an ordinary create fills in.

        Not the state, which starts by itself, and not what later actions set; an optional reference
        neither, because it would drag in records that the test does not speak of.
        """
        later = {name for action in self.actions(entity.name) for name in action.inputs}
        later |= {
            effect.field
            for effect in self.specification.effects
            if effect.entity == entity.name and not effect.via
        }
        later.add(self.state_field(entity.name))
        return [
            field
            for field in self.writable(entity)
            if field.required or (field.name not in later and field.type != "reference")
        ]

    def body_fields(self, entity: Entity) -> list[Field]:
        """Writable fields but the state."""
        return [field for field in self.writable(entity) if field.name != self.state_field(entity.name)]

    def ways(self, entity: str, start: str, state: str) -> list[list[Action]]:
        """Ways of actions from one state to another, the shortest first, at most six."""
        found: list[list[Action]] = [[]] if start == state else []
        edges = [(rule, source) for rule in self.actions(entity) for source in self.sources(rule)]
        front: list[tuple[str, list[Action], frozenset[str]]] = [(start, [], frozenset({start}))]
        while front and len(found) < _MOST_WAYS:
            following = []
            for at, way, seen in front:
                for rule, source in edges:
                    if source != at or not rule.target or rule.target in seen:
                        continue
                    if rule.target == state:
                        found.append([*way, rule])
                    else:
                        following.append((rule.target, [*way, rule], seen | {rule.target}))
            front = following
        return found

    def sources(self, action: Action) -> tuple[str, ...]:
        """States that an action starts from; all where it names none."""
        machine = self.machine(action.entity)
        return action.sources or (machine.states if machine else ())
