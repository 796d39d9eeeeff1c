"""Steps that people take, for tests of many kinds: records for which one can be taken, and inputs."""

from __future__ import annotations

from schemas.specification import Action, Condition
from streams.agents.testing_engineer import judging
from streams.agents.testing_engineer.asserting import refused
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.examples import example
from streams.agents.testing_engineer.making import make
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import dictionary, item_path
from streams.agents.testing_engineer.solving import CannotSatisfyError
from streams.agents.testing_engineer.values import Record, Value


def ready(scenario: Scenario, rule: Action, state: str = "", extra: tuple[Condition, ...] = ()) -> Record:
    """A record for which the action can be taken, but for its inputs."""
    guards = [guard for guard in rule.guards if not about_inputs(scenario.blueprint, rule, guard)]
    return make(scenario, rule.entity, [*guards, *extra], state=state or first_source(rule))


def first_source(rule: Action) -> str:
    return rule.sources[0] if rule.sources else ""


def about_inputs(blueprint: Blueprint, rule: Action, guard: Condition) -> bool:
    sides = {guard.left.split(".")[0], guard.right.split(".")[0]}
    computed = {
        one.field: {*one.operands, one.case_field}
        for one in blueprint.specification.derivations
        if one.entity == rule.entity
    }
    for side in tuple(sides):
        sides |= computed.get(side, set())
    return bool(sides & set(rule.inputs))


def take(scenario: Scenario, record: Record, rule: Action) -> None:
    """Takes the step by just this rule.

    Raises:
        CannotSatisfyError: another rule of the name would be taken.
    """
    inputs = scenario.inputs(rule, record) if rule.inputs else {}
    scenario.make_ready(record, rule.name)
    if judging.rule_for(scenario.world, record, rule.name, inputs) is not rule:
        raise CannotSatisfyError(f"{rule.id} does not apply")
    scenario.act(record, rule.name, inputs)


def _message(rule: Action, scenario: Scenario) -> str:
    return rule.message if len(scenario.blueprint.actions(rule.entity, rule.name)) == 1 else ""


def send_action(
    scenario: Scenario, record: Record, rule: Action, body: dict[str, Value], status: int, *, field: str = ""
) -> None:
    """An action that must be refused."""
    path = item_path(record, "/" + rule.name)
    message = _message(rule, scenario) if status == 409 else ""
    refused(scenario, "post", path, dictionary(body), status, field=field, message=message)


def example_inputs(scenario: Scenario, rule: Action, record: Record) -> dict[str, Value]:
    """Inputs without regard to guards."""
    values: dict[str, Value] = {}
    for name in rule.inputs:
        field = record.entity.field(name)
        if field is not None and field.type == "reference":
            values[name] = scenario.create(field.references)
        elif field is not None:
            values[name] = example(field, record.number + 1, scenario.world.now)
    return values
