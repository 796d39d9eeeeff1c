"""Tests of states and of the steps that people take."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from schemas.specification import Action, Condition, Criterion, StateMachine
from streams.agents.testing_engineer import judging
from streams.agents.testing_engineer.access import forbidden_roles, permitted_roles
from streams.agents.testing_engineer.asserting import create_refused, has, reads_as, refused, seen
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint, snake
from streams.agents.testing_engineer.making import make
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import Call, dictionary, item_path
from streams.agents.testing_engineer.solving import CannotSatisfyError, negated
from streams.agents.testing_engineer.stepping import (
    about_inputs,
    example_inputs,
    first_source,
    ready,
    send_action,
    take,
)
from streams.agents.testing_engineer.values import Value, quoted


def state_machine(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A record begins in its state, and no update leads where no step does."""
    machine = blueprint.machine(criterion.entity)
    if machine is None:
        return
    found = machine

    def initial(scenario: Scenario) -> None:
        record = scenario.create(found.entity)
        has(scenario, record, found.field)

    def named(scenario: Scenario) -> None:
        for state in found.creatable:
            record = scenario.plan(found.entity)
            scenario.supply_on_create(record)
            body = {**scenario.body(record), found.field: state}
            record.values[found.field] = state
            scenario.send(record, body)
            has(scenario, record, found.field)
        for state in found.states:
            if state not in (*found.creatable, found.initial):
                record = scenario.plan(found.entity)
                scenario.supply_on_create(record)
                create_refused(scenario, record, {**scenario.body(record), found.field: state}, 409)

    yield Attempt(f"{machine.field}_begins_as_{machine.initial}", "the first state", initial)
    yield Attempt(
        f"{machine.field}_named_by_a_create", "201 for states that may be named, 409 for others", named
    )
    for state in machine.states:
        yield Attempt(
            f"{machine.field}_updated_from_{state}", "409 where no step leads", _no_step(found, state)
        )
        for action in blueprint.actions(machine.entity):
            if state in blueprint.sources(action) and action.target not in ("", state) and not action.inputs:
                yield Attempt(
                    f"{machine.field}_updated_from_{state}_to_{action.target}",
                    "200, as by the step that leads there",
                    _step(found, state, action),
                )


