"""Tests of filters, searches, named lists and exports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

from schemas.specification import Action, Criterion, Entity, Field, Listing, Search
from streams.agents.testing_engineer.asserting import lists, path_of, refused
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.examples import example
from streams.agents.testing_engineer.making import make, make_unlike
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import Braces
from streams.agents.testing_engineer.script import listing as script_list
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
    literal,
    quoted,
)


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
    made = scenario.world.live(entity.name)
    values = {str(identity(scenario.reading.value(record, name))) for record in made}
    if len(values) < 2:
        raise CannotSatisfyError(f"all have the same {name}")
    return made


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
    setting = {one.on for one in scenario.specification.effects if one.field == field.name}
    rules = [rule for rule in scenario.blueprint.actions(entity.name) if rule.name in setting]
    return [*adding, *(_taken(scenario, rule) for rule in rules)]


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


def exporting(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """An export has a header row, and a row for each record."""
    rule = next((one for one in blueprint.specification.exports if one.id == criterion.target), None)
    if rule is None:
        return
    entity = blueprint.specification.entity(rule.entity)
    path = f"{path_of(entity)}/export.csv"
    columns = ["id", *(field.name for field in entity.fields), "created_at", "updated_at"]

    def build(scenario: Scenario) -> None:
        scenario.script.write("rows = ", f'exported(client, "{path}")')
        scenario.script.check("assert ", "rows == []")
        made = [scenario.create(entity) for _ in range(2)]
        scenario.script.write("rows = ", f'exported(client, "{path}")')
        ids = ", ".join(f'str({record.variable}["id"])' for record in made)
        scenario.script.check("assert ", f'[row["id"] for row in rows] == [{ids}]')
        scenario.script.check("assert list(rows[0]) == ", script_list([quoted(name) for name in columns]))
        for field in entity.fields:
            value = made[0].values.get(field.name)
            if field.type in (*TEXTS, "choice", "money") and isinstance(value, str | Decimal):
                source = literal(value)
                scenario.script.check("assert ", f'rows[0]["{field.name}"] == {source}')

    def formula(scenario: Scenario) -> None:
        field = next(
            (
                one
                for one in blueprint.body_fields(entity)
                if one.type in ("text", "long_text") and not one.many
            ),
            None,
        )
        if field is None:
            raise CannotSatisfyError("no text")
        record = scenario.create(entity, {field.name: 'a,"b"'})
        scenario.script.write("rows = ", f'exported(client, "{path}")')
        value = f'{record.variable}["{field.name}"]'
        scenario.script.check("assert ", f'rows[0]["{field.name}"] == {value}')

    yield Attempt("export", "CSV with a header row and a row for each record", build)
    yield Attempt("export_of_quotes", "a comma and quotes are kept", formula)
