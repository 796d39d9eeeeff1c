"""Writes `rules/<entity>.py`: what a create, an update, an action and a delete check and do."""

from __future__ import annotations

from streams.agents.backend_developer import expressions, grants, rule_checks, rule_effects, rule_steps
from streams.agents.backend_developer.plan import EntityPlan, attribute
from streams.agents.backend_developer.rule_effects import is_watching
from streams.agents.backend_developer.source import a, call, docstring, indented, module


def rules(entity: EntityPlan) -> str:
    """The module's source."""
    package = entity.plan.spec.package
    body = ["", *_constants(entity)]
    for lines in (
        _create(entity),
        _update(entity),
        rule_steps.act(entity),
        _delete(entity),
        rule_steps.take(entity),
        *rule_checks.functions(entity),
        *rule_effects.functions(entity),
    ):
        body += ["", "", *lines] if lines else []
    imports = (
        "import datetime as dt",
        "from collections.abc import Set as AbstractSet",
        "from decimal import Decimal",
        "from typing import Any",
        "",
        "from sqlalchemy import String, cast, func, select",
        "from sqlalchemy.orm import Session",
        "",
        f"from {package} import access, clock, models, notices, removal, steps",
        f"from {package}.access import Caller",
        f"from {package}.columns import Base",
        f"from {package}.database import settle",
        f"from {package}.intervals import meet",
        f"from {package}.lookup import apply, check_references, is_another",
        f"from {package}.periods import days_of_period",
        f"from {package}.problem import conflict, invalid",
        f"from {package}.steps import Step",
    )
    return module(f"What happens when {entity.entity.plural.replace('-', ' ')} are written.", imports, body)


def has_own(entity: EntityPlan) -> bool:
    """Whether a role may create or change only its own records."""
    return any(rule.own for rule in entity.of(entity.plan.spec.permissions))


def with_caller(entity: EntityPlan) -> bool:
    """Whether the rules need to know who asks."""
    return bool(entity.plan.spec.roles) and bool(
        entity.of(entity.plan.spec.permissions)
        or any(rule.roles for rule in entity.of(entity.plan.spec.actions))
    )


def caller_argument(entity: EntityPlan) -> str:
    """The parameter for who asks, where it is needed."""
    return ", caller: Caller" if with_caller(entity) else ""


def _constants(entity: EntityPlan) -> list[str]:
    lines: list[str] = []
    if entity.references:
        items = [f'"{attribute(f.name)}": models.{entity.target(f).record}' for f in entity.references]
        lines += ["", "_REFERENCES: dict[str, type[Base]] = {", *(f"    {item}," for item in items), "}"]
    if rule_checks.needs_changed(entity):
        names = sorted({*(attribute(field.name) for field in entity.fields), "created_at", "updated_at"})
        lines += ["", "_ALL = frozenset(", "    {", *(f'        "{name}",' for name in names), "    }", ")"]
    if with_caller(entity):
        lines += grants.constants(entity)
    return [*lines, *rule_steps.constants(entity)]


def _create(entity: EntityPlan) -> list[str]:
    v, record = entity.variable, f"models.{entity.record}"
    lines = ["check_references(session, values, _REFERENCES)"] if entity.references else []
    given = [
        f"{attribute(f.name)}={_initial(f.default, f.type)}"
        for f in entity.fields
        if f.default and f.name not in {w.name for w in entity.writable} and f.name not in entity.derivations
    ]
    lists = [f"{attribute(f.name)}=[]" for f in entity.fields if f.many and f not in entity.writable]
    lines.append("moment = clock.now()")
    arguments = ["**values", *given, *lists, "created_at=moment", "updated_at=moment"]
    lines += call(f"{v} = {record}", arguments)
    lines += [f"session.add({v})", f"settle(session, {v})"]
    lines += _set_at_creation(entity)
    if with_caller(entity) and has_own(entity):
        lines.append(f'access.check_own(caller, GRANTS.get("create"), {v})')
    lines += rule_checks.locks_of(entity, "create")
    if rule_checks.comparisons(entity):
        lines.append(f"_check_values({v}, _ALL)")
    lines += _initial_state(entity)
    if rule_checks.conflicts(entity):
        lines.append(f"_check_conflicts(session, {v}, _ALL)")
    if rule_effects.follows(entity, "create"):
        lines.append(f'_follow(session, {v}, "create")')
    if is_watching(entity):
        lines.append(f"notices.review(session, _watched({v}))")
    lines.append(f"return {v}")
    head = f"def create(session: Session, values: dict[str, Any]{caller_argument(entity)}) -> {record}:"
    return [
        head,
        *indented([docstring(f"A new {entity.label}, or the problem that a rule has with it."), *lines]),
    ]


