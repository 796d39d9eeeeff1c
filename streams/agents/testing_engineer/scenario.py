"""One generated test in the making: writes its steps, and follows what the service must do at each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from schemas.specification import Action, Condition
from streams.agents.testing_engineer import judging
from streams.agents.testing_engineer.creating import Creating
from streams.agents.testing_engineer.examples import example
from streams.agents.testing_engineer.script import Call, Node, dictionary, item_path
from streams.agents.testing_engineer.solving import CannotSatisfyError, Plan, Solver
from streams.agents.testing_engineer.values import Record, Value


class Scenario(Creating):
    """Builds one test: creates records and takes the steps that people take."""

    def inputs(self, rule: Action, record: Record) -> dict[str, Value]:
        """A body with all inputs of an action, with which its guards and the comparisons hold."""
        values: dict[str, Value] = {}
        for name in rule.inputs:
            field = record.entity.field(name)
            if field is None:
                continue
            if field.type == "reference":
                values[name] = self.create(field.references)
            else:
                values[name] = example(field, record.number + 1, self.world.now)
        return self.fitted(record, values, rule.guards)

    def fitted(
        self,
        record: Record,
        values: Mapping[str, Value],
        wanted: Sequence[Condition],
        *,
        without: str = "",
    ) -> dict[str, Value]:
        """The values changed until the conditions, and the comparisons they touch, hold for the record.

        Raises:
            CannotSatisfyError: they cannot be made to.
        """
        trial = judging.shadow(record, values)
        fixed = {field.name for field in record.entity.fields} - set(values)
        touched = [
            comparison.condition
            for comparison in self.blueprint.comparisons(record.entity.name)
            if comparison.id != without
            and {comparison.condition.left, comparison.condition.right} & set(values)
        ]
        plan = Plan(record=trial, fixed=fixed)
        wishes = [(trial, condition) for condition in (*wanted, *touched)]
        Solver(self.blueprint, self.reading, {id(trial): plan}, wishes, only_wishes=True).solve()
        return {name: trial.values[name] for name in values}

    def act(self, record: Record, name: str, inputs: Mapping[str, Value] | None = None) -> Action:
        """Does an action that must succeed, and follows it.

        Raises:
            CannotSatisfyError: no rule of that name applies now, or another rule refuses.
        """
        if inputs is None:
            inputs = self._usable_inputs(record, name)
        self._supply_for_action(record, name, inputs)
        self.must(judging.of_action(self.world, record, name, inputs))
        rule = judging.rule_for(self.world, record, name, inputs)
        if rule is None:
            raise CannotSatisfyError(f"{name} does not apply")
        arguments: list[Node] = ["client", item_path(record, "/" + name)]
        if inputs:
            arguments.append(dictionary(inputs))
        self.script.write(f"{record.variable} = ", Call("act", tuple(arguments)))
        self.world.acted(record, rule, inputs)
        return rule

    def _usable_inputs(self, record: Record, name: str) -> dict[str, Value]:
        failure: CannotSatisfyError | None = None
        for rule in self.blueprint.actions(record.entity.name, name):
            if rule.sources and self.state(record) not in rule.sources:
                continue
            try:
                with self.trial():
                    inputs = self.inputs(rule, record)
                    if judging.rule_for(self.world, record, name, inputs) is None:
                        raise CannotSatisfyError(f"{name} does not apply")
                    return inputs
            except CannotSatisfyError as error:
                failure = error
        raise failure or CannotSatisfyError(f"{name} does not start from {self.state(record)}")

    def _supply_for_action(self, record: Record, name: str, inputs: Mapping[str, Value]) -> None:
        after = judging.shadow(record, inputs)
        for rule in list(self.world.adjustments(after, name)):
            target = self.reading.value(after, rule.via)
            if rule.sign < 0 and rule.floor and isinstance(target, Record):
                self.supply(target, rule.target, self.world.amount(after, rule) + Decimal(rule.floor))

    def walk(self, record: Record, state: str) -> None:
        """Brings the record in a state by the shortest way of actions that works.

        Raises:
            CannotSatisfyError: no way works.
        """
        for way in self.blueprint.ways(record.entity.name, str(self.state(record)), state):
            try:
                with self.trial():
                    for rule in way:
                        self.make_ready(record, rule.name)
                        self.act(record, rule.name)
                    if self.state(record) != state:
                        raise CannotSatisfyError(f"{[rule.id for rule in way]} leads elsewhere")
                    return
            except CannotSatisfyError:
                continue
        self._expire(record, state)

    def _expire(self, record: Record, state: str) -> None:
        """Waits until the record has expired into the state."""
        for rule in self.specification.expiries:
            start = self.reading.value(record, rule.start)
            if rule.entity != record.entity.name or rule.target != state or not isinstance(start, datetime):
                continue
            if self.state(record) not in rule.sources:
                self.walk(record, rule.sources[0])
            self.set_clock(start + timedelta(minutes=rule.minutes + 1))
            if self.state(record) == state:
                return
        raise CannotSatisfyError(f"no way from {self.state(record)} to {state}")

    def make_ready(self, record: Record, name: str) -> None:
        """Where an action waits for children, for example the lines of an order, adds one."""
        for rule in self.blueprint.actions(record.entity.name, name):
            if rule.sources and self.state(record) not in rule.sources:
                continue
            for guard in rule.guards:
                if not self.reading.holds(guard, record):
                    self.add_child_for(record, guard)

    def add_child_for(self, record: Record, condition: Condition) -> None:
        """Adds children until a condition on their sum or number holds, at most five."""
        for side in (condition.left, condition.right):
            rule = self.reading.derivations.get((record.entity.name, side))
            if rule is None or rule.kind not in ("sum_of_children", "count_of_children"):
                continue
            for _ in range(5):
                if self.reading.holds(condition, record):
                    return
                self.create(rule.child, {rule.via: record}, rule.where)
