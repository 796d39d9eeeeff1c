"""What each rule means in given, when and then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.specification import Condition, Entity, Specification

_WORDS = {
    "eq": "is", "ne": "is not", "lt": "is less than", "le": "is at most", "gt": "is greater than",
    "ge": "is at least", "in": "is one of", "not_in": "is none of", "is_null": "is empty", "not_null":
        "is given",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """One rule as a criterion."""

    kind: str
    entity: str
    target: str
    given: str
    when: str
    then: str
    title: str = ""
    path: str = ""


def operand_text(operand: str) -> str:
    """An operand as words."""
    return (
        operand[1:].replace("_", " ")
        if operand.startswith("=")
        else operand.replace("_id", "").replace("_", " ").replace(".", "'s ")
    )


def condition_text(condition: Condition) -> str:
    """A condition as words."""
    share = f"{condition.right_factor} times " if condition.right_factor else ""
    return (
        f"{operand_text(condition.left)} {_WORDS[condition.operator]} {share}{operand_text(condition.right)}"
    ).strip()


def _states(states: tuple[str, ...]) -> str:
    return " or ".join(state.replace("_", " ") for state in states) or "any state"


def of_entity(spec: Specification, entity: Entity) -> Iterator[RuleText]:
    """Criteria of all rules of the entity but reports and notices."""
    yield from _life_cycle(spec, entity)
    yield from _values(spec, entity)
    yield from _across(spec, entity)
    yield from _access(spec, entity)


def _text(kind: str, entity: Entity, target: str, given: str, when: str, then: str) -> RuleText:
    return RuleText(kind=kind, entity=entity.name, target=target, given=given, when=when, then=then)


def _life_cycle(spec: Specification, entity: Entity) -> Iterator[RuleText]:
    one = entity.label.lower()
    for machine in spec.state_machines:
        if machine.entity == entity.name:
            yield _text(
                "state_machine",
                entity,
                machine.id,
                f"a new {one}",
                "it is read",
                f"its {machine.field} is {operand_text(machine.initial)}; a change that no step allows "
                f"gets 409",
            )
    for action in spec.actions:
        if action.entity == entity.name:
            where = f" that is {_states(action.sources)}" if action.sources else ""
            so = f" and it is {operand_text(action.target)}" if action.target else ""
            guards = "".join(f", and {condition_text(guard)}" for guard in action.guards)
            yield _text(
                "action",
                entity,
                action.id,
                f"a {one}{where}{guards}",
                f"POST /{entity.plural}/{{id}}/{action.name}",
                f"200{so}; otherwise 409",
            )
    for effect in spec.effects:
        if effect.entity == entity.name:
            yield _text(
                "effect",
                entity,
                effect.id,
                f"a {one}",
                f"{effect.on} is done",
                f"{operand_text(effect.field)} is {operand_text(effect.value)}",
            )
    for expiry in spec.expiries:
        if expiry.entity == entity.name:
            yield _text(
                "expiry",
                entity,
                expiry.id,
                f"a {one} that is {_states(expiry.sources)}",
                f"{expiry.minutes} minutes have passed",
                f"it is {operand_text(expiry.target)}",
            )
    for lock in spec.locks:
        if lock.entity == entity.name:
            yield _text(
                "lock",
                entity,
                lock.id,
                f"a {one} that is {_states(lock.states)}",
                f"{' or '.join(lock.refused)} is tried",
                "409",
            )


def _values(spec: Specification, entity: Entity) -> Iterator[RuleText]:
    one = entity.label.lower()
    for rule in spec.comparisons:
        if rule.entity == entity.name:
            yield _text(
                "comparison",
                entity,
                rule.id,
                "data against the rule",
                f"a {one} is created",
                f"422 unless {condition_text(rule.condition)}",
            )
    for derivation in spec.derivations:
        if derivation.entity == entity.name:
            yield _text(
                "derivation",
                entity,
                derivation.id,
                f"a {one} and what it is computed from",
                "it is read",
                f"{operand_text(derivation.field)} has the computed value",
            )
    for unique in spec.uniques:
        if unique.entity == entity.name:
            yield _text(
                "unique",
                entity,
                unique.id,
                f"a {one} with the same {', '.join(map(operand_text, unique.fields))}",
                "a second one is created",
                "409",
            )


def _across(spec: Specification, entity: Entity) -> Iterator[RuleText]:
    one = entity.label.lower()
    for overlap in spec.overlaps:
        if overlap.entity == entity.name:
            yield _text(
                "no_overlap",
                entity,
                overlap.id,
                f"a {one} for the same {', '.join(map(operand_text, overlap.within))}",
                "one that overlaps it is created",
                "409; one right after it is accepted",
            )
    for limit in spec.limits:
        if limit.entity == entity.name:
            yield _text(
                "limit",
                entity,
                limit.id,
                f"{entity.plural} up to {operand_text(limit.maximum)}",
                "one more is created",
                "409",
            )
    for adjustment in spec.adjustments:
        if adjustment.entity == entity.name:
            way = "grows" if adjustment.sign > 0 else "falls"
            yield _text(
                "adjustment",
                entity,
                adjustment.id,
                f"a {one}",
                f"{adjustment.on} is done",
                f"{operand_text(adjustment.target)} {way} by {operand_text(adjustment.amount)}; below the "
                f"floor: 409",
            )
    for lock in spec.period_locks:
        if lock.entity == entity.name:
            yield _text(
                "period_lock", entity, lock.id, f"a locked {lock.period}", f"a {one} in it is changed", "409"
            )


def _access(spec: Specification, entity: Entity) -> Iterator[RuleText]:
    for permission in spec.permissions:
        if permission.entity == entity.name:
            own = " of their own" if permission.own else ""
            yield _text(
                "permission",
                entity,
                permission.id,
                f"a {operand_text(permission.role)}",
                f"{', '.join(permission.operations)} is tried",
                f"it is allowed for records{own}; for roles that may not: 403",
            )
    for listing in spec.listings:
        if listing.entity == entity.name:
            yield _text(
                "listing",
                entity,
                listing.id,
                f"{entity.plural}, some of which match",
                f"GET /{entity.plural}/{listing.name}",
                f"only those where {' and '.join(map(condition_text, listing.where)) or 'all'}",
            )
    for export in spec.exports:
        if export.entity == entity.name:
            yield _text(
                "export",
                entity,
                export.id,
                f"some {entity.plural}",
                f"GET /{entity.plural}/export.csv",
                "CSV with a header row",
            )
    for search in spec.searches:
        if search.entity == entity.name:
            yield _text(
                "search",
                entity,
                search.id,
                f"some {entity.plural}",
                f"GET /{entity.plural}?q=text",
                f"only those with the text in {', '.join(search.fields)}",
            )


def of_overviews(spec: Specification) -> Iterator[RuleText]:
    """Criteria of reports and notices."""
    for report in spec.reports:
        yield RuleText(kind="report", entity=report.entity, target=report.id, title=report.label, path=
            f"/{report.name}", given="some records",
                       when=f"GET /reports/{report.name}", then="200 with exact totals by group")  # fmt: skip
    for notice in spec.notices:
        yield RuleText(kind="notice", entity=notice.entity, target=notice.id, title=notice.message, given=
            "a record",
                       when=condition_text(notice.condition), then="one notification is raised")  # fmt: skip
