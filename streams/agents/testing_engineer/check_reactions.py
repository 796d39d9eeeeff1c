"""Tests of what the service does by itself: effects, expiries, locks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from schemas.specification import Action, Condition, Criterion, Effect, Expiry, Lock
from streams.agents.testing_engineer.asserting import (
    change,
    change_refused,
    create_refused,
    has,
    reads_as,
    refused,
    remove,
)
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.check_records import other_values
from streams.agents.testing_engineer.examples import differs
from streams.agents.testing_engineer.making import make
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import item_path
from streams.agents.testing_engineer.solving import CannotSatisfyError, negated
from streams.agents.testing_engineer.stepping import ready, take
from streams.agents.testing_engineer.values import Record, Value


def effect(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A field is set when something happens, and only where the conditions hold."""
    rule = next((one for one in blueprint.specification.effects if one.id == criterion.target), None)
    if rule is None:
        return
    yield Attempt(f"{rule.on}_sets_{rule.field}", "the field has its new value", _sets(rule))
    for number, condition in enumerate(rule.only_if):
        yield Attempt(
            f"{rule.on}_keeps_{rule.field}_{number + 1}",
            "the field is kept where the record that changes does not fit",
            _keeps(rule, [*_but(rule.only_if, condition), negated(condition)], []),
        )
    for number, condition in enumerate(rule.when):
        yield Attempt(
            f"{rule.on}_leaves_{rule.field}_{number + 1}",
            "the field is kept where the condition does not hold",
            _keeps(rule, list(rule.only_if), [*_but(rule.when, condition), negated(condition)]),
        )


def _but(conditions: tuple[Condition, ...], left_out: Condition) -> list[Condition]:
    return [condition for condition in conditions if condition is not left_out]


def _through(via: str, conditions: list[Condition]) -> list[Condition]:
    """Conditions on the record that a reference leads to, seen from the one that refers."""
    if not via:
        return conditions
    return [
        Condition(
            left=f"{via}.{condition.left}",
            operator=condition.operator,
            right=_moved(via, condition.right),
            right_factor=condition.right_factor,
        )
        for condition in conditions
    ]


def _moved(via: str, operand: str) -> str:
    own = operand and not operand.startswith("=") and not operand.startswith(("now", "today"))
    return f"{via}.{operand}" if own else operand


def happen(
    scenario: Scenario, rule: Effect, changing: list[Condition], when: list[Condition]
) -> tuple[Record, Value]:
    """Makes the effect's event happen; the record that may change, and the value before.

    Raises:
        CannotSatisfyError: it cannot be brought about with these conditions.
    """
    event = rule.on
    if event == "create":
        given: dict[str, Value] = {}
        if rule.via:
            owner = scenario.specification.entity(rule.entity).field(rule.via)
            assert owner is not None
            given[rule.via] = make(scenario, owner.references, changing)
        scenario.set_clock(scenario.world.now + timedelta(minutes=1))
        planned = scenario.plan(rule.entity, given, when)
        target = scenario.reading.value(planned, rule.via) if rule.via else planned
        before = target.values.get(rule.field) if isinstance(target, Record) else None
        scenario.supply_on_create(planned)
        scenario.send(planned, scenario.body(planned))
        record = planned
    else:
        record, action = _ready_for(scenario, rule, _through(rule.via, changing), when)
        target = scenario.reading.value(record, rule.via) if rule.via else record
        before = target.values.get(rule.field) if isinstance(target, Record) else None
        scenario.set_clock(scenario.world.now + timedelta(minutes=1))
        take(scenario, record, action)
    target = scenario.reading.value(record, rule.via) if rule.via else record
    if not isinstance(target, Record) or not scenario.reading.all_hold(when, record):
        raise CannotSatisfyError("the conditions do not hold")
    return target, before


def _ready_for(
    scenario: Scenario, rule: Effect, changing: list[Condition], when: list[Condition]
) -> tuple[Record, Action]:
    """A record for which an action can be taken after which the conditions hold."""
    for action in scenario.blueprint.actions(rule.entity, rule.on):
        about_state = scenario.blueprint.state_field(rule.entity)
        fitting = [one for one in when if one.left != about_state]
        probe = Record(scenario.specification.entity(rule.entity), "", {about_state: action.target}, 1)
        states = [one for one in when if one.left == about_state]
        if action.target and not scenario.reading.all_hold(states, probe):
            continue
        for state in action.sources or ("",):
            try:
                with scenario.trial():
                    return ready(scenario, action, state, (*changing, *fitting)), action
            except CannotSatisfyError:
                continue
    raise CannotSatisfyError(f"no {rule.on} with {when}")


def _sets(rule: Effect) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        target, before = happen(scenario, rule, list(rule.only_if), list(rule.when))
        if not differs(target.values.get(rule.field), before):
            raise CannotSatisfyError("it has the value already")
        has(scenario, target, rule.field)

    return build


