"""Tests of numbers that records and steps add to or take from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from schemas.specification import Adjustment, Condition, Criterion
from streams.agents.testing_engineer import judging
from streams.agents.testing_engineer.asserting import (
    create_refused,
    has,
    lists,
    path_of,
    refused,
)
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.check_limits import smallest
from streams.agents.testing_engineer.examples import typed
from streams.agents.testing_engineer.making import make
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import dictionary, item_path
from streams.agents.testing_engineer.solving import CannotSatisfyError, negated
from streams.agents.testing_engineer.stepping import ready, take
from streams.agents.testing_engineer.values import Record, Value
from streams.agents.testing_engineer.world import held_number

_PLENTY = 50


def adjustment(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A number changes by just the amount, and never falls below its floor."""
    rule = next((one for one in blueprint.specification.adjustments if one.id == criterion.target), None)
    if rule is None:
        return
    way = "adds_to" if rule.sign > 0 else "takes_from"
    name = f"{rule.on}_{way}_{rule.target}"
    yield Attempt(name, "the number after it", _changes(rule))
    for number, condition in enumerate(rule.when):
        yield Attempt(f"{name}_not_always_{number + 1}", "the number without it", _without(rule, condition))
    if rule.floor and rule.sign < 0:
        yield Attempt(f"{name}_down_to_the_floor", "the number may reach the floor", _to_floor(rule))
        yield Attempt(f"{name}_below_the_floor", "409, and the number is kept", _below_floor(rule))


def _target(scenario: Scenario, rule: Adjustment, record: Record) -> Record:
    target = scenario.reading.value(record, rule.via)
    if not isinstance(target, Record):
        raise CannotSatisfyError(f"{rule.via} is empty")
    return target


def _happen(scenario: Scenario, rule: Adjustment, when: list[Condition], given: dict[str, Value]) -> Record:
    """Makes the adjustment's event happen; the record whose number may change."""
    if rule.on == "create":
        if not given:
            given = {rule.via: _holder(scenario, rule)}
        _stock_up(scenario, rule, given)
        record = scenario.create(rule.entity, given, when)
        return _target(scenario, rule, record)
    for action in scenario.blueprint.actions(rule.entity, rule.on):
        try:
            with scenario.trial():
                state = scenario.blueprint.state_field(rule.entity)
                record = ready(scenario, action, extra=tuple(one for one in when if one.left != state))
                if not action.inputs:
                    has(scenario, _target(scenario, rule, record), rule.target)
                take(scenario, record, action)
                return _target(scenario, rule, record)
        except CannotSatisfyError:
            continue
    raise CannotSatisfyError(f"{rule.on} cannot be done")


def _stock_up(scenario: Scenario, rule: Adjustment, given: dict[str, Value]) -> None:
    """So much of the number that something may be taken from it."""
    holder = given.get(rule.via)
    if rule.sign < 0 and rule.floor and isinstance(holder, Record):
        scenario.supply(holder, rule.target, Decimal(rule.floor) + _PLENTY)


def _holder(scenario: Scenario, rule: Adjustment) -> Record:
    reference = scenario.specification.entity(rule.entity).field(rule.via)
    assert reference is not None
    return scenario.create(reference.references)


def _changes(rule: Adjustment) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        target = _happen(scenario, rule, list(rule.when), {})
        has(scenario, target, rule.target)
        if rule.on == "create":
            _stock_up(scenario, rule, {rule.via: target})
            scenario.create(rule.entity, {rule.via: target}, rule.when)
            has(scenario, target, rule.target)

    return build


def _without(rule: Adjustment, condition: Condition) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        others = [other for other in rule.when if other is not condition]
        target = _happen(scenario, rule, [*others, negated(condition)], {})
        has(scenario, target, rule.target)

    return build


def _stocked(scenario: Scenario, rule: Adjustment) -> tuple[Record, Decimal]:
    """A record with some of the number, and how much may be taken from it."""
    target = _holder(scenario, rule)
    enough = Decimal(rule.floor) + (1 if rule.amount.startswith("=") else 3)
    scenario.supply(target, rule.target, enough)
    left = Decimal(held_number(target, rule.target)) - Decimal(rule.floor)
    if left <= 0:
        raise CannotSatisfyError(f"{rule.target} cannot be raised")
    return target, left


def _taking(rule: Adjustment, target: Record, amount: Decimal) -> dict[str, Value]:
    return {rule.via: target, **({} if rule.amount.startswith("=") else {rule.amount: int(amount)})}


def _to_floor(rule: Adjustment) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        target = _at_floor(scenario, rule)
        has(scenario, target, rule.target)

    return build


def _at_floor(scenario: Scenario, rule: Adjustment) -> Record:
    """A record whose number is at the floor."""
    if rule.on != "create":
        raise CannotSatisfyError("an action takes it")
    target, left = _stocked(scenario, rule)
    if rule.amount.startswith("="):
        each = Decimal(rule.amount[1:])
        for _ in range(int(left / each)):
            scenario.create(rule.entity, {rule.via: target}, rule.when)
    else:
        field = scenario.specification.entity(rule.entity).field(rule.amount)
        assert field is not None
        values: dict[str, Value] = {rule.via: target, rule.amount: typed(left, field)}
        scenario.create(rule.entity, values, rule.when)
    return target


def _below_floor(rule: Adjustment) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        if rule.on != "create":
            _action_below_floor(scenario, rule)
            return
        target = _at_floor(scenario, rule)
        values: dict[str, Value] = {rule.via: target}
        field = scenario.specification.entity(rule.entity).field(rule.amount)
        if field is not None:
            values[rule.amount] = typed(smallest(field), field)
        record = scenario.plan(rule.entity, values, rule.when, without=rule.id)
        body = scenario.body(record)
        create_refused(scenario, record, body, 409, rule=rule.id, message=rule.message)
        has(scenario, target, rule.target)
        lists(scenario, path_of(record.entity), {}, scenario.world.live(rule.entity))

    return build


def _action_below_floor(scenario: Scenario, rule: Adjustment) -> None:
    for action in scenario.blueprint.actions(rule.entity, rule.on):
        state = scenario.blueprint.state_field(rule.entity)
        extra = [one for one in rule.when if one.left != state]
        short = Condition(left=f"{rule.via}.{rule.target}", operator="lt", right=rule.amount)
        record = make(scenario, rule.entity, [*action.guards, *extra, short], state=(*action.sources, "")[0])
        inputs = scenario.inputs(action, record) if action.inputs else {}
        refusals = list(judging.of_action(scenario.world, record, action.name, inputs))
        if [one.rule for one in refusals] != [rule.id]:
            raise CannotSatisfyError("the floor is not what refuses")
        path = item_path(record, "/" + action.name)
        refused(scenario, "post", path, dictionary(inputs), 409, message=rule.message)
        has(scenario, _target(scenario, rule, record), rule.target)
        return
