"""Tests of relations between values, and of computed values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from schemas.specification import Comparison, Condition, Criterion, Derivation
from streams.agents.testing_engineer import judging
from streams.agents.testing_engineer.asserting import (
    change,
    change_refused,
    create_refused,
    has,
    lists,
    path_of,
    reads_as,
)
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.check_records import other_value
from streams.agents.testing_engineer.making import make_unlike
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.solving import CannotSatisfyError, comparison_fields, negated
from streams.agents.testing_engineer.values import Record, Value

_ORDERINGS = ("lt", "le", "gt", "ge")


def comparison(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """Data just against the rule is refused, data just within it accepted."""
    rule = next((one for one in blueprint.specification.comparisons if one.id == criterion.target), None)
    if rule is None:
        return
    yield Attempt("just_within_the_rule", "201 right at the bound", _within(rule))
    yield Attempt("just_against_the_rule", "422 right beyond the bound, and nothing is kept", _against(rule))
    for name in comparison_fields(rule):
        yield Attempt(f"{name}_changed_against_the_rule", "422, and the record is kept", _changed(rule, name))
        field = blueprint.specification.entity(rule.entity).field(name)
        if field is not None and not field.required and rule.condition.operator in _ORDERINGS:
            yield Attempt(
                f"without_{name}", "201, because an empty value breaks no order", _empty(rule, name)
            )


def _exactly(condition: Condition) -> Condition:
    return Condition(
        left=condition.left, operator="eq", right=condition.right, right_factor=condition.right_factor
    )


def _within(rule: Comparison) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        condition = rule.condition
        given = [_given(name) for name in comparison_fields(rule)]
        if condition.operator in ("le", "ge"):
            record = scenario.plan(rule.entity, {}, [*given, condition, _exactly(condition)])
        else:
            wanted = [*given, condition]
            record = scenario.plan(rule.entity, {}, wanted, without=rule.id, tight=condition)
        scenario.supply_on_create(record)
        scenario.send(record, scenario.body(record))
        scenario.script.checks += 1
        reads_as(scenario, record)

    return build


def _against(rule: Comparison) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        wrong = negated(rule.condition)
        given = [_given(name) for name in comparison_fields(rule)]
        tight = wrong if wrong.operator in _ORDERINGS else None
        record = scenario.plan(rule.entity, {}, [*given, wrong], without=rule.id, tight=tight)
        body = scenario.body(record)
        create_refused(scenario, record, body, 422, rule=rule.id, message=rule.message)
        lists(scenario, path_of(record.entity), {}, scenario.world.live(rule.entity))

    return build


def _changed(rule: Comparison, name: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record = scenario.create(rule.entity, {}, [_given(name) for name in comparison_fields(rule)])
        if name not in {field.name for field in scenario.blueprint.body_fields(record.entity)}:
            raise CannotSatisfyError(f"{name} cannot be sent")
        values = scenario.fitted(
            record, {name: record.values.get(name)}, [negated(rule.condition)], without=rule.id
        )
        change_refused(scenario, record, values, 422, rule=rule.id, message=rule.message)
        reads_as(scenario, record)

    return build


def _given(name: str) -> Condition:
    return Condition(left=name, operator="not_null")


def _empty(rule: Comparison, name: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record = scenario.plan(rule.entity, {name: None})
        body = {**scenario.body(record), name: None}
        scenario.supply_on_create(record)
        scenario.send(record, body)
        reads_as(scenario, record)

    return build


def derivation(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A computed field has its value, and follows what it is computed from."""
    rule = next((one for one in blueprint.specification.derivations if one.id == criterion.target), None)
    if rule is None:
        return
    name = rule.field
    if rule.kind in ("sum_of_children", "count_of_children"):
        yield Attempt(
            f"{name}_of_children", "the exact value with each child more or less", _of_children(rule)
        )
        if rule.where:
            yield Attempt(f"{name}_leaves_out", "children that do not count are left out", _left_out(rule))
    elif rule.kind == "code":
        yield Attempt(f"{name}_is_unguessable", "a long code, another for each record", _code(rule))
    elif rule.kind in ("sequence", "copy"):
        yield Attempt(f"{name}_at_creation", "the value of each record, which stays", _stored(rule))
    else:
        yield Attempt(f"{name}_is_computed", "the exact value", _computed(rule))
        for operand in (*rule.operands, *rule.percents, *((rule.case_field,) if rule.case_field else ())):
            field = blueprint.specification.entity(rule.entity).field(operand)
            if field is not None and not field.read_only:
                yield Attempt(
                    f"{name}_follows_{operand}", "the value after a change", _follows(rule, operand)
                )
        for case in rule.cases:
            yield Attempt(f"{name}_for_{case.value}", "the value of this case", _case(rule, case.value))


