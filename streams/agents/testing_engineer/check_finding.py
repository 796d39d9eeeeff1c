"""Tests of filters, searches, named lists and exports."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from schemas.specification import Criterion, Entity, Field
from streams.agents.testing_engineer.asserting import lists, path_of
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.making import make
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.solving import CannotSatisfyError
from streams.agents.testing_engineer.values import MOMENTS, NUMBERS, Record, Unknown, Value, aligned

COMPUTED_ON_READ = ("sum_of_children", "count_of_children", "product", "sum", "difference", "offset")


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
    made = scenario.world.live(entity.name)
    values = {str(identity(scenario.reading.value(record, name))) for record in made}
    if len(values) < 2:
        raise CannotSatisfyError(f"all have the same {name}")
    return made


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


def filtering(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A filter shows those with the value, and leaves all others out."""
    entity = blueprint.specification.entity(criterion.entity)
    field = entity.field(criterion.target)
    if field is None or field.many:
        return
    kinds = {
        rule.field: rule.kind for rule in blueprint.specification.derivations if rule.entity == entity.name
    }
    if kinds.get(field.name) in COMPUTED_ON_READ:
        return
    found = field

    def build(scenario: Scenario) -> None:
        made = differing(scenario, entity, found)
        for value in _distinct(scenario, made, found):
            wanted = identity(value)
            shown = [one for one in made if identity(scenario.reading.value(one, found.name)) == wanted]
            lists(scenario, path_of(entity), {found.name: value}, shown)

    def between(scenario: Scenario) -> None:
        made = differing(scenario, entity, found)
        for value in _distinct(scenario, made, found):
            at_least = [one for one in made if _ordered(value, scenario.reading.value(one, found.name))]
            at_most = [one for one in made if _ordered(scenario.reading.value(one, found.name), value)]
            lists(scenario, path_of(entity), {f"{found.name}_from": value}, at_least)
            lists(scenario, path_of(entity), {f"{found.name}_to": value}, at_most)

    yield Attempt(f"filter_by_{field.name}", "only those with the value", build)
    if field.type in (*NUMBERS, *MOMENTS):
        yield Attempt(f"filter_by_{field.name}_from_and_to", "those between, bounds included", between)


def _distinct(scenario: Scenario, made: list[Record], field: Field) -> list[Value]:
    values: dict[object, Value] = {}
    for record in made:
        value = scenario.reading.value(record, field.name)
        if value is not None and not isinstance(value, Unknown):
            values.setdefault(identity(value), value)
    if not values:
        raise CannotSatisfyError("no value is known")
    return list(values.values())[:3]


def _ordered(left: Value, right: Value) -> bool:
    if left is None or right is None:
        return False
    one, other = aligned(left, right)
    return one <= other  # type: ignore[operator]
