"""Tests of what a field accepts: required, bounds, uniqueness, references."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from schemas.specification import Condition, Criterion, Entity, Field
from streams.agents.testing_engineer import judging
from streams.agents.testing_engineer.asserting import (
    change,
    change_refused,
    create_refused,
    lists,
    path_of,
    reads_as,
    refused,
    remove,
    shown,
)
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import Call, Looped, dictionary, item_path
from streams.agents.testing_engineer.solving import CannotSatisfyError
from streams.agents.testing_engineer.values import Record, Value, quoted
from streams.agents.testing_engineer.wrong_values import accepted_values, refused_sources

_NOTHING_HAS = 999_999


def _target(blueprint: Blueprint, criterion: Criterion) -> tuple[Entity, Field]:
    entity = blueprint.specification.entity(criterion.entity)
    field = entity.field(criterion.target)
    if field is None:
        raise CannotSatisfyError(f"{criterion.entity} has no field {criterion.target}")
    return entity, field


def required(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """Without the field, or with null in it, a create is refused."""
    entity, field = _target(blueprint, criterion)

    def build(scenario: Scenario) -> None:
        record = scenario.plan(entity)
        body = scenario.body(record)
        path = f'"{path_of(entity)}"'
        rest = {name: value for name, value in body.items() if name != field.name}
        refused(scenario, "post", path, dictionary(rest), 422, field=field.name)
        refused(scenario, "post", path, dictionary({**body, field.name: None}), 422, field=field.name)
        lists(scenario, path_of(entity), {}, scenario.world.live(entity.name))
        scenario.supply_on_create(record)
        scenario.send(record, body)

    yield Attempt(
        f"{field.name}_is_required", "422 names the field; with it the same data is accepted", build
    )


def field_bounds(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """Wrong values are refused, values at the bounds accepted, on a create and on an update."""
    entity, field = _target(blueprint, criterion)
    if field.read_only:
        return

    def wrong(scenario: Scenario) -> None:
        record = scenario.plan(entity)
        body = {name: value for name, value in scenario.body(record).items() if name != field.name}
        path = path_of(entity)
        scenario.script.write("body = ", dictionary(body))
        _each_wrong(scenario, field, "post", f'"{path}"', f'{{**body, "{field.name}": wrong}}')
        lists(scenario, path, {}, scenario.world.live(entity.name))

    def wrong_update(scenario: Scenario) -> None:
        record = scenario.create(entity)
        _each_wrong(scenario, field, "patch", item_path(record), f'{{"{field.name}": wrong}}')
        reads_as(scenario, record)

    yield Attempt(f"{field.name}_refuses_wrong_values", "422 names the field, and nothing is kept", wrong)
    yield Attempt(
        f"{field.name}_refuses_wrong_updates", "422 names the field, and the record is kept", wrong_update
    )
    if field.name == blueprint.state_field(entity.name):
        return
    if list(accepted_values(field)):
        yield Attempt(
            f"{field.name}_accepts_its_bounds", "201 and each value as sent", _accepting(entity, field)
        )


def _each_wrong(scenario: Scenario, field: Field, method: str, path: str, body: str) -> None:
    """Sends each wrong value of the field; escaped, because some are no valid text."""
    sources = list(refused_sources(field))
    scenario.script.write("for wrong in ", Looped(tuple(sources)))
    sent = Call("send", ("client", quoted(method), path, body))
    scenario.script.check("    ", Call("refused", (sent, "422", f"field={quoted(field.name)}")))


def _accepting(entity: Entity, field: Field) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        for value in dict.fromkeys(accepted_values(field)):
            with suppress(CannotSatisfyError), scenario.trial():
                record = scenario.create(entity, {field.name: value})
                scenario.script.check("assert ", shown(scenario, record, field.name))

    return build


def unique(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A second record with the same value is refused."""
    rules = [rule for rule in blueprint.specification.uniques if rule.id == criterion.target]
    entity = blueprint.specification.entity(criterion.entity)
    names = rules[0].fields if rules else (criterion.target,)
    ignored = rules[0].ignoring_states if rules else ()
    message = rules[0].message if rules else ""
    together = "_and_".join(name.replace(".", "_") for name in names)

    def same(first: Record) -> Mapping[str, Value]:
        return {name: first.values.get(name) for name in names if "." not in name}

    def build(scenario: Scenario) -> None:
        first = scenario.create(entity)
        if any(scenario.reading.value(first, name) is None for name in names):
            first = scenario.create(entity, {}, [_given(name) for name in names])
        second = scenario.plan(entity, same(first))
        create_refused(scenario, second, scenario.body(second), 409, rule=criterion.target, message=message)
        for name in names:
            other = scenario.create(entity, {k: v for k, v in same(first).items() if k != name})
            values = {name: first.values.get(name)}
            change_refused(scenario, other, values, 409, rule=criterion.target)
            reads_as(scenario, other)

    def own(scenario: Scenario) -> None:
        first = scenario.create(entity)
        change(scenario, first, same(first))
        reads_as(scenario, first)

    def free_again(scenario: Scenario) -> None:
        first = scenario.create(entity)
        again = scenario.plan(entity, same(first))
        remove(scenario, first)
        scenario.supply_on_create(again)
        scenario.send(again, scenario.body(again))
        reads_as(scenario, again)

    yield Attempt(f"{together}_is_unique", "409 for a second one, by create and by update", build)
    yield Attempt(f"{together}_is_unique_but_to_itself", "an update may keep its own value", own)
    yield Attempt(f"{together}_is_free_after_a_delete", "the value can be used again", free_again)
    for state in ignored:
        yield Attempt(
            f"{together}_is_free_when_{state}",
            f"a record that is {state} does not count",
            _ignoring(entity, names, state),
        )


def _given(name: str) -> Condition:
    return Condition(left=name, operator="not_null")


def _ignoring(entity: Entity, names: tuple[str, ...], state: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        first = scenario.create(entity)
        scenario.walk(first, state)
        values = {name: first.values.get(name) for name in names if "." not in name}
        second = scenario.create(entity, values)
        reads_as(scenario, second)
        change(scenario, first, {names[-1]: first.values.get(names[-1])})
        reads_as(scenario, first)

    return build


def reference(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """An id that nothing has is refused; another record's id is accepted."""
    entity, field = _target(blueprint, criterion)

    def build(scenario: Scenario) -> None:
        record = scenario.plan(entity)
        body = {**scenario.body(record), field.name: _NOTHING_HAS}
        refused(scenario, "post", f'"{path_of(entity)}"', dictionary(body), 422, field=field.name)
        lists(scenario, path_of(entity), {}, scenario.world.live(entity.name))

    def changing(scenario: Scenario) -> None:
        record = scenario.create(entity)
        wrong = dictionary({field.name: _NOTHING_HAS})
        refused(scenario, "patch", item_path(record), wrong, 422, field=field.name)
        reads_as(scenario, record)

    def moving(scenario: Scenario) -> None:
        record = scenario.create(entity)
        other = scenario.create(field.references)
        if list(judging.of_change(scenario.world, record, {field.name: other})):
            raise CannotSatisfyError("it cannot be moved")
        change(scenario, record, {field.name: other})
        reads_as(scenario, record)

    if field.read_only:
        return
    yield Attempt(f"{field.name}_that_nothing_has", "422 names the field, and nothing is kept", build)
    yield Attempt(f"{field.name}_changed_to_nothing", "422 names the field, and the record is kept", changing)
    yield Attempt(f"{field.name}_changed", "200 and the record refers to the other one", moving)