def _initial(default: str, type_: str) -> str:
    if default == "now":
        return "clock.now()"
    if default == "today":
        return "clock.now().date()"
    return expressions.literal(default, type_)


def _set_at_creation(entity: EntityPlan) -> list[str]:
    v = entity.variable
    lines: list[str] = []
    for rule in entity.derivations.values():
        field = entity.field(rule.field)
        if rule.kind == "sequence":
            number = f"{v}.id" if field.type in ("integer", "decimal", "money") else f"str({v}.id)"
            lines.append(f"{v}.{attribute(rule.field)} = {number}")
        elif rule.kind == "copy":
            lines.append(
                f"{v}.{attribute(rule.field)} = {expressions.path(entity, v, rule.operands[0]).text}"
            )
    return [*lines, f"settle(session, {v})"] if lines else []


def _initial_state(entity: EntityPlan) -> list[str]:
    machine = entity.plan.spec.machine(entity.name)
    if machine is None or entity.field(machine.field) not in entity.writable:
        return []
    states = list(dict.fromkeys([machine.initial, *machine.creatable]))
    if set(states) >= set(machine.states):
        return []
    v = entity.variable
    state = f"{v}.{attribute(machine.field)}"
    words = " or ".join(state_.replace("_", " ") for state_ in states)
    return [
        f"if {state} not in {rule_checks.listed(states)}:",
        f"    raise conflict({expressions.quoted(f'A new {entity.label} is {words}.')})",
    ]


def _update(entity: EntityPlan) -> list[str]:
    v = entity.variable
    lines = ["check_references(session, values, _REFERENCES)"] if entity.references else []
    locks = rule_checks.locks_of(entity, "update")
    lines += locks
    if is_watching(entity):
        lines.append(f"before = _watched({v})")
    moved = rule_steps.is_movable(entity)
    if moved:
        state = attribute(entity.state)
        lines.append(f'state = values.pop("{state}", {v}.{state})')
    needs = rule_checks.needs_changed(entity)
    lines += [f"{'changed = ' if needs else ''}apply({v}, values)", f"{v}.updated_at = clock.now()"]
    lines.append(f"settle(session, {v})")
    if rule_checks.locks_move(entity):
        lines += locks
    if rule_checks.comparisons(entity):
        lines.append(f"_check_values({v}, changed)")
    lines += rule_steps.move(entity) if moved else []
    if rule_checks.conflicts(entity):
        lines.append(f"_check_conflicts(session, {v}, changed)")
    if moved and rule_steps.plain_steps(entity) and rule_effects.follows(entity, ""):
        lines += ["if step is not None:", f"    _follow(session, {v}, step.name)"]
    if is_watching(entity):
        lines.append(f"notices.review(session, [*before, *_watched({v})])")
    caller = caller_argument(entity) if moved and rule_steps.has_roles(entity) else ""
    head = (
        f"def update(session: Session, {v}: models.{entity.record}, values: dict[str, Any]{caller}) -> None:"
    )
    return [
        *_wrapped(head),
        *indented([docstring(f"Changes {a(entity.label)}, where no rule refuses."), *lines]),
    ]


def _wrapped(head: str) -> list[str]:
    if len(head) <= 100:
        return [head]
    before, _, rest = head.partition("(")
    arguments, _, tail = rest.rpartition(")")
    return [f"{before}(", f"    {arguments}", f"){tail}"]


def _delete(entity: EntityPlan) -> list[str]:
    v = entity.variable
    lines = rule_checks.locks_of(entity, "delete")
    if is_watching(entity):
        lines.append(f"before = [one for one in _watched({v}) if one is not {v}]")
    lines.append(f"removal.remove(session, {v})" if entity.plan.referrers(entity) else f"session.delete({v})")
    if is_watching(entity):
        lines += ["session.flush()", "session.expire_all()", "notices.review(session, before)"]
    head = f"def delete(session: Session, {v}: models.{entity.record}) -> None:"
    return [head, *indented([docstring(f"Deletes {a(entity.label)}, where no rule refuses."), *lines])]
