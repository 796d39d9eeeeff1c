"""Checks of each kind of rule against the entities."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from schemas.specification import (
    Action,
    Adjustment,
    Comparison,
    Condition,
    Derivation,
    Effect,
    Entity,
    Expiry,
    Export,
    Field,
    Limit,
    Listing,
    Lock,
    NoOverlap,
    Notice,
    PeriodLock,
    Permission,
    Report,
    Search,
    Specification,
    StateMachine,
    Unique,
)
from streams.agents.business_analyzer import rule_soundness, validation

_NUMBERS = frozenset({"integer", "decimal", "money"})
_TIMES = frozenset({"date", "datetime"})
_TEXTS = frozenset({"text", "long_text", "email", "phone", "url"})
_KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_TAKEN = frozenset({"export-csv", "export"})


def check(spec: Specification, entity: Entity, rule: object) -> Iterator[str]:
    """The problems of one rule."""
    checker = _CHECKERS.get(type(rule))
    if checker is not None:
        problems = list(checker(spec, entity, rule))
        yield from problems or rule_soundness.check(spec, entity, rule)


def _need(
    spec: Specification, entity: Entity, rule: str, paths: Iterable[str], kinds: frozenset[str] = frozenset()
) -> Iterator[str]:
    for path in paths:
        field = validation.resolve(spec, entity, path)
        if field is None:
            yield f"{rule}: {path!r} is no field of {entity.name}"
        elif kinds and field.type not in kinds:
            yield f"{rule}: {path!r} is a {field.type}"


def _conditions(
    spec: Specification, entity: Entity, rule: str, conditions: Iterable[Condition]
) -> Iterator[str]:
    for condition in conditions:
        yield from validation._condition(spec, entity, rule, condition)


def _states(spec: Specification, entity: Entity, rule: str, states: Iterable[str]) -> Iterator[str]:
    machine = spec.machine(entity.name)
    for state in states:
        if machine is None or state not in machine.states:
            yield f"{rule}: {state!r} is no state of {entity.name}"


def _target(spec: Specification, entity: Entity, rule: str, via: str) -> tuple[Entity | None, list[str]]:
    """The entity that a rule changes through a reference."""
    if not via:
        return entity, []
    field = entity.field(via)
    if field is None or not field.references:
        return None, [f"{rule}: {via!r} is no reference of {entity.name}"]
    return next((e for e in spec.entities if e.name == field.references), None), []


def _machine(spec: Specification, entity: Entity, rule: StateMachine) -> Iterator[str]:
    field = entity.field(rule.field)
    if field is None or field.type != "choice" or field.choices != rule.states:
        yield f"{rule.id}: field {rule.field!r} has other states"
    if rule.initial not in rule.states:
        yield f"{rule.id}: initial {rule.initial!r} is no state"
    yield from _states(spec, entity, rule.id, rule.creatable)
    if sum(machine.entity == rule.entity for machine in spec.state_machines) > 1:
        yield f"{rule.id}: {entity.name} has two life cycles"


def _action(spec: Specification, entity: Entity, rule: Action) -> Iterator[str]:
    if not _KEBAB.match(rule.name):
        yield f"{rule.id}: {rule.name!r} is no path"
    yield from _states(spec, entity, rule.id, (*rule.sources, *filter(None, [rule.target])))
    yield from _conditions(spec, entity, rule.id, rule.guards)
    yield from _need(spec, entity, rule.id, rule.inputs)
    for name in rule.required_inputs:
        if name not in rule.inputs:
            yield f"{rule.id}: required input {name!r} is no input"
    for role in rule.roles:
        if role not in spec.roles:
            yield f"{rule.id}: role {role!r} is unknown"


def _effect(spec: Specification, entity: Entity, rule: Effect) -> Iterator[str]:
    yield from _on(spec, entity, rule.id, rule.on)
    yield from _conditions(spec, entity, rule.id, rule.when)
    changed, bad = _target(spec, entity, rule.id, rule.via)
    yield from bad
    if changed is None:
        return
    yield from _conditions(spec, changed, rule.id, rule.only_if)
    field = changed.field(rule.field)
    if field is None:
        yield f"{rule.id}: {rule.field!r} is no field of {changed.name}"
    elif field.type == "choice" and rule.value.startswith("=") and rule.value[1:] not in field.choices:
        yield f"{rule.id}: {rule.value!r} is no value of {rule.field}"
    if (
        not rule.value.startswith("=")
        and rule.value not in ("now", "today")
        and not validation._operand(spec, entity, rule.value)
    ):
        yield f"{rule.id}: value {rule.value!r} is unknown"


def _on(spec: Specification, entity: Entity, rule: str, on: str) -> Iterator[str]:
    names = {action.name for action in spec.actions if action.entity == entity.name}
    if on != "create" and on not in names:
        yield f"{rule}: {on!r} is no action of {entity.name}"


def _lock(spec: Specification, entity: Entity, rule: Lock) -> Iterator[str]:
    changed, bad = _target(spec, entity, rule.id, rule.via)
    yield from bad
    if changed is not None:
        yield from _states(spec, changed, rule.id, rule.states)
    if not rule.states:
        yield f"{rule.id}: locks in no state"


def _period_lock(spec: Specification, entity: Entity, rule: PeriodLock) -> Iterator[str]:
    yield from _need(spec, entity, rule.id, [rule.date_field], _TIMES)
    other = next((e for e in spec.entities if e.name == rule.lock_entity), None)
    if other is None:
        yield f"{rule.id}: {rule.lock_entity!r} is no entity"
    else:
        yield from _need(spec, other, rule.id, [rule.lock_date_field], _TIMES)


def _comparison(spec: Specification, entity: Entity, rule: Comparison) -> Iterator[str]:
    yield from _conditions(spec, entity, rule.id, [rule.condition])


def _overlap(spec: Specification, entity: Entity, rule: NoOverlap) -> Iterator[str]:
    yield from _need(spec, entity, rule.id, rule.within)
    yield from _need(spec, entity, rule.id, [rule.start, *filter(None, [rule.end])], _TIMES)
    yield from _need(spec, entity, rule.id, filter(None, [rule.duration_minutes]), _NUMBERS)
    if not rule.within or bool(rule.end) == bool(rule.duration_minutes):
        yield f"{rule.id}: needs a resource, and an end or a duration"
    yield from _states(spec, entity, rule.id, rule.ignoring_states)


def _adjustment(spec: Specification, entity: Entity, rule: Adjustment) -> Iterator[str]:
    yield from _on(spec, entity, rule.id, rule.on)
    yield from _conditions(spec, entity, rule.id, rule.when)
    changed, bad = _target(spec, entity, rule.id, rule.via)
    yield from bad
    if changed is not None:
        yield from _need(spec, changed, rule.id, [rule.target], _NUMBERS)
    if not rule.amount.startswith("="):
        yield from _need(spec, entity, rule.id, [rule.amount], _NUMBERS)


def _limit(spec: Specification, entity: Entity, rule: Limit) -> Iterator[str]:
    if rule.measure != "count":
        yield from _need(spec, entity, rule.id, [rule.measure], _NUMBERS)
    yield from _need(spec, entity, rule.id, rule.group_by)
    if rule.maximum.startswith("="):
        if not re.fullmatch(r"=\d+(\.\d+)?", rule.maximum):
            yield f"{rule.id}: maximum {rule.maximum!r} is no number"
    else:
        yield from _need(spec, entity, rule.id, [rule.maximum], _NUMBERS)
    yield from _states(spec, entity, rule.id, rule.ignoring_states)


def _derivation(spec: Specification, entity: Entity, rule: Derivation) -> Iterator[str]:
    field = entity.field(rule.field)
    if field is None:
        yield f"{rule.id}: {rule.field!r} is no field of {entity.name}"
    elif not field.read_only:
        yield f"{rule.id}: {rule.field!r} is not read only"
    if sum(d.entity == rule.entity and d.field == rule.field for d in spec.derivations) > 1:
        yield f"{rule.id}: {rule.field!r} is computed twice"
    if rule.kind in ("sum_of_children", "count_of_children"):
        yield from _children(spec, entity, rule)
        return
    kinds = (
        _TIMES
        if rule.kind == "offset"
        else _NUMBERS
        if rule.kind in ("product", "sum", "difference")
        else frozenset[str]()
    )
    yield from _need(spec, entity, rule.id, rule.operands, kinds)
    yield from _need(spec, entity, rule.id, rule.percents, _NUMBERS)
    if rule.field in rule.operands:
        yield f"{rule.id}: {rule.field!r} is computed from itself"
    if rule.case_field:
        yield from _need(spec, entity, rule.id, [rule.case_field])


def _children(spec: Specification, entity: Entity, rule: Derivation) -> Iterator[str]:
    child = next((e for e in spec.entities if e.name == rule.child), None)
    if child is None:
        yield f"{rule.id}: {rule.child!r} is no entity"
        return
    via = child.field(rule.via)
    if via is None or via.references != entity.name:
        yield f"{rule.id}: {rule.via!r} does not refer to {entity.name}"
    if rule.kind == "sum_of_children":
        yield from _need(spec, child, rule.id, rule.operands[:1] or [""], _NUMBERS)
    yield from _conditions(spec, child, rule.id, rule.where)


def _notice(spec: Specification, entity: Entity, rule: Notice) -> Iterator[str]:
    yield from _conditions(spec, entity, rule.id, [rule.condition])


def _expiry(spec: Specification, entity: Entity, rule: Expiry) -> Iterator[str]:
    yield from _states(spec, entity, rule.id, (*rule.sources, rule.target))
    yield from _need(spec, entity, rule.id, [rule.start], _TIMES)
    if rule.minutes <= 0:
        yield f"{rule.id}: the time is not positive"


def _unique(spec: Specification, entity: Entity, rule: Unique) -> Iterator[str]:
    yield from _need(spec, entity, rule.id, rule.fields)
    if len(set(rule.fields)) < 2:
        yield f"{rule.id}: needs two fields"
    yield from _states(spec, entity, rule.id, rule.ignoring_states)


def _permission(spec: Specification, entity: Entity, rule: Permission) -> Iterator[str]:
    if rule.role not in spec.roles:
        yield f"{rule.id}: role {rule.role!r} is unknown"
    names = {"create", "read", "list", "update", "delete"} | {
        a.name for a in spec.actions if a.entity == entity.name
    }
    for operation in rule.operations:
        if operation not in names:
            yield f"{rule.id}: {operation!r} is no operation of {entity.name}"
    if rule.own:
        yield from _need(spec, entity, rule.id, [rule.own])


def _report(spec: Specification, entity: Entity, rule: Report) -> Iterator[str]:
    if not _KEBAB.match(rule.name) or sum(r.name == rule.name for r in spec.reports) > 1:
        yield f"{rule.id}: {rule.name!r} is no name of its own"
    yield from _need(spec, entity, rule.id, rule.measure, _NUMBERS)
    keys: list[str] = []
    for group in rule.group_by:
        period, _, path = group.rpartition(":")
        yield from _need(spec, entity, rule.id, [path], _TIMES if period else frozenset())
        keys.append(period or path.rsplit(".", 1)[-1])
    if len(set(keys)) != len(keys):
        yield f"{rule.id}: two groups have one key"
    yield from _conditions(spec, entity, rule.id, rule.where)
    _, bad = _target(spec, entity, rule.id, rule.within)
    yield from bad


def _listing(spec: Specification, entity: Entity, rule: Listing) -> Iterator[str]:
    if not _KEBAB.match(rule.name) or rule.name in _TAKEN:
        yield f"{rule.id}: {rule.name!r} is no path"
    if sum(other.entity == rule.entity and other.name == rule.name for other in spec.listings) > 1:
        yield f"{rule.id}: {rule.name!r} stands twice"
    if any(a.entity == rule.entity and a.name == rule.name for a in spec.actions):
        yield f"{rule.id}: {rule.name!r} is an action too"
    yield from _conditions(spec, entity, rule.id, rule.where)


def _export(spec: Specification, entity: Entity, rule: Export) -> Iterator[str]:
    if sum(other.entity == rule.entity for other in spec.exports) > 1:
        yield f"{rule.id}: {entity.name} is exported twice"


def _search(spec: Specification, entity: Entity, rule: Search) -> Iterator[str]:
    yield from _need(spec, entity, rule.id, rule.fields, _TEXTS)
    if not rule.fields:
        yield f"{rule.id}: searches no field"
    if sum(other.entity == rule.entity for other in spec.searches) > 1:
        yield f"{rule.id}: {entity.name} is searched twice"


_CHECKERS: dict[type, Callable[..., Iterator[str]]] = {
    StateMachine: _machine,
    Action: _action,
    Effect: _effect,
    Lock: _lock,
    PeriodLock: _period_lock,
    Comparison: _comparison,
    NoOverlap: _overlap,
    Adjustment: _adjustment,
    Limit: _limit,
    Derivation: _derivation,
    Notice: _notice,
    Expiry: _expiry,
    Unique: _unique,
    Permission: _permission,
    Report: _report,
    Listing: _listing,
    Export: _export,
    Search: _search,
}


def is_number(field: Field) -> bool:
    """Whether a field can be summed."""
    return field.type in _NUMBERS and not field.many