def _no_step(machine: StateMachine, state: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record = make(scenario, machine.entity, state=state)
        for target in machine.states:
            leading = [
                action
                for action in scenario.blueprint.actions(machine.entity)
                if action.target == target and state in scenario.blueprint.sources(action)
            ]
            if target != state and not leading:
                body = dictionary({machine.field: target})
                refused(scenario, "patch", item_path(record), body, 409)
        has(scenario, record, machine.field)

    return build


def _step(machine: StateMachine, state: str, action: Action) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record = make(scenario, machine.entity, action.guards, state=state)
        values: dict[str, Value] = {machine.field: action.target}
        scenario.must(judging.of_action(scenario.world, record, action.name, {}))
        scenario.must(judging.of_change(scenario.world, record, values))
        if judging.rule_for(scenario.world, record, action.name, {}) is not action:
            raise CannotSatisfyError("another step of that name is taken")
        call = Call("change", ("client", item_path(record), dictionary(values)))
        scenario.script.check(f"{record.variable} = ", call)
        scenario.script.check(f'assert {record.variable}["{machine.field}"] == ', quoted(action.target))

    return build


def acting(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """A step is taken from its states, where its guards hold, by those who may, so often."""
    rule = next((one for one in blueprint.specification.actions if one.id == criterion.target), None)
    if rule is None:
        return
    name = snake(rule.name)
    for state in rule.sources or ("",):
        ending = f"_from_{state}" if state else ""
        yield Attempt(f"{name}{ending}", "200 and the record after it", _taken(rule, state))
    yield from _refusals(blueprint, rule, name)
    if rule.required_inputs:
        yield Attempt(f"{name}_without_what_it_needs", "422 names the field", _without_inputs(rule))
    elif rule.inputs:
        yield Attempt(f"{name}_without_a_body", "200, because nothing is required", _bare(rule))
    yield Attempt(
        f"{name}_with_an_unknown_field", "422 names the field, and the record is kept", _unknown(rule)
    )
    if rule.at_most:
        yield Attempt(f"{name}_too_often", f"409 after {rule.at_most}", _too_often(rule))
    if blueprint.specification.roles:
        yield Attempt(f"{name}_by_roles", "200 for those who may, 403 for others", _by_roles(rule))


def _taken(rule: Action, state: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record = ready(scenario, rule, state)
        take(scenario, record, rule)
        seen(scenario, record)
        reads_as(scenario, record)

    return build


def _refusals(blueprint: Blueprint, rule: Action, name: str) -> Iterator[Attempt]:
    machine = blueprint.machine(rule.entity)
    same = blueprint.actions(rule.entity, rule.name)
    if same[0] is rule:
        for state in machine.states if machine else ():
            if all(one.sources and state not in one.sources for one in same):
                yield Attempt(
                    f"{name}_from_{state}_is_refused", "409, and it is kept", _refused_from(rule, state)
                )
    for number, guard in enumerate(rule.guards):
        ending = f"_{number + 1}" if len(rule.guards) > 1 else ""
        label = name if same[0] is rule else f"{name}_{snake(rule.id)}"
        yield Attempt(f"{label}_against_guard{ending}", "not by this rule", _against(rule, guard))
        if guard.operator in ("le", "ge"):
            yield Attempt(
                f"{label}_just_within_guard{ending}", "200 right at the bound", _just_within(rule, guard)
            )


def _refused_from(rule: Action, state: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record = make(scenario, rule.entity, state=state)
        inputs = example_inputs(scenario, rule, record)
        if judging.rule_for(scenario.world, record, rule.name, inputs) is not None:
            raise CannotSatisfyError("it applies")
        send_action(scenario, record, rule, inputs, 409)
        reads_as(scenario, record)

    return build


def _against(rule: Action, guard: Condition) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        if about_inputs(scenario.blueprint, rule, guard):
            record = ready(scenario, rule)
            others = [other for other in rule.guards if other is not guard]
            values = example_inputs(scenario, rule, record)
            inputs = scenario.fitted(record, values, [*others, negated(guard)])
        else:
            others = [
                other
                for other in rule.guards
                if other is not guard and not about_inputs(scenario.blueprint, rule, other)
            ]
            record = make(scenario, rule.entity, [*others, negated(guard)], state=first_source(rule))
            inputs = example_inputs(scenario, rule, record)
        instead = judging.rule_for(scenario.world, record, rule.name, inputs)
        if instead is rule:
            raise CannotSatisfyError("it applies")
        if instead is None:
            send_action(scenario, record, rule, inputs, 409)
        else:
            scenario.act(record, rule.name, inputs)
        reads_as(scenario, record)

    return build


def _just_within(rule: Action, guard: Condition) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        exactly = Condition(
            left=guard.left, operator="eq", right=guard.right, right_factor=guard.right_factor
        )
        if about_inputs(scenario.blueprint, rule, guard):
            record = ready(scenario, rule)
            inputs = scenario.inputs(rule, record)
            inputs = scenario.fitted(record, inputs, [*rule.guards, exactly])
            scenario.act(record, rule.name, inputs)
            seen(scenario, record)
        else:
            record = ready(scenario, rule, extra=(exactly,))
            take(scenario, record, rule)
        reads_as(scenario, record)

    return build


def _without_inputs(rule: Action) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record = ready(scenario, rule)
        inputs = scenario.inputs(rule, record)
        for name in rule.required_inputs:
            rest = {key: value for key, value in inputs.items() if key != name}
            send_action(scenario, record, rule, rest, 422, field=name)
            send_action(scenario, record, rule, {**rest, name: None}, 422, field=name)
        reads_as(scenario, record)

    return build


def _bare(rule: Action) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record = ready(scenario, rule)
        if judging.rule_for(scenario.world, record, rule.name, {}) is not rule:
            raise CannotSatisfyError("it needs its inputs")
        scenario.act(record, rule.name, {})
        reads_as(scenario, record)

    return build


def _unknown(rule: Action) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record = ready(scenario, rule)
        inputs = scenario.inputs(rule, record) if rule.inputs else {}
        body: dict[str, Value] = {**inputs, "no_such_field": "x"}
        send_action(scenario, record, rule, body, 422, field="no_such_field")
        reads_as(scenario, record)

    return build


def _too_often(rule: Action) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        record = ready(scenario, rule)
        for _ in range(rule.at_most):
            take(scenario, record, rule)
        inputs = scenario.inputs(rule, record) if rule.inputs else {}
        if judging.rule_for(scenario.world, record, rule.name, inputs) is not None:
            raise CannotSatisfyError("another rule applies")
        send_action(scenario, record, rule, inputs, 409)
        reads_as(scenario, record)

    return build


def _by_roles(rule: Action) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        specification = scenario.specification
        record = ready(scenario, rule)
        inputs = scenario.inputs(rule, record) if rule.inputs else {}
        path = item_path(record, "/" + rule.name)
        body = dictionary(inputs)
        for role in (*forbidden_roles(specification, rule.entity, rule.name), "no_such_role"):
            refused(scenario, "post", path, body, 403, role=role)
        reads_as(scenario, record)
        permitted = permitted_roles(specification, rule.entity, rule.name)
        if permitted:
            scenario.must(judging.of_action(scenario.world, record, rule.name, inputs))
            call = Call("act", ("client", path, body, f"role={quoted(permitted[0])}"))
            scenario.script.check("", call)

    return build