def _keeps(rule: Effect, changing: list[Condition], when: list[Condition]) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        target, before = happen(scenario, rule, changing, when)
        if differs(target.values.get(rule.field), before):
            raise CannotSatisfyError("another rule changes it")
        has(scenario, target, rule.field)

    return build


def expiry(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A record that waits too long goes to its next state by itself, not a minute early."""
    rule = next((one for one in blueprint.specification.expiries if one.id == criterion.target), None)
    if rule is None:
        return
    machine = blueprint.machine(rule.entity)
    for state in rule.sources:
        yield Attempt(
            f"{state}_expires", "the state before and after the time allowed", _expires(rule, state)
        )
    for state in machine.states if machine else ():
        if state not in (*rule.sources, rule.target):
            yield Attempt(f"{state}_does_not_expire", "the state is kept", _does_not_expire(rule, state))


def _end_of(scenario: Scenario, rule: Expiry, record: Record) -> datetime:
    start = scenario.reading.value(record, rule.start)
    if not isinstance(start, datetime):
        raise CannotSatisfyError(f"{rule.start} is empty")
    return start + timedelta(minutes=rule.minutes)


def _expires(rule: Expiry, state: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        field = scenario.blueprint.state_field(rule.entity)
        record = make(scenario, rule.entity, state=state)
        end = _end_of(scenario, rule, record)
        scenario.set_clock(end - timedelta(minutes=1))
        has(scenario, record, field)
        scenario.set_clock(end + timedelta(minutes=1))
        has(scenario, record, field)
        if scenario.state(record) != rule.target:
            raise CannotSatisfyError("it goes elsewhere")
        for action in scenario.blueprint.actions(rule.entity):
            same = scenario.blueprint.actions(rule.entity, action.name)
            if all(one.sources and rule.target not in one.sources for one in same):
                refused(scenario, "post", item_path(record, "/" + action.name), None, 409)
                break

    return build


def _does_not_expire(rule: Expiry, state: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record = make(scenario, rule.entity, state=state)
        scenario.set_clock(_end_of(scenario, rule, record) + timedelta(minutes=1))
        if scenario.state(record) != state:
            raise CannotSatisfyError("another rule changes it")
        has(scenario, record, scenario.blueprint.state_field(rule.entity))

    return build


def lock(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """Writes are refused in the locked states, and accepted in others."""
    rule = next((one for one in blueprint.specification.locks if one.id == criterion.target), None)
    if rule is None:
        return
    owner = rule.entity
    if rule.via:
        reference = blueprint.specification.entity(rule.entity).field(rule.via)
        if reference is None:
            return
        owner = reference.references
    machine = blueprint.machine(owner)
    for state in machine.states if machine else ():
        if state in rule.states:
            yield Attempt(f"locked_when_{state}", "409, and it is kept", _locked(rule, owner, state))
        else:
            yield Attempt(
                f"not_locked_when_{state}", "the same writes are accepted", _open(rule, owner, state)
            )


def _owned(scenario: Scenario, rule: Lock, owner: str, state: str) -> tuple[Record, Record]:
    """A record, and the one whose state counts, in that state."""
    if not rule.via:
        record = make(scenario, owner, state=state)
        return record, record
    parent = scenario.create(owner)
    record = scenario.create(rule.entity, {rule.via: parent})
    if scenario.state(parent) != state:
        scenario.walk(parent, state)
    return record, parent


def _changing(scenario: Scenario, record: Record) -> dict[str, Value]:
    """One value to send, other than what is held."""
    values = other_values(scenario, record)
    if values:
        name = next(iter(values))
        return {name: values[name]}
    body = scenario.body(record)
    plain = [name for name, value in body.items() if not isinstance(value, Record)]
    if not plain:
        raise CannotSatisfyError("nothing can be sent")
    return {plain[0]: body[plain[0]]}


def _locked(rule: Lock, owner: str, state: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record, parent = _owned(scenario, rule, owner, state)
        if "update" in rule.refused:
            values = _changing(scenario, record)
            change_refused(scenario, record, values, 409, rule=rule.id, message=rule.message)
        if "delete" in rule.refused:
            refused(scenario, "delete", item_path(record), None, 409, message=rule.message)
        if "create" in rule.refused and rule.via:
            another = scenario.plan(rule.entity, {rule.via: parent})
            create_refused(scenario, another, scenario.body(another), 409, rule=rule.id, message=rule.message)
        reads_as(scenario, record)

    return build


def _open(rule: Lock, owner: str, state: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record, parent = _owned(scenario, rule, owner, state)
        if "create" in rule.refused and rule.via:
            with suppress(CannotSatisfyError), scenario.trial():
                reads_as(scenario, scenario.create(rule.entity, {rule.via: parent}))
        if "update" in rule.refused:
            with suppress(CannotSatisfyError), scenario.trial():
                change(scenario, record, _changing(scenario, record))
                reads_as(scenario, record)
        if "delete" in rule.refused:
            with suppress(CannotSatisfyError), scenario.trial():
                remove(scenario, record)

    return build
