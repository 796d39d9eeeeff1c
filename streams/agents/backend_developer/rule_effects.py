"""What follows a write as functions of the service: effects, adjustments, and whom notices may concern."""

from __future__ import annotations

from decimal import Decimal

from schemas.specification import Adjustment, Condition, Effect
from streams.agents.backend_developer import expressions
from streams.agents.backend_developer.plan import CHILDREN, EntityPlan, attribute
from streams.agents.backend_developer.source import docstring, indented


def functions(entity: EntityPlan) -> list[list[str]]:
    """All functions that the entity needs."""
    return [_follow(entity), _watched(entity)]


def _rules(entity: EntityPlan) -> list[Effect | Adjustment]:
    return [*entity.of(entity.plan.spec.effects), *entity.of(entity.plan.spec.adjustments)]


def follows(entity: EntityPlan, event: str) -> bool:
    """Whether something follows the event, or any action where it is ''."""
    return any(rule.on == event if event else rule.on != "create" for rule in _rules(entity))


def _follow(entity: EntityPlan) -> list[str]:
    rules = _rules(entity)
    if not rules:
        return []
    v = entity.variable
    events = {rule.on for rule in rules}
    possible = {*entity.actions, "create"}
    lines: list[str] = []
    for rule in rules:
        # Only what can also be called for another event has to ask for it.
        asks = len(_called(events, possible)) > 1
        head = [f"event == {expressions.quoted(rule.on)}"] if asks else []
        lines += _effect(entity, rule, head) if isinstance(rule, Effect) else _adjustment(entity, rule, head)
    lines.append(f"settle(session, {v})")
    head_line = f"def _follow(session: Session, {v}: models.{entity.record}, event: str) -> None:"
    return [head_line, *indented([docstring("Changes that follow from what has happened."), *lines])]


def _called(events: set[str], possible: set[str]) -> set[str]:
    """Events for which the function is called."""
    found = {"create"} & events
    return found | (possible - {"create"} if events - {"create"} else set())


def _hold(entity: EntityPlan, variable: str, conditions: tuple[Condition, ...]) -> list[str]:
    return [expressions.condition(entity, variable, one) for one in conditions]


def _target(entity: EntityPlan, via: str) -> tuple[EntityPlan, str, bool]:
    """The entity at the end of a path, its Python source, and whether it can be missing."""
    v = entity.variable
    if not via:
        return entity, v, False
    owner, text, nullable = entity, v, False
    for part in via.split("."):
        field = owner.field(part)
        nullable = nullable or owner.nullable(field)
        text = f"{text}.{owner.relation(part)}"
        owner = owner.target(field)
    return owner, text, nullable


def _block(conditions: list[str], lines: list[str]) -> list[str]:
    return [f"if {' and '.join(conditions)}:", *indented(lines)] if conditions else lines


def _effect(entity: EntityPlan, rule: Effect, head: list[str]) -> list[str]:
    v = entity.variable
    owner, source, nullable = _target(entity, rule.via)
    field = owner.field(rule.field)
    value = expressions.operand(entity, v, rule.value, field.type)
    solid = expressions.Expression(value.text, value.type)
    if field.type == "date" and value.type == "datetime":
        value = expressions.Expression(expressions.day(solid).text, "date", value.nullable)
    elif field.type == "datetime" and value.type == "date":
        value = expressions.Expression(expressions.moment(solid).text, "datetime", value.nullable)
    conditions = [*head, *_hold(entity, v, rule.when)]
    given = expressions.operand(entity, v, rule.value, field.type).text
    if value.nullable and (not owner.nullable(field) or value.text != given):
        conditions.append(f"{given} is not None")
    if not rule.via:
        conditions += _hold(entity, v, rule.only_if)
        return _block(conditions, [f"{v}.{attribute(rule.field)} = {value.text}"])
    name = "target"
    checks = [f"{name} is not None"] if nullable else []
    checks += _hold(owner, name, rule.only_if)
    steps = [f"{name}.{attribute(rule.field)} = {value.text}", *_derive(owner, name)]
    return _block(conditions, [f"{name} = {source}", *_block(checks, steps)])


def _derive(owner: EntityPlan, name: str) -> list[str]:
    return [f"{name}.derive()"] if owner.computed else []


def _adjustment(entity: EntityPlan, rule: Adjustment, head: list[str]) -> list[str]:
    v = entity.variable
    owner, source, nullable = _target(entity, rule.via)
    field = owner.field(rule.target)
    name = "target"
    held = f"{name}.{attribute(rule.target)}"
    base = f"({held} or 0)" if owner.nullable(field) else held
    amount = expressions.operand(entity, v, rule.amount, field.type)
    text = f"({amount.text} or 0)" if amount.nullable else amount.text
    if field.type == "integer" and amount.type != "integer":
        text = f"int({text})"
    left = f"{base} {'+' if rule.sign > 0 else '-'} {text}"
    lines = [f"left = {left}"]
    if rule.floor:
        floor = expressions.literal(rule.floor, field.type)
        message = rule.message or f"The {field.label.lower()} may not fall below {Decimal(rule.floor):f}."
        lines += [f"if left < {floor}:", f"    raise conflict({expressions.quoted(message)})"]
    lines += [f"{held} = left", *_derive(owner, name)]
    if not rule.floor:
        lines = [f"{held} = {left}", *_derive(owner, name)]
    checks = [f"{name} is not None"] if nullable else []
    return _block([*head, *_hold(entity, v, rule.when)], [f"{name} = {source}", *_block(checks, lines)])


# -- notices --------------------------------------------------------------------------------------


def _concerned(entity: EntityPlan) -> list[str]:
    """Expressions for the records whose notices a write of this entity can raise."""
    spec, v = entity.plan.spec, entity.variable
    noticed = {rule.entity for rule in spec.notices}
    found: list[str] = [v] if entity.name in noticed else []
    for rule in _rules(entity):
        if rule.via:
            owner, source, _ = _target(entity, rule.via)
            found += [source] if owner.name in noticed else []
    for derivation in spec.derivations:
        if derivation.kind in CHILDREN and derivation.child == entity.name and derivation.entity in noticed:
            found.append(f"{v}.{entity.relation(derivation.via)}")
    return list(dict.fromkeys(found))


def is_watching(entity: EntityPlan) -> bool:
    """Whether writes of the entity can raise notices."""
    return bool(_concerned(entity))


def _watched(entity: EntityPlan) -> list[str]:
    found = _concerned(entity)
    if not found:
        return []
    head = f"def _watched({entity.variable}: models.{entity.record}) -> list[Base | None]:"
    return [
        head,
        *indented(
            [
                docstring("Records whose notices a change of this one may raise."),
                f"return [{', '.join(found)}]",
            ]
        ),
    ]
