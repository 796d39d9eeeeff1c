"""Values that keep rules: of single fields, of conditions, of whole records."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.specification import Condition, Field, Operator
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.evaluation import Reading
from streams.agents.testing_engineer.examples import beside, example, highest, lowest, within_bounds
from streams.agents.testing_engineer.judging import of_create
from streams.agents.testing_engineer.making import make
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.solving import CannotSatisfyError, negated
from streams.agents.testing_engineer.values import NOW, Record
from tests.unit.streams.agents.testing_engineer.fixtures_by_name import FIXTURES

_ORDERINGS: tuple[Operator, ...] = ("lt", "le", "gt", "ge", "eq", "ne")
_NUMBERS = st.decimals(min_value=-1000, max_value=1000, places=2)


@st.composite
def _bounded_fields(draw: st.DrawFn) -> Field:
    type_ = draw(st.sampled_from(["integer", "decimal", "money"]))
    low, high = sorted([draw(st.integers(-50, 50)), draw(st.integers(-50, 50))])
    step = draw(st.sampled_from(["", "", "0.25", "5"] if type_ == "decimal" else ["", "5"]))
    return Field(
        name="amount",
        label="Amount",
        type=type_,
        minimum=draw(st.sampled_from(["", str(low)])),
        exclusive_minimum=draw(st.booleans()),
        maximum=draw(st.sampled_from(["", str(high + 10)])),
        multiple_of=step,
    )


def test_given_a_step_with_little_room_when_an_example_is_made_then_it_stays_below_the_maximum() -> None:
    field = Field(name="amount", label="Amount", type="integer", minimum="11", maximum="21", multiple_of="5")

    assert [example(field, number, NOW) for number in (1, 2, 3)] == [20, 15, 20]


@given(_bounded_fields(), st.integers(1, 60))
def test_given_bounds_when_an_example_is_made_then_it_is_within_them(field: Field, number: int) -> None:
    low, high = lowest(field), highest(field)
    assume(low is None or high is None or low <= high)
    assert within_bounds(example(field, number, NOW), field)


@given(_NUMBERS, st.sampled_from(_ORDERINGS))
def test_given_a_bound_when_the_value_beside_it_is_taken_then_the_relation_holds_just(
    bound: Decimal, operator: Operator
) -> None:
    field = Field(name="amount", label="Amount", type="decimal")
    value = beside(operator, bound, field)
    assert isinstance(value, Decimal)
    assert _holds(value, operator, bound)
    assert abs(value - bound) <= Decimal("0.01")


@given(_NUMBERS, _NUMBERS, st.sampled_from(_ORDERINGS))
def test_given_a_condition_when_it_is_negated_then_just_one_of_both_holds(
    left: Decimal, right: Decimal, operator: Operator
) -> None:
    specification = FIXTURES["timesheets"]()
    record = Record(specification.entity("Entry"), "entry", {"hours": left}, 1)
    condition = Condition(left="hours", operator=operator, right=f"={right}")
    reading = Reading(specification, [record], NOW)
    assert reading.holds(condition, record) == _holds(left, operator, right)
    assert reading.holds(condition, record) != reading.holds(negated(condition), record)


def _holds(left: Decimal, operator: Operator, right: Decimal) -> bool:
    return {
        "lt": left < right,
        "le": left <= right,
        "gt": left > right,
        "ge": left >= right,
        "eq": left == right,
        "ne": left != right,
    }[operator]


@pytest.mark.parametrize("name", FIXTURES)
def test_given_a_specification_when_a_record_is_planned_then_no_rule_refuses_it(name: str) -> None:
    specification = FIXTURES[name]()
    for entity in specification.entities:
        scenario = Scenario(Blueprint(specification))
        record = scenario.plan(entity)
        scenario.supply_on_create(record)
        assert not list(of_create(scenario.world, record))


@pytest.mark.parametrize("name", FIXTURES)
def test_given_a_comparison_when_it_is_to_be_broken_then_it_alone_refuses(name: str) -> None:
    specification = FIXTURES[name]()
    for rule in specification.comparisons:
        scenario = Scenario(Blueprint(specification))
        wanted = [Condition(left=rule.condition.left, operator="not_null"), negated(rule.condition)]
        record = scenario.plan(rule.entity, {}, wanted, without=rule.id)
        assert [refusal.rule for refusal in of_create(scenario.world, record)] == [rule.id]


@pytest.mark.parametrize("name", FIXTURES)
def test_given_a_life_cycle_when_a_state_is_wished_for_then_the_record_gets_there(name: str) -> None:
    specification = FIXTURES[name]()
    for machine in specification.state_machines:
        for state in machine.states:
            scenario = Scenario(Blueprint(specification))
            assert scenario.state(make(scenario, machine.entity, state=state)) == state


def test_given_a_trial_that_fails_when_it_ends_then_nothing_of_it_is_left() -> None:
    scenario = Scenario(Blueprint(FIXTURES["inventory"]()))
    product = scenario.create("Product")
    before = (list(scenario.script.statements), dict(product.values), scenario.world.now)
    with pytest.raises(CannotSatisfyError), scenario.trial():
        scenario.set_clock(scenario.world.now + timedelta(days=1))
        scenario.create("Movement", {"product_id": product, "kind": "delivery"})
        assert product.values != before[1]
        raise CannotSatisfyError("given up")
    assert (scenario.script.statements, product.values, scenario.world.now) == before
    assert scenario.world.records == [product]
