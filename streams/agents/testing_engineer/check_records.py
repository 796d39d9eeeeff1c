"""Tests of creating, reading, listing, changing and deleting records, and of ids that nothing has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from schemas.specification import Criterion, Entity, Field
from streams.agents.testing_engineer import judging
from streams.agents.testing_engineer.asserting import (
    change,
    lists,
    path_of,
    reads_as,
    refused,
    remove,
    seen,
)
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.examples import differs, example, typed, within_bounds
from streams.agents.testing_engineer.making import make
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import Call, dictionary, item_path
from streams.agents.testing_engineer.solving import CannotSatisfyError
from streams.agents.testing_engineer.values import NUMBERS, Record, Unknown, Value

_NOTHING_HAS = 999_999


def creating(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A create gives the whole record back, with defaults where fields are left out."""
    entity = blueprint.specification.entity(criterion.entity)

    def usual(scenario: Scenario) -> None:
        record = scenario.create(entity)
        seen(scenario, record)
        reads_as(scenario, record)

    def full(scenario: Scenario) -> None:
        record = scenario.plan(entity, full=True)
        scenario.supply_on_create(record)
        scenario.send(record, scenario.body(record, full=True))
        reads_as(scenario, record)

    def least(scenario: Scenario) -> None:
        record = scenario.plan(entity)
        optional = [field.name for field in blueprint.body_fields(entity) if not field.required]
        for name in optional:
            record.values[name] = scenario.world.default(entity, name)
        scenario.supply_on_create(record)
        body = {name: value for name, value in scenario.body(record).items() if name not in optional}
        scenario.send(record, body)
        reads_as(scenario, record)

    def unreadable(scenario: Scenario) -> None:
        path = path_of(entity)
        refused(scenario, "post", f'"{path}"', None, 400, content="{not json")
        refused(scenario, "post", f'"{path}"', "[]", 422)
        record = scenario.plan(entity)
        body = dictionary({**scenario.body(record), "no_such_field": "x"})
        refused(scenario, "post", f'"{path}"', body, 422, field="no_such_field")
        lists(scenario, path, {}, [])

    yield Attempt("create", "201, the Location and the new record, which can be read", usual)
    yield Attempt("create_with_all_fields", "201 and every field as it was sent", full)
    if any(not field.required for field in blueprint.body_fields(entity)):
        yield Attempt("create_with_required_fields_only", "201, defaults and nulls for the rest", least)
    yield Attempt(
        "create_with_a_bad_body", "400 for what is not JSON, 422 for what is no such record", unreadable
    )


