"""Tests of intervals that must not meet, and of locked periods."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from schemas.specification import Criterion, NoOverlap, PeriodLock
from streams.agents.testing_engineer.asserting import (
    change,
    change_refused,
    create_refused,
    lists,
    path_of,
    reads_as,
    refused,
)
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.check_records import other_values
from streams.agents.testing_engineer.examples import within_bounds
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import dictionary, item_path
from streams.agents.testing_engineer.solving import CannotSatisfyError
from streams.agents.testing_engineer.values import Record, Value

# Where the first interval lies in the tests: days after now, so that others fit before it.
_DAYS_AHEAD = 7


def no_overlap(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """Intervals of one resource may touch, but not meet."""
    rule = next((one for one in blueprint.specification.overlaps if one.id == criterion.target), None)
    if rule is None:
        return
    step = _step(blueprint, rule)
    refusing = {
        "the_same_time": (timedelta(0), timedelta(0)),
        "a_time_that_begins_before_its_end": (2 * step, 2 * step),
        "a_time_that_ends_after_its_start": (-2 * step, -2 * step),
        "a_time_within_it": (step, -step),
        "a_time_around_it": (-step, step),
    }
    for name, (start, end) in refusing.items():
        yield Attempt(f"{name}_is_taken", "409, and nothing is kept", _taken(rule, start, end))
    yield Attempt("the_time_right_after_it_is_free", "201", _free(rule, 3 * step, 3 * step))
    yield Attempt("the_time_right_before_it_is_free", "201", _free(rule, -3 * step, -3 * step))
    if rule.within:
        yield Attempt("the_same_time_elsewhere_is_free", "201", _elsewhere(rule))
    for state in rule.ignoring_states:
        yield Attempt(f"the_time_is_free_when_{state}", "201", _ignoring(rule, state))
        yield Attempt(f"one_that_is_{state}_may_be_moved", "200", _ignored_moved(rule, state))
    yield Attempt("an_update_may_not_overlap", "409, and the record is kept", _moved(rule))
    yield Attempt("an_update_may_keep_its_time", "200", _kept(rule))


def _step(blueprint: Blueprint, rule: NoOverlap) -> timedelta:
    """A third of the intervals of these tests."""
    field = blueprint.specification.entity(rule.entity).field(rule.start)
    if field is not None and field.type == "date":
        return timedelta(days=1)
    if rule.duration_minutes:
        length = blueprint.specification.entity(rule.entity).field(rule.duration_minutes)
        if length is not None and length.multiple_of:
            return timedelta(minutes=float(Decimal(length.multiple_of)))
        return timedelta(minutes=10)
    return timedelta(hours=1)


def _times(scenario: Scenario, rule: NoOverlap, start: timedelta, end: timedelta) -> dict[str, Value]:
    """Values for an interval of three steps, with its ends moved."""
    step = _step(scenario.blueprint, rule)
    entity = scenario.specification.entity(rule.entity)
    field = entity.field(rule.start)
    first = scenario.world.now + timedelta(days=_DAYS_AHEAD) + start
    last = first - start + 3 * step + end
    if field is not None and field.type == "date":
        return {rule.start: first.date(), rule.end: last.date()}
    if rule.end:
        return {rule.start: first, rule.end: last}
    minutes = (last - first) // timedelta(minutes=1)
    length = entity.field(rule.duration_minutes)
    if length is None or length.read_only or length.type == "choice" or not within_bounds(minutes, length):
        raise CannotSatisfyError("the duration is not free")
    return {rule.start: first, rule.duration_minutes: minutes}


def _first(scenario: Scenario, rule: NoOverlap) -> Record:
    return scenario.create(rule.entity, _times(scenario, rule, timedelta(0), timedelta(0)))


def _resource(rule: NoOverlap, record: Record) -> dict[str, Value]:
    return {name: record.values[name] for name in rule.within}


def _taken(rule: NoOverlap, start: timedelta, end: timedelta) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        first = _first(scenario, rule)
        values = {**_resource(rule, first), **_times(scenario, rule, start, end)}
        second = scenario.plan(rule.entity, values)
        scenario.supply_on_create(second)
        body = scenario.body(second)
        create_refused(scenario, second, body, 409, rule=rule.id, message=rule.message)
        lists(scenario, path_of(first.entity), {}, [first])

    return build


def _free(rule: NoOverlap, start: timedelta, end: timedelta) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        first = _first(scenario, rule)
        values = {**_resource(rule, first), **_times(scenario, rule, start, end)}
        second = scenario.create(rule.entity, values)
        lists(scenario, path_of(first.entity), {}, [first, second])

    return build


def _elsewhere(rule: NoOverlap) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        first = _first(scenario, rule)
        second = scenario.create(rule.entity, _times(scenario, rule, timedelta(0), timedelta(0)))
        if _resource(rule, first) == _resource(rule, second):
            raise CannotSatisfyError("there is one resource only")
        lists(scenario, path_of(first.entity), {}, [first, second])

    return build


def _ignoring(rule: NoOverlap, state: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        first = _first(scenario, rule)
        scenario.walk(first, state)
        second = scenario.create(
            rule.entity, {**_resource(rule, first), **_times(scenario, rule, timedelta(0), timedelta(0))}
        )
        lists(scenario, path_of(first.entity), {}, [first, second])

    return build


def _ignored_moved(rule: NoOverlap, state: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        first = _first(scenario, rule)
        step = _step(scenario.blueprint, rule)
        after = _times(scenario, rule, 3 * step, 3 * step)
        second = scenario.create(rule.entity, {**_resource(rule, first), **after})
        scenario.walk(second, state)
        change(scenario, second, _times(scenario, rule, step, step))
        reads_as(scenario, second)

    return build


def _moved(rule: NoOverlap) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        first = _first(scenario, rule)
        step = _step(scenario.blueprint, rule)
        after = _times(scenario, rule, 3 * step, 3 * step)
        second = scenario.create(rule.entity, {**_resource(rule, first), **after})
        change_refused(
            scenario, second, _times(scenario, rule, step, step), 409, rule=rule.id, message=rule.message
        )
        reads_as(scenario, second)

    return build


def _kept(rule: NoOverlap) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        first = _first(scenario, rule)
        change(scenario, first, _times(scenario, rule, _step(scenario.blueprint, rule), timedelta(0)))
        reads_as(scenario, first)

    return build


def period_lock(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """Writes of a locked period are refused from its first day to its last."""
    rule = next((one for one in blueprint.specification.period_locks if one.id == criterion.target), None)
    if rule is None:
        return
    yield Attempt("first_day_of_a_locked_period", "409, and nothing is kept", _in_period(rule, "first"))
    yield Attempt("last_day_of_a_locked_period", "409, and nothing is kept", _in_period(rule, "last"))
    yield Attempt("day_before_a_locked_period", "201", _outside(rule, "first", -1))
    yield Attempt("day_after_a_locked_period", "201", _outside(rule, "last", 1))
    yield Attempt("change_in_a_locked_period", "409 for an update and a delete", _fixed(rule))
    yield Attempt("move_into_a_locked_period", "409, and the record is kept", _moved_in(rule))


def _bounds(rule: PeriodLock, day: date) -> dict[str, date]:
    """First and last day of the period of the day."""
    if rule.period == "day":
        return {"first": day, "last": day}
    if rule.period == "week":
        monday = day - timedelta(days=day.weekday())
        return {"first": monday, "last": monday + timedelta(days=6)}
    first = day.replace(day=1)
    return {"first": first, "last": (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)}


def _locked_day(scenario: Scenario) -> date:
    return scenario.world.now.date() + timedelta(days=42)


def _at(scenario: Scenario, entity: str, name: str, day: date) -> dict[str, Value]:
    field = scenario.specification.entity(entity).field(name)
    if field is not None and field.type == "datetime":
        return {name: datetime(day.year, day.month, day.day, 12, tzinfo=scenario.world.now.tzinfo)}
    return {name: day}


def _lock(scenario: Scenario, rule: PeriodLock) -> None:
    scenario.create(
        rule.lock_entity, _at(scenario, rule.lock_entity, rule.lock_date_field, _locked_day(scenario))
    )


def _in_period(rule: PeriodLock, end: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        _lock(scenario, rule)
        day = _bounds(rule, _locked_day(scenario))[end]
        record = scenario.plan(rule.entity, _at(scenario, rule.entity, rule.date_field, day))
        create_refused(scenario, record, scenario.body(record), 409, rule=rule.id, message=rule.message)
        lists(scenario, path_of(record.entity), {}, [])

    return build


def _outside(rule: PeriodLock, end: str, days: int) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        _lock(scenario, rule)
        day = _bounds(rule, _locked_day(scenario))[end] + timedelta(days=days)
        record = scenario.create(rule.entity, _at(scenario, rule.entity, rule.date_field, day))
        reads_as(scenario, record)

    return build


def _fixed(rule: PeriodLock) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        day = _locked_day(scenario)
        record = scenario.create(rule.entity, _at(scenario, rule.entity, rule.date_field, day))
        values = other_values(scenario, record)
        _lock(scenario, rule)
        name = next((name for name in values if name != rule.date_field), "")
        if name:
            change_refused(scenario, record, {name: values[name]}, 409, rule=rule.id, message=rule.message)
        away = _at(scenario, rule.entity, rule.date_field, day + timedelta(days=70))
        refused(scenario, "patch", item_path(record), dictionary(away), 409, message=rule.message)
        refused(scenario, "delete", item_path(record), None, 409, message=rule.message)
        reads_as(scenario, record)

    return build


def _moved_in(rule: PeriodLock) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        _lock(scenario, rule)
        day = _locked_day(scenario)
        away = _at(scenario, rule.entity, rule.date_field, day + timedelta(days=70))
        record = scenario.create(rule.entity, away)
        inside = _at(scenario, rule.entity, rule.date_field, day)
        change_refused(scenario, record, inside, 409, rule=rule.id, message=rule.message)
        reads_as(scenario, record)

    return build
