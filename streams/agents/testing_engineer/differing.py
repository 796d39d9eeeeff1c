"""Brings about records that differ in one field, so that a filter has something to tell apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from schemas.specification import Action, Condition, Effect, Entity, Field
from streams.agents.testing_engineer.examples import example
from streams.agents.testing_engineer.making import make
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.solving import CannotSatisfyError
from streams.agents.testing_engineer.stepping import ready, take
from streams.agents.testing_engineer.values import Record, Unknown, Value, iso

# Number of an example that differs from those of all records made before.
_FAR = 9


def differing(scenario: Scenario, entity: Entity, field: Field) -> list[Record]:
    """All records of the entity, some of which differ in the field.

    Raises:
        CannotSatisfyError: no two values can be brought about.
    """
    name = field.name
    if field.type == "choice" and name == scenario.blueprint.state_field(entity.name):
        states = field.choices
        _several(scenario, [_in_state(scenario, entity, state) for state in states])
    elif field.type == "choice":
        _several(scenario, [_with(scenario, entity, field, choice) for choice in field.choices[:2]])
    elif field.type == "boolean":
        _several(scenario, [_with(scenario, entity, field, value) for value in (True, False)])
    elif field.type == "reference" and not field.required:
        target = field.references
        _several(scenario, [lambda: scenario.create(entity, {name: scenario.create(target)})] * 2)
    else:
        _several(scenario, [lambda: scenario.create(entity)] * 2)
    _several(scenario, _other_ways(scenario, entity, field))
    if _variety(scenario, entity, field) < 2:
        _several(scenario, _apart(scenario, entity, field))
    if _variety(scenario, entity, field) < 2:
        raise CannotSatisfyError(f"all have the same {name}")
    return scenario.world.live(entity.name)


def _variety(scenario: Scenario, entity: Entity, field: Field) -> int:
    """How many values of the field there are."""
    live = scenario.world.live(entity.name)
    return len({str(identity(scenario.reading.value(record, field.name))) for record in live})


def _apart(scenario: Scenario, entity: Entity, field: Field) -> list[Callable[[], object]]:
    """Where rules make values alike: a state left since, a value on either side, other operands."""
    if field.name == scenario.blueprint.state_field(entity.name):
        return [lambda: scenario.create(entity)]
    live = scenario.world.live(entity.name)
    value = scenario.reading.value(live[0], field.name) if live else None
    return [
        *(_wished(scenario, entity, side) for side in _sides(field, value)),
        *(
            _with(scenario, entity, one, other)
            for one in _operands(scenario, entity, field)
            for other in one.choices or (example(one, _FAR, scenario.world.now),)
        ),
    ]


def _sides(field: Field, value: Value) -> list[Condition]:
    """Less and more than a value."""
    if value is None or isinstance(value, Record | Unknown | tuple):
        return []
    text = iso(value) if isinstance(value, datetime) else str(value)
    return [Condition(left=field.name, operator=one, right=f"={text}") for one in ("lt", "gt")]


def _operands(scenario: Scenario, entity: Entity, field: Field) -> list[Field]:
    """Fields that a request may set and from which this one is computed."""
    names = {
        name
        for rule in scenario.blueprint.derivations(entity.name)
        if rule.field == field.name
        for name in (*rule.operands, rule.case_field)
    }
    fields = scenario.blueprint.body_fields(entity)
    return [one for one in fields if one.name in names and one.type != "reference"]


def _wished(scenario: Scenario, entity: Entity, condition: Condition) -> Callable[[], object]:
    return lambda: scenario.create(entity, None, [condition])


def _other_ways(scenario: Scenario, entity: Entity, field: Field) -> list[Callable[[], object]]:
    """Where an ordinary create leaves the field empty: it is sent on purpose, or a step sets it."""
    if field.name in {one.name for one in scenario.blueprint.usual(entity)}:
        return []
    if field.name == scenario.blueprint.state_field(entity.name) or field.type == "reference":
        return []
    if (entity.name, field.name) in scenario.blueprint.derived:
        return [lambda: scenario.create(entity, full=True)] * 2 + [_later(scenario, entity)]
    if field.name in {one.name for one in scenario.blueprint.body_fields(entity)}:
        now = scenario.world.now
        return [_with(scenario, entity, field, example(field, number, now)) for number in (3, 4)]
    adding = [
        _with_new(scenario, one.entity)
        for one in scenario.specification.adjustments
        if one.target == field.name
    ]
    effects = [
        one
        for one in scenario.specification.effects
        if one.field == field.name and _changed(scenario, one) == entity.name
    ]
    created = [_created(scenario, one) for one in effects if one.on == "create"]
    rules = {id(rule): rule for one in effects for rule in scenario.blueprint.actions(one.entity, one.on)}
    return [*adding, *created, *(_taken(scenario, rule) for rule in rules.values())]


def _changed(scenario: Scenario, effect: Effect) -> str:
    """Entity of the record that an effect changes."""
    entity = scenario.specification.entity(effect.entity)
    changed = scenario.reading.field_at(entity, effect.via) if effect.via else None
    return changed.references if changed else effect.entity


def _created(scenario: Scenario, effect: Effect) -> Callable[[], object]:
    return lambda: scenario.create(effect.entity, None, effect.when)


def _later(scenario: Scenario, entity: Entity) -> Callable[[], object]:
    def step() -> None:
        scenario.set_clock(scenario.world.now + timedelta(days=1))
        scenario.create(entity)

    return step


def _with_new(scenario: Scenario, entity: str) -> Callable[[], object]:
    return lambda: scenario.create(entity)


def _taken(scenario: Scenario, rule: Action) -> Callable[[], object]:
    return lambda: take(scenario, ready(scenario, rule), rule)


def identity(value: Value) -> Value | int:
    """What makes two values the same: a record is itself."""
    return id(value) if isinstance(value, Record) else value


def _several(scenario: Scenario, steps: list[Callable[[], object]]) -> None:
    for step in steps:
        try:
            with scenario.trial():
                step()
        except CannotSatisfyError:
            continue


def _in_state(scenario: Scenario, entity: Entity, state: str) -> Callable[[], object]:
    return lambda: make(scenario, entity, state=state)


def _with(scenario: Scenario, entity: Entity, field: Field, value: Value) -> Callable[[], object]:
    return lambda: scenario.create(entity, {field.name: value})