def _of_children(rule: Derivation) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        parent = scenario.create(rule.entity)
        has(scenario, parent, rule.field)
        children = []
        for _ in range(3):
            children.append(scenario.create(rule.child, {rule.via: parent}, rule.where))
            has(scenario, parent, rule.field)
        scenario.create(rule.child, {}, rule.where)
        has(scenario, parent, rule.field)
        last = children[-1]
        if not list(judging.of_delete(scenario.world, last)):
            from streams.agents.testing_engineer.asserting import remove

            remove(scenario, last)
            has(scenario, parent, rule.field)
        for operand in rule.operands:
            _change_operand(scenario, children[0], operand)
            has(scenario, parent, rule.field)
        reads_as(scenario, parent)

    return build


def _change_operand(scenario: Scenario, record: Record, operand: str) -> None:
    """Changes a field, or what it is itself computed from."""
    field = record.entity.field(operand)
    if field is None:
        return
    computed = scenario.reading.derivations.get((record.entity.name, operand))
    if computed is not None:
        for inner in computed.operands[:1]:
            _change_operand(scenario, record, inner)
        return
    try:
        with scenario.trial():
            change(scenario, record, {operand: other_value(scenario, record, field)})
    except CannotSatisfyError:
        return


def _left_out(rule: Derivation) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        parent = scenario.create(rule.entity)
        scenario.create(rule.child, {rule.via: parent}, rule.where)
        make_unlike(scenario, rule.child, rule.where, {rule.via: parent})
        has(scenario, parent, rule.field)

    return build


def _code(rule: Derivation) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        first, second = scenario.create(rule.entity), scenario.create(rule.entity)
        code = f'{first.variable}["{rule.field}"]'
        scenario.script.check("assert ", f"isinstance({code}, str)")
        scenario.script.check("assert ", f"len({code}) >= 8")
        scenario.script.check("assert ", f'{code} != {second.variable}["{rule.field}"]')
        reads_as(scenario, first)

    return build


def _stored(rule: Derivation) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        first, second = scenario.create(rule.entity), scenario.create(rule.entity)
        has(scenario, first, rule.field)
        has(scenario, second, rule.field)
        if rule.kind == "copy":
            before, _, name = rule.operands[0].rpartition(".")
            source = scenario.reading.value(first, before) if before else first
            if isinstance(source, Record):
                _change_operand(scenario, source, name)
                has(scenario, first, rule.field)

    return build


def _computed(rule: Derivation) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        first, second = scenario.create(rule.entity, full=True), scenario.create(rule.entity)
        has(scenario, first, rule.field)
        has(scenario, second, rule.field)

    return build


def _follows(rule: Derivation, operand: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record = scenario.create(rule.entity, full=True)
        field = record.entity.field(operand)
        assert field is not None
        before = scenario.reading.value(record, rule.field)
        scenario.set_clock(scenario.world.now + timedelta(minutes=1))
        value = other_value(scenario, record, field)
        change(scenario, record, {operand: value})
        if scenario.reading.value(record, rule.field) == before:
            raise CannotSatisfyError("it stays the same")
        has(scenario, record, rule.field)

    return build


def _case(rule: Derivation, value: Value) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record = scenario.create(rule.entity, {rule.case_field: value})
        has(scenario, record, rule.field)

    return build
