"""Brings about a record for which conditions hold: made earlier, walked on, given children as needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

from schemas.specification import Condition, Entity
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.solving import CannotSatisfyError, negated
from streams.agents.testing_engineer.values import Record, Value

# A record that has to be old is made at one of these times before now, the youngest that will do.
AGES = (timedelta(0), timedelta(hours=3), timedelta(days=3), timedelta(days=40), timedelta(days=400))


def make(
    scenario: Scenario,
    entity: Entity | str,
    wanted: Sequence[Condition] = (),
    given: Mapping[str, Value] | None = None,
    state: str = "",
) -> Record:
    """A record for which all conditions hold now, in the state where one is named.

    Raises:
        CannotSatisfyError: none of the ways tried gives one.
    """
    found = scenario.specification.entity(entity) if isinstance(entity, str) else entity
    present = scenario.world.now
    last: CannotSatisfyError | None = None
    for age in AGES:
        for wishes in _wish_lists(scenario, found, wanted, state):
            try:
                with scenario.trial():
                    scenario.set_clock(present - age)
                    record = scenario.create(found, given, wishes)
                    if state and scenario.state(record) != state:
                        scenario.walk(record, state)
                    # An expiry may have taken the clock further.
                    scenario.set_clock(max(present, scenario.world.now))
                    _require(scenario, record, wanted, state)
                    return record
            except CannotSatisfyError as error:
                last = error
    raise last or CannotSatisfyError(f"no {found.name} with {wanted}")


def make_unlike(
    scenario: Scenario,
    entity: Entity | str,
    wanted: Sequence[Condition],
    given: Mapping[str, Value] | None = None,
) -> list[Record]:
    """One record for each of the conditions that alone does not hold for it, as far as there are any.

    Raises:
        CannotSatisfyError: not even one can be brought about.
    """
    made: list[Record] = []
    for index, condition in enumerate(wanted):
        others = [other for at, other in enumerate(wanted) if at != index]
        for kept in (others, []):
            try:
                with scenario.trial():
                    made.append(make(scenario, entity, [*kept, negated(condition)], given))
                break
            except CannotSatisfyError:
                continue
    if not made:
        raise CannotSatisfyError(f"every record has {wanted}")
    return made


def _wish_lists(
    scenario: Scenario, entity: Entity, wanted: Sequence[Condition], state: str
) -> Iterator[Sequence[Condition]]:
    """The conditions; those with the guards on the ways to the state; only the settable; none."""
    blueprint = scenario.blueprint
    machine = blueprint.machine(entity.name)
    yield list(wanted)
    if machine is not None:
        for goal in [state] if state else _state_goals(scenario, entity, wanted):
            for way in blueprint.ways(entity.name, machine.initial, goal):
                guards = [guard for rule in way for guard in rule.guards]
                if guards:
                    yield [*wanted, *_settable(scenario, entity, guards)]
    settable = _settable(scenario, entity, wanted)
    if len(settable) < len(wanted):
        yield settable
    if settable:
        yield []


def _state_goals(scenario: Scenario, entity: Entity, wanted: Sequence[Condition]) -> list[str]:
    field = scenario.blueprint.state_field(entity.name)
    machine = scenario.blueprint.machine(entity.name)
    assert machine is not None
    named = [condition for condition in wanted if condition.left == field]
    return [
        state
        for condition in named
        for state in machine.states
        if scenario.reading.holds(condition, Record(entity, "", {field: state}, 1))
    ]


def _settable(scenario: Scenario, entity: Entity, conditions: Sequence[Condition]) -> list[Condition]:
    """Those that speak only of what a create can set."""
    writable = {field.name for field in scenario.blueprint.usual(entity)}
    return [condition for condition in conditions if condition.left.split(".")[0] in writable]


def _require(scenario: Scenario, record: Record, wanted: Sequence[Condition], state: str) -> None:
    """Adds what may still be missing: children, an action, a state."""
    for condition in wanted:
        if not scenario.reading.holds(condition, record):
            scenario.add_child_for(record, condition)
    if not scenario.reading.all_hold(wanted, record):
        _act_until(scenario, record, wanted)
    if state and scenario.state(record) != state:
        raise CannotSatisfyError(f"not {state}")


def _act_until(scenario: Scenario, record: Record, wanted: Sequence[Condition]) -> None:
    """One action, or the way to one state, after which all holds."""
    machine = scenario.blueprint.machine(record.entity.name)
    walks = [_walk(scenario, record, state) for state in (machine.states if machine else ())]
    acts = [_action(scenario, record, rule.name) for rule in scenario.blueprint.actions(record.entity.name)]
    for step in (*walks, *acts):
        try:
            with scenario.trial():
                step()
                if not scenario.reading.all_hold(wanted, record):
                    raise CannotSatisfyError("not there")
                return
        except CannotSatisfyError:
            continue
    raise CannotSatisfyError(f"{wanted} cannot be brought about")


def _walk(scenario: Scenario, record: Record, state: str) -> Callable[[], object]:
    return lambda: scenario.walk(record, state)


def _action(scenario: Scenario, record: Record, name: str) -> Callable[[], object]:
    return lambda: scenario.act(record, name)
