"""The rules of a specification, cut to what decides which buttons a page offers."""

from __future__ import annotations

from schemas.specification import Action, Entity, Lock, Specification
from streams.agents.frontend_developer.offered import Offered
from streams.agents.frontend_developer.page_model import (
    PageAction,
    PageAlternative,
    PageGrant,
    PageLock,
    PageRelation,
)
from streams.agents.frontend_developer.wording import humanised


def actions_of(specification: Specification, offered: Offered, entity: Entity) -> tuple[PageAction, ...]:
    """The entity's actions that the service offers; those of one name are one button."""
    by_name: dict[str, list[Action]] = {}
    for action in specification.actions:
        if action.entity == entity.name and offered.has("POST", f"/{entity.plural}/{{}}/{action.name}"):
            by_name.setdefault(action.name, []).append(action)
    return tuple(
        PageAction(
            name=name,
            label=alternatives[0].label or humanised(name),
            alternatives=tuple(
                PageAlternative(
                    sources=action.sources,
                    guards=action.guards,
                    inputs=action.inputs,
                    required_inputs=action.required_inputs,
                )
                for action in alternatives
            ),
        )
        for name, alternatives in by_name.items()
    )


def locks_of(specification: Specification, entity: Entity) -> tuple[PageLock, ...]:
    """The locks of the entity whose state the page can see."""
    locks = (_lock(specification, entity, lock) for lock in specification.locks if lock.entity == entity.name)
    return tuple(lock for lock in locks if lock is not None)


def _lock(specification: Specification, entity: Entity, lock: Lock) -> PageLock | None:
    field = entity.field(lock.via) if lock.via else None
    holder = field.references if field else entity.name
    plural = next((other.plural for other in specification.entities if other.name == holder), "")
    machine = specification.machine(holder)
    if machine is None or (lock.via and not plural):
        return None
    return PageLock(
        via=lock.via,
        via_plural=plural if lock.via else "",
        state_field=machine.field,
        states=lock.states,
        refused=lock.refused,
    )


def relations_of(specification: Specification, offered: Offered, entity: Entity) -> tuple[PageRelation, ...]:
    """What refers to the entity, where its list can be narrowed to one record; children first."""
    relations = [
        PageRelation(plural=other.plural, via=field.name, owned=other.parent == field.name)
        for other in specification.entities
        for field in other.fields
        if field.references == entity.name and offered.takes(f"/{other.plural}", field.name)
    ]
    return tuple(sorted(relations, key=lambda relation: not relation.owned))


def grants_of(specification: Specification, entity: Entity) -> tuple[PageGrant, ...]:
    """Who may do what; an operation that none of them names is everyone's."""
    grants = [
        PageGrant(operation=operation, role=rule.role, own=rule.own)
        for rule in specification.permissions
        if rule.entity == entity.name
        for operation in rule.operations
    ]
    grants += [
        PageGrant(operation=action.name, role=role, own="")
        for action in specification.actions
        if action.entity == entity.name
        for role in action.roles
        if not any(grant.operation == action.name and grant.role == role for grant in grants)
    ]
    return tuple(dict.fromkeys(grants))


def rules_of(specification: Specification, entity: Entity) -> tuple[str, ...]:
    """What a person should know before writing a record, in the words of the rules."""
    rules = (
        *((rule.entity, rule.message) for rule in specification.comparisons),
        *((rule.entity, rule.message) for rule in specification.overlaps),
        *((rule.entity, rule.message) for rule in specification.limits),
        *((rule.entity, rule.message) for rule in specification.uniques),
        *((rule.entity, rule.message) for rule in specification.period_locks),
        *((rule.entity, rule.message) for rule in specification.adjustments if rule.on == "create"),
    )
    return tuple(dict.fromkeys(message for name, message in rules if name == entity.name and message))
