"""One generated test in the making: writes its steps, and follows what the service must do at each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal

from schemas.specification import Action, Condition, Entity
from streams.agents.testing_engineer import judging
from streams.agents.testing_engineer.blueprint import Blueprint, snake
from streams.agents.testing_engineer.evaluation import Reading
from streams.agents.testing_engineer.examples import example
from streams.agents.testing_engineer.judging import Refusal
from streams.agents.testing_engineer.planning import Draft
from streams.agents.testing_engineer.script import Call, Node, Script, collection_path, dictionary, item_path
from streams.agents.testing_engineer.solving import CannotSatisfyError, Plan, Solver
from streams.agents.testing_engineer.values import Record, Value, iso
from streams.agents.testing_engineer.world import World, held_number


class Scenario:
    """Builds one test.

    Attributes:
        blueprint: the specification.
        script: text of the test so far.
        world: what the service must hold by now.
    """

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.specification = blueprint.specification
        self.script = Script()
        self.world = World(blueprint)
        self._numbers: dict[str, int] = {}

    @property
    def reading(self) -> Reading:
        """How conditions read at this moment."""
        return self.world.reading

    def state(self, record: Record) -> Value:
        """State of the record, None where it has none."""
        return self.world.state(record)

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Undoes all that happened in the block where it raises CannotSatisfyError."""
        lines, checks, names = len(self.script.statements), self.script.checks, dict(self.script.names)
        count, now, numbers = len(self.world.records), self.world.now, dict(self._numbers)
        kept = [(r, dict(r.values), dict(r.done), r.deleted) for r in self.world.records]
        try:
            yield
        except CannotSatisfyError:
            del self.script.statements[lines:]
            del self.world.records[count:]
            self.script.checks, self.script.names = checks, names
            self.world.now, self._numbers = now, numbers
            for record, values, done, deleted in kept:
                record.values, record.done, record.deleted = values, done, deleted
            raise

    def set_clock(self, at: datetime) -> None:
        """Moves the service's clock."""
        if at != self.world.now:
            self.world.move_to(at)
            self.script.write("", f'clock.at("{iso(at)}")')

    # -- creating -------------------------------------------------------------------------

    def plan(
        self,
        entity: Entity | str,
        given: Mapping[str, Value] | None = None,
        wanted: Sequence[Condition] = (),
        *,
        full: bool = False,
        without: str = "",
        tight: Condition | None = None,
    ) -> Record:
        """A record ready to be sent; those it refers to are created.

        Args:
            entity: what it is.
            given: values that it must have.
            wanted: conditions that must hold for it.
            full: optional fields are filled in too.
            without: id of a comparison that it need not keep.
            tight: one of `wanted` or the comparison left out, which is to hold only just.

        Raises:
            CannotSatisfyError: no values keep all rules and wishes.
        """
        found = self.specification.entity(entity) if isinstance(entity, str) else entity
        draft = Draft(self.world, dict(self._numbers), full, without, tight)
        return self._planned(draft, found, given, wanted).record

    def _planned(
        self, draft: Draft, entity: Entity, given: Mapping[str, Value] | None, wanted: Sequence[Condition]
    ) -> Plan:
        *before, last = draft.solve(entity, given or {}, wanted)
        for plan in before:
            self._send(plan)
        return last

    def create(
        self,
        entity: Entity | str,
        given: Mapping[str, Value] | None = None,
        wanted: Sequence[Condition] = (),
        *,
        full: bool = False,
    ) -> Record:
        """Creates a record, and before it those it refers to; brings each in the state wished for.

        Raises:
            CannotSatisfyError: no values keep all rules and wishes.
        """
        found = self.specification.entity(entity) if isinstance(entity, str) else entity
        plan = self._planned(Draft(self.world, dict(self._numbers), full), found, given, wanted)
        self._send(plan)
        return plan.record

    def body(self, record: Record, *, full: bool = False) -> dict[str, Value]:
        """What a create of the record sends: the usual fields and those that were set on purpose."""
        usual = {field.name for field in self.blueprint.usual(record.entity)}
        sent: dict[str, Value] = {}
        for field in self.blueprint.body_fields(record.entity):
            value = record.values.get(field.name)
            ordinary = (None, (), self.world.default(record.entity, field.name))
            if full or (field.name in usual and value != ()) or value not in ordinary:
                sent[field.name] = value
        return sent

    def _send(self, plan: Plan) -> None:
        """Writes the create of a planned record and follows it, then walks to its state."""
        record = plan.record
        self.supply_on_create(record)
        field = self.blueprint.state_field(record.entity.name)
        machine = self.blueprint.machine(record.entity.name)
        body = self.body(record)
        if machine is not None and plan.state:
            record.values[field] = machine.initial
            if plan.state in machine.creatable and plan.state != machine.initial:
                body[field] = record.values[field] = plan.state
        self.send(record, body)
        if plan.state and self.state(record) != plan.state:
            self.walk(record, plan.state)

    def send(self, record: Record, body: Mapping[str, Value]) -> None:
        """Writes a create that must be accepted, and follows it.

        Raises:
            CannotSatisfyError: a rule refuses it.
        """
        self.must(judging.of_create(self.world, record))
        self._numbers[record.entity.name] = max(record.number, self._numbers.get(record.entity.name, 0))
        record.variable = self.script.name(snake(record.entity.name))
        path = collection_path(record)
        self.script.write(f"{record.variable} = ", Call("create", ("client", path, dictionary(body))))
        self.world.created(record)

    def must(self, refusals: Iterable[Refusal]) -> None:
        """Raises CannotSatisfyError where a write that a test needs would be refused."""
        for refusal in refusals:
            raise CannotSatisfyError(f"refused by {refusal.rule}")

    def supply_on_create(self, record: Record) -> None:
        """Where a number may only be raised by records, raises it before the record takes from it."""
        for rule in list(self.world.adjustments(record, "create")):
            target = self.reading.value(record, rule.via)
            if rule.sign < 0 and rule.floor and isinstance(target, Record):
                self.supply(target, rule.target, self.world.amount(record, rule) + Decimal(rule.floor))

    def supply(self, target: Record, field: str, needed: int | Decimal) -> None:
        """Raises a number by the records that add to it, until it is at least so much."""
        held = held_number(target, field)
        if held >= needed:
            return
        for rule in self.specification.adjustments:
            adds = rule.sign > 0 and rule.target == field and rule.on == "create"
            if adds and target.variable and not rule.amount.startswith("="):
                more = Condition(left=rule.amount, operator="ge", right=f"={Decimal(needed) - held}")
                self.create(rule.entity, {rule.via: target}, [*rule.when, more])
                return

    # -- acting ---------------------------------------------------------------------------

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
