"""Tests of filters, searches and named lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from schemas.specification import Action, Condition, Criterion, Effect, Entity, Field, Listing, Search
from streams.agents.testing_engineer.asserting import lists, path_of, refused
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.examples import example
from streams.agents.testing_engineer.making import make, make_unlike
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import Braces
from streams.agents.testing_engineer.solving import CannotSatisfyError
from streams.agents.testing_engineer.stepping import ready, take
from streams.agents.testing_engineer.values import (
    MOMENTS,
    NUMBERS,
    TEXTS,
    Record,
    Unknown,
    Value,
    aligned,
    iso,
)

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
    if value is None or isinstance(value, Record | Unknown | tuple):
        return []
    text = iso(value) if isinstance(value, datetime) else str(value)
    sides = [Condition(left=field.name, operator=one, right=f"={text}") for one in ("lt", "gt")]
    operands = {
        name
        for rule in scenario.blueprint.derivations(entity.name)
        if rule.field == field.name
        for name in rule.operands
    }
    return [
        *(_wished(scenario, entity, side) for side in sides),
        *(
            _with(scenario, entity, one, example(one, _FAR, scenario.world.now))
            for one in scenario.blueprint.body_fields(entity)
            if one.name in operands and one.type != "reference"
        ),
    ]


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


def filtering(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A filter shows those with the value, and leaves all others out."""
    entity = blueprint.specification.entity(criterion.entity)
    field = entity.field(criterion.target)
    if field is None or field.many:
        return
    if not blueprint.is_stored(entity.name, field.name):
        yield Attempt(
            f"filter_by_{field.name}",
            "422, because it is computed anew with each read",
            _no_filter(entity, field),
        )
        return
    found = field
    if field.name in {one.field for one in blueprint.derivations(entity.name) if one.kind == "code"}:
        yield Attempt(f"filter_by_{field.name}", "only the one with the code", _by_code(entity, field))
        return

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


def _by_code(entity: Entity, field: Field) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        first, second = scenario.create(entity), scenario.create(entity)
        for record in (first, second):
            query = Braces(((field.name, f'{record.variable}["{field.name}"]'),))
            lists(scenario, path_of(entity), query, [record])
        lists(scenario, path_of(entity), {field.name: "no such code"}, [])

    return build


def _no_filter(entity: Entity, field: Field) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        for query in (f"{field.name}=1", f"sort={field.name}"):
            refused(scenario, "get", f'"{path_of(entity)}?{query}"', None, 422)

    return build


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


def searching(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A search finds text in any of the fields, in any case, and nothing else."""
    rule = next((one for one in blueprint.specification.searches if one.id == criterion.target), None)
    if rule is None:
        return
    for name in rule.fields:
        yield Attempt(f"search_in_{name}", "those with the text, in any case", _found(rule, name))


def _found(rule: Search, name: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        entity = scenario.specification.entity(rule.entity)
        field = entity.field(name)
        if field is None or field.type not in TEXTS or field.many:
            raise CannotSatisfyError(f"{name} is no text")
        text = {"email": "needle@example.com", "url": "https://needle.example.com"}.get(
            field.type, "A needle 50%"
        )
        if field.max_length and len(text) > field.max_length:
            raise CannotSatisfyError(f"{name} is too short")
        record = scenario.create(entity, {name: text})
        scenario.create(entity)
        path = path_of(entity)
        for query in ("needle", "NEEDLE", *(("50%",) if "%" in text else ())):
            lists(scenario, path, {"q": query}, [record])
        lists(scenario, path, {"q": "no such text"}, [])
        lists(scenario, path, {"q": "n_edle"}, [])

    return build


def named_list(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A named list shows the records that match, and leaves all others out."""
    rule = next((one for one in blueprint.specification.listings if one.id == criterion.target), None)
    if rule is None:
        return
    path = f"/{blueprint.specification.entity(rule.entity).plural}/{rule.name}"

    def shows(scenario: Scenario) -> None:
        lists(scenario, path, {}, [])
        make(scenario, rule.entity, rule.where)
        make(scenario, rule.entity, rule.where)
        _shown(scenario, rule, path)

    def leaves_out(scenario: Scenario) -> None:
        make(scenario, rule.entity, rule.where)
        make_unlike(scenario, rule.entity, rule.where)
        _shown(scenario, rule, path)

    yield Attempt(f"{rule.name}_shows", "those that match", shows)
    yield Attempt(f"{rule.name}_leaves_out", "none that does not match", leaves_out)


def _shown(scenario: Scenario, rule: Listing, path: str) -> None:
    live = scenario.world.live(rule.entity)
    matching = [one for one in live if scenario.reading.all_hold(rule.where, one)]
    lists(scenario, path, {}, matching)
