"""Tests of filters, searches and named lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from schemas.specification import Criterion, Entity, Field, Listing, Search
from streams.agents.testing_engineer.asserting import lists, path_of, refused
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.differing import differing, identity
from streams.agents.testing_engineer.making import make, make_unlike
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import Braces
from streams.agents.testing_engineer.solving import CannotSatisfyError
from streams.agents.testing_engineer.values import (
    MOMENTS,
    NUMBERS,
    TEXTS,
    Record,
    Unknown,
    Value,
    aligned,
)


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