def reading(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A read gives that record and no other."""
    entity = blueprint.specification.entity(criterion.entity)

    def build(scenario: Scenario) -> None:
        first, second = scenario.create(entity), scenario.create(entity)
        reads_as(scenario, first)
        reads_as(scenario, second)
        scenario.script.check("assert ", f'{first.variable}["id"] != {second.variable}["id"]')

    yield Attempt("read", "200 and the record that was asked for", build)


def listing(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A list has items, a total, pages and orders."""
    entity = blueprint.specification.entity(criterion.entity)
    path = path_of(entity)

    def pages(scenario: Scenario) -> None:
        lists(scenario, path, {}, [])
        made = [scenario.create(entity) for _ in range(3)]
        made = scenario.world.live(entity.name) if len(scenario.world.live(entity.name)) > 3 else made
        lists(scenario, path, {}, made)
        answer = f'client.get("{path}", params={{"limit": 1, "offset": 1}})'
        scenario.script.write("page = ", f"{answer}.json()")
        second = made[1].variable
        scenario.script.check("assert ", f'[item["id"] for item in page["items"]] == [{second}["id"]]')
        scenario.script.check("assert ", f'page["total"] == {len(made)}')
        scenario.script.check("assert ", '(page["limit"], page["offset"]) == (1, 1)')
        scenario.script.check("assert ", f'client.get("{path}").json()["limit"] == 50')
        lists(scenario, path, {"sort": "-id"}, made[::-1])

    def bad(scenario: Scenario) -> None:
        for query in ("limit=0", "limit=201", "offset=-1", "limit=x", "sort=no_such_field"):
            refused(scenario, "get", f'"{path}?{query}"', None, 422)
        for query in ("limit=1", "limit=200", "offset=0"):
            scenario.script.check("assert ", f'client.get("{path}?{query}").status_code == 200')

    yield Attempt("list", "200, the items in order of creation, their total, and pages of them", pages)
    yield Attempt("list_with_bad_paging", "422 beyond the bounds of a page, 200 at them", bad)
    yield Attempt("list_sorted", "the items by each field, up and down", _sorted(entity))


def _sorted(entity: Entity) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        for _ in range(2):
            scenario.create(entity)
        made = scenario.world.live(entity.name)
        for field in entity.fields:
            if field.type in ("reference", "boolean") or field.many:
                continue
            if not scenario.blueprint.is_stored(entity.name, field.name):
                continue
            values = [scenario.reading.value(record, field.name) for record in made]
            if any(value is None or isinstance(value, Unknown) for value in values):
                continue
            if len(set(map(str, values))) < len(values):
                continue
            by_value = dict(zip(map(id, made), values, strict=True))
            ordered = sorted(made, key=lambda record, held=by_value: held[id(record)])  # type: ignore[misc]
            lists(scenario, path_of(entity), {"sort": field.name}, ordered)
            lists(scenario, path_of(entity), {"sort": f"-{field.name}"}, ordered[::-1])

    return build


def other_value(scenario: Scenario, record: Record, field: Field) -> Value:
    """Another value of the field that an update of the record may set.

    Raises:
        CannotSatisfyError: every one tried is refused.
    """
    held = record.values.get(field.name)
    candidates: list[Value] = [
        example(field, record.number + more, scenario.world.now) for more in (1, 2, 5, 20)
    ]
    if field.type == "choice" and not field.many:
        candidates = list(field.choices)
    if field.type == "boolean" and not field.many:
        candidates = [True, False]
    if isinstance(held, int | Decimal) and not isinstance(held, bool) and field.type in NUMBERS:
        smaller = typed(Decimal(held) - Decimal(field.multiple_of or 1), field)
        candidates += [smaller] if within_bounds(smaller, field) else []
    for value in candidates:
        if differs(value, held) and not list(judging.of_change(scenario.world, record, {field.name: value})):
            return value
    raise CannotSatisfyError(f"no other value of {field.name}")


def other_values(scenario: Scenario, record: Record) -> dict[str, Value]:
    """New values for as many fields of the record as can be changed at once."""
    found: dict[str, Value] = {}
    for field in scenario.blueprint.usual(record.entity):
        if field.type == "reference":
            continue
        try:
            value = other_value(scenario, record, field)
        except CannotSatisfyError:
            continue
        if not list(judging.of_change(scenario.world, record, {**found, field.name: value})):
            found[field.name] = value
    return found


def updating(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """An update changes what is sent and nothing else."""
    entity = blueprint.specification.entity(criterion.entity)

    def later(scenario: Scenario) -> None:
        scenario.set_clock(scenario.world.now + timedelta(minutes=1))

    def one(scenario: Scenario) -> None:
        record, other = scenario.create(entity), scenario.create(entity)
        values = other_values(scenario, record)
        if not values:
            raise CannotSatisfyError("nothing can be changed")
        later(scenario)
        for name in values:
            value = {name: values[name]}
            if not list(judging.of_change(scenario.world, record, value)):
                change(scenario, record, value)
                seen(scenario, record)
        reads_as(scenario, record)
        reads_as(scenario, other)

    def whole(scenario: Scenario) -> None:
        record = scenario.create(entity)
        values = {**scenario.body(record), **other_values(scenario, record)}
        later(scenario)
        scenario.must(judging.of_change(scenario.world, record, values))
        call = Call("replace", ("client", item_path(record), dictionary(values)))
        scenario.script.write(f"{record.variable} = ", call)
        scenario.world.changed(record, values)
        seen(scenario, record)
        reads_as(scenario, record)
        for field in blueprint.body_fields(entity):
            if field.required:
                rest = dictionary({name: value for name, value in values.items() if name != field.name})
                refused(scenario, "put", item_path(record), rest, 422, field=field.name)

    def bad(scenario: Scenario) -> None:
        record = scenario.create(entity)
        path = item_path(record)
        refused(scenario, "patch", path, dictionary({"no_such_field": "x"}), 422, field="no_such_field")
        refused(scenario, "patch", path, None, 400, content="{not json")
        for field in blueprint.body_fields(entity):
            if field.required:
                refused(scenario, "patch", path, dictionary({field.name: None}), 422, field=field.name)
        reads_as(scenario, record)

    yield Attempt("update", "200, the sent fields changed, all others and other records kept", one)
    yield Attempt(
        "update_as_a_whole", "200 and the record as sent; 422 where a required field is left out", whole
    )
    yield Attempt("update_with_a_bad_body", "400 or 422, and the record is kept", bad)


def deleting(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A delete takes the record away, its children too, and is refused where others refer to it."""
    entity = blueprint.specification.entity(criterion.entity)

    def build(scenario: Scenario) -> None:
        record, other = scenario.create(entity), scenario.create(entity)
        remove(scenario, record)
        refused(scenario, "delete", item_path(record), None, 404)
        lists(scenario, path_of(entity), {}, scenario.world.live(entity.name))
        reads_as(scenario, other)

    yield Attempt("delete", "204, then 404; other records are kept", build)
    for other in blueprint.specification.entities:
        for field in other.fields:
            if field.references == entity.name:
                yield _of_referred(entity, other, field)


def _of_referred(entity: Entity, other: Entity, field: Field) -> Attempt:
    def family(scenario: Scenario) -> None:
        record = scenario.create(entity)
        child = make(scenario, other, given={field.name: record})
        remove(scenario, record)
        refused(scenario, "get", item_path(child), None, 404)

    def kept(scenario: Scenario) -> None:
        record = scenario.create(entity)
        referring = make(scenario, other, given={field.name: record})
        if referring is record or {r.status for r in judging.of_delete(scenario.world, record)} != {409}:
            raise CannotSatisfyError("nothing refers to it")
        refused(scenario, "delete", item_path(record), None, 409)
        reads_as(scenario, record)
        remove(scenario, referring)
        remove(scenario, record)

    if other.parent == field.name:
        return Attempt(f"delete_with_{other.plural}", f"the {other.plural} go with it", family)
    return Attempt(f"delete_while_{other.plural}_refer_by_{field.name}", "409 until they are gone", kept)


def unknown(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """An id that nothing has gives 404 for every request."""
    entity = blueprint.specification.entity(criterion.entity)
    path = f"{path_of(entity)}/{_NOTHING_HAS}"

    def build(scenario: Scenario) -> None:
        record = scenario.create(entity)
        body: Mapping[str, Value] = scenario.body(record)
        for method in ("get", "delete"):
            refused(scenario, method, f'"{path}"', None, 404)
        refused(scenario, "patch", f'"{path}"', dictionary({}), 404)
        refused(scenario, "put", f'"{path}"', dictionary(body), 404)
        for name in dict.fromkeys(action.name for action in blueprint.actions(entity.name)):
            refused(scenario, "post", f'"{path}/{name}"', dictionary({}), 404)
        for bad in ("0", "-1", "x", "99999999999999999999"):
            answer = f'client.get("{path_of(entity)}/{bad}")'
            scenario.script.check("assert ", f"{answer}.status_code in (404, 422)")

    yield Attempt("unknown", "404 for an id that nothing has", build)
