"""Whether rules that each make sense hold together: states are reached, bounds leave room, no circles."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from schemas.specification import (
    Action,
    Adjustment,
    Comparison,
    Condition,
    Derivation,
    Entity,
    Limit,
    NoOverlap,
    Report,
    Specification,
    StateMachine,
)

_CONFLICTS = {("gt", "lt"), ("gt", "le"), ("ge", "lt"), ("gt", "eq"), ("lt", "eq"), ("eq", "ne")}
_TURNED = {"gt": "lt", "lt": "gt", "ge": "le", "le": "ge", "eq": "eq", "ne": "ne"}


def check(spec: Specification, entity: Entity, rule: object) -> Iterator[str]:
    """The problems that a rule has with the other rules."""
    if isinstance(rule, StateMachine):
        yield from _states(spec, rule)
    elif isinstance(rule, Action):
        yield from _action(spec, entity, rule)
    elif isinstance(rule, Comparison):
        yield from _comparison(spec, entity, rule)
    elif isinstance(rule, Limit):
        yield from _limit(entity, rule)
    elif isinstance(rule, Derivation):
        yield from _circle(spec, rule)
    elif isinstance(rule, Adjustment):
        yield from _adjustment(spec, entity, rule)
    elif isinstance(rule, NoOverlap):
        yield from _written(entity, rule.id, (rule.start, rule.end, rule.duration_minutes))
    elif isinstance(rule, Report):
        yield from _report(spec, entity, rule)


def reached(spec: Specification, machine: StateMachine) -> frozenset[str]:
    """The states that a record can come to be in."""
    entity = machine.entity
    states = {machine.initial, *machine.creatable}
    states |= {
        e.value[1:]
        for e in spec.effects
        if e.field == machine.field and e.value.startswith("=") and _changes(spec, e.entity, e.via, entity)
    }
    steps = [(a.sources or machine.states, a.target) for a in spec.actions if a.entity == entity and a.target]
    steps += [(e.sources, e.target) for e in spec.expiries if e.entity == entity]
    for _ in machine.states:
        states |= {target for sources, target in steps if states & set(sources)}
    return frozenset(states)


def _changes(spec: Specification, by: str, via: str, entity: str) -> bool:
    """Whether an effect of records of `by` changes the entity."""
    if not via:
        return by == entity
    field = next((e.field(via) for e in spec.entities if e.name == by), None)
    return field is not None and field.references == entity


def _states(spec: Specification, rule: StateMachine) -> Iterator[str]:
    for state in rule.states:
        if state not in reached(spec, rule):
            yield f"{rule.id}: nothing leads to the state {state.replace('_', ' ')}"
            return


def _action(spec: Specification, entity: Entity, rule: Action) -> Iterator[str]:
    machine = spec.machine(entity.name)
    if rule.sources and machine is not None and not set(rule.sources) & reached(spec, machine):
        yield f"{rule.id}: nothing leads to the states that it starts from"
    if rule.target and machine is None:
        yield f"{rule.id}: {entity.label.lower()} has no states"
    yield from _written(entity, rule.id, rule.inputs)
    if any(listing.entity == entity.name and listing.name == rule.name for listing in spec.listings):
        yield f"{rule.id}: a list has the same name"


def _written(entity: Entity, rule: str, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        field = entity.field(name) if name else None
        if field is not None and field.read_only:
            yield f"{rule}: {field.label.lower()} is computed and cannot be given"


def _comparison(spec: Specification, entity: Entity, rule: Comparison) -> Iterator[str]:
    for other in spec.comparisons:
        if other.id == rule.id:
            return
        if other.entity == entity.name and _contradict(other.condition, rule.condition):
            yield f"{rule.id}: it contradicts another comparison of the same values"
            return


def _contradict(one: Condition, other: Condition) -> bool:
    operator = other.operator
    if (one.left, one.right) == (other.right, other.left):
        operator = _TURNED.get(other.operator, "")  # type: ignore[assignment]
    elif (one.left, one.right) != (other.left, other.right):
        return False
    pair = (one.operator, operator)
    return pair in _CONFLICTS or pair[::-1] in _CONFLICTS


def _limit(entity: Entity, rule: Limit) -> Iterator[str]:
    if not rule.maximum.startswith("="):
        return
    top = Decimal(rule.maximum[1:])
    field = entity.field(rule.measure) if rule.measure != "count" else None
    least = Decimal(field.minimum) if field is not None and field.minimum else Decimal(0)
    if top <= 0 or top < least:
        yield f"{rule.id}: no record can keep it"


def _circle(spec: Specification, rule: Derivation) -> Iterator[str]:
    if (rule.entity, rule.field) in _needs(spec, rule, set()):
        yield f"{rule.id}: it is computed from itself"


def _needs(spec: Specification, rule: Derivation, seen: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """All computed fields that the rule needs, by entity and field."""
    owner = rule.child or rule.entity
    for operand in (*rule.operands, *rule.percents, rule.amount, *(c.left for c in rule.where)):
        key = _at(spec, owner, operand)
        if key is None or key in seen:
            continue
        seen.add(key)
        for other in spec.derivations:
            if (other.entity, other.field) == key:
                _needs(spec, other, seen)
    return seen


def _at(spec: Specification, name: str, path: str) -> tuple[str, str] | None:
    """The entity and field at the end of a path."""
    first, _, rest = path.partition(".")
    entity = next((e for e in spec.entities if e.name == name), None)
    field = entity.field(first) if entity is not None else None
    if field is None:
        return None
    return _at(spec, field.references, rest) if rest else (name, first)


def _adjustment(spec: Specification, entity: Entity, rule: Adjustment) -> Iterator[str]:
    key = _at(spec, entity.name, f"{rule.via}.{rule.target}")
    if any((d.entity, d.field) == key for d in spec.derivations):
        yield f"{rule.id}: {rule.target.replace('_', ' ')} is computed in another way"


def _report(spec: Specification, entity: Entity, rule: Report) -> Iterator[str]:
    field = entity.field(rule.within) if rule.within else None
    if field is not None and any(a.entity == field.references and a.name == rule.name for a in spec.actions):
        yield f"{rule.id}: an action has the same name"
