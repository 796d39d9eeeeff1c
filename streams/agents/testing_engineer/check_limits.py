"""Tests of limits on the count or the sum over a group."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from schemas.specification import Condition, Criterion, Field, Limit
from streams.agents.testing_engineer import judging
from streams.agents.testing_engineer.asserting import (
    change_refused,
    create_refused,
    lists,
    path_of,
    reads_as,
)
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.examples import highest, lowest, typed
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.solving import CannotSatisfyError
from streams.agents.testing_engineer.values import Record, Value, step_of
from streams.agents.testing_engineer.world import held_number

# A limit read from a record is set to this, so that few records reach it.
_FEW = 2
_MOST_RECORDS = 60


def limit(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """The limit can be reached, but not passed."""
    rule = next((one for one in blueprint.specification.limits if one.id == criterion.target), None)
    if rule is None:
        return
    counting = rule.measure == "count"
    yield Attempt(
        "up_to_the_limit", "201 up to it, 409 beyond it", _counted(rule) if counting else _summed(rule)
    )
    if rule.group_by:
        yield Attempt("limit_of_another_group", "201, because each group has its own", _other_group(rule))
    for state in rule.ignoring_states:
        yield Attempt(
            f"limit_without_what_is_{state}", "201, because it does not count", _ignoring(rule, state)
        )
    if not counting:
        yield Attempt("update_beyond_the_limit", "409, and the record is kept", _raised(rule))


def _first(scenario: Scenario, rule: Limit) -> Record:
    """A first record of a group whose limit is small."""
    if rule.maximum.startswith("="):
        return scenario.create(rule.entity)
    few = Condition(left=rule.maximum, operator="eq", right=f"={_FEW}")
    if rule.measure != "count":
        return scenario.create(rule.entity)
    return scenario.create(rule.entity, {}, [few])


def _group(rule: Limit, record: Record) -> dict[str, Value]:
    names = {path.split(".")[0] for path in rule.group_by}
    return {name: record.values[name] for name in names}


def _room(scenario: Scenario, rule: Limit, record: Record) -> int:
    maximum = judging.limit_of(scenario.world, rule, record)
    if maximum is None or maximum > _MOST_RECORDS:
        raise CannotSatisfyError("the limit is too far away")
    return int(maximum)


def _fill(scenario: Scenario, rule: Limit) -> list[Record]:
    """As many records as the limit allows."""
    made = [_first(scenario, rule)]
    for _ in range(_room(scenario, rule, made[0]) - 1):
        made.append(scenario.create(rule.entity, _group(rule, made[0])))
    return made


def _refuse_one_more(scenario: Scenario, rule: Limit, group: dict[str, Value]) -> None:
    record = scenario.plan(rule.entity, group)
    scenario.supply_on_create(record)
    create_refused(scenario, record, scenario.body(record), 409, rule=rule.id, message=rule.message)


def _counted(rule: Limit) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        made = _fill(scenario, rule)
        _refuse_one_more(scenario, rule, _group(rule, made[0]))
        lists(scenario, path_of(made[0].entity), {}, made)

    return build


def _measure(scenario: Scenario, rule: Limit) -> Field:
    field = scenario.specification.entity(rule.entity).field(rule.measure)
    if field is None or field.read_only:
        raise CannotSatisfyError(f"{rule.measure} is not sent")
    return field


def smallest(field: Field) -> Decimal:
    step = step_of(field.type, field.multiple_of)
    assert isinstance(step, Decimal)
    low = lowest(field)
    return low if low is not None and low > 0 else step


def _filled_sum(scenario: Scenario, rule: Limit) -> list[Record]:
    """Records whose sum is the limit."""
    field = _measure(scenario, rule)
    first = scenario.create(rule.entity, {field.name: typed(smallest(field), field)})
    maximum = judging.limit_of(scenario.world, rule, first)
    if maximum is None:
        raise CannotSatisfyError("there is no limit")
    made = [first]
    left = maximum - judging.measured(scenario.world, rule, made)
    high = highest(field)
    for _ in range(_MOST_RECORDS):
        if left <= 0:
            return made
        part = min(left, high) if high is not None else left
        values = {**_group(rule, first), field.name: typed(part, field)}
        made.append(scenario.create(rule.entity, values))
        left -= part
    raise CannotSatisfyError("the limit is too far away")


def _summed(rule: Limit) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        field = _measure(scenario, rule)
        made = _filled_sum(scenario, rule)
        group = {**_group(rule, made[0]), field.name: typed(smallest(field), field)}
        _refuse_one_more(scenario, rule, group)
        lists(scenario, path_of(made[0].entity), {}, made)

    return build


def _raised(rule: Limit) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        field = _measure(scenario, rule)
        made = _filled_sum(scenario, rule)
        step = step_of(field.type, field.multiple_of)
        assert isinstance(step, Decimal)
        first = made[0]
        more = typed(Decimal(held_number(first, field.name)) + step, field)
        change_refused(scenario, first, {field.name: more}, 409, rule=rule.id, message=rule.message)
        reads_as(scenario, first)

    return build


def _full(scenario: Scenario, rule: Limit) -> list[Record]:
    return _fill(scenario, rule) if rule.measure == "count" else _filled_sum(scenario, rule)


def _other_group(rule: Limit) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        made = _full(scenario, rule)
        other = _first(scenario, rule) if rule.measure == "count" else scenario.create(rule.entity)
        groups = [judging.group_of(scenario.world, rule, record) for record in (made[0], other)]
        if groups[0] == groups[1]:
            raise CannotSatisfyError("there is one group only")
        lists(scenario, path_of(other.entity), {}, [*made, other])

    return build


def _ignoring(rule: Limit, state: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        made = _full(scenario, rule)
        freed = scenario.world.now
        scenario.walk(made[-1], state)
        if scenario.world.now != freed:
            made = [record for record in made if scenario.state(record) == state]
        values = _group(rule, made[0])
        if rule.measure != "count":
            values[rule.measure] = made[-1].values[rule.measure]
        again = scenario.create(rule.entity, values)
        reads_as(scenario, again)

    return build
