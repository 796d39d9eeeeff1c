"""One generated test in the making: writes its steps, and follows what the service must do at each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal

from schemas.specification import Action, Adjustment, Condition, Entity
from streams.agents.testing_engineer.blueprint import Blueprint, snake
from streams.agents.testing_engineer.evaluation import Reading
from streams.agents.testing_engineer.examples import example
from streams.agents.testing_engineer.script import Script, collection_path, item_path
from streams.agents.testing_engineer.solving import CannotSatisfyError, Plan, Solver
from streams.agents.testing_engineer.values import NOW, Record, Unknown, Value, iso, parse

# A record that has to be old is made at one of these times before now, the youngest that will do.
AGES = (timedelta(0), timedelta(hours=3), timedelta(days=3), timedelta(days=40), timedelta(days=400))


class Scenario:
    """Builds one test.

    Attributes:
        blueprint: the specification.
        script: text of the test so far.
        records: records that exist in it, in order of creation.
        now: what its clock says.
    """

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.specification = blueprint.specification
        self.script = Script()
        self.records: list[Record] = []
        self.now: datetime = NOW
        self._numbers: dict[str, int] = {}

    @property
    def reading(self) -> Reading:
        """How conditions read at this moment."""
        return Reading(self.specification, self.records, self.now)

    def state(self, record: Record) -> Value:
        """State of the record, None where it has none."""
        return record.values.get(self.blueprint.state_field(record.entity.name))

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Undoes all that happened in the block where it raises CannotSatisfyError."""
        lines, records, now = len(self.script.lines), len(self.records), self.now
        names, numbers = dict(self.script.names), dict(self._numbers)
        kept = [(r, dict(r.values), dict(r.done), r.deleted) for r in self.records]
        try:
            yield
        except CannotSatisfyError:
            del self.script.lines[lines:]
            del self.records[records:]
            self.now, self.script.names, self._numbers = now, names, numbers
            for record, values, done, deleted in kept:
                record.values, record.done, record.deleted = values, done, deleted
            raise

    # -- time -----------------------------------------------------------------------------

    def set_clock(self, at: datetime) -> None:
        """Moves the service's clock."""
        if at != self.now:
            self.now = at
            self.script.say(f'clock.at("{iso(at)}")')

    # -- planning -------------------------------------------------------------------------

    def plan(
        self,
        entity: Entity,
        given: Mapping[str, Value] | None = None,
        wanted: Sequence[Condition] = (),
    ) -> dict[int, Plan]:
        """Values for a new record and for the records to make before it; the record itself is the last.

        Raises:
            CannotSatisfyError: no values keep all rules and wishes.
        """
        numbers = dict(self._numbers)
        plans: dict[int, Plan] = {}
        root = self._draft(entity, given or {}, plans, numbers, depth=0)
        wishes = [(root.record, condition) for condition in wanted]
        for condition in wanted:
            self._draft_wanted_reference(root.record, condition, plans, numbers)
        Solver(self.blueprint, self._reading_with(plans), plans, wishes).solve()
        return plans

    def _reading_with(self, plans: Mapping[int, Plan]) -> Reading:
        planned = [plan.record for plan in plans.values()]
        return Reading(self.specification, [*self.records, *planned], self.now)

    def _draft(
        self,
        entity: Entity,
        given: Mapping[str, Value],
        plans: dict[int, Plan],
        numbers: dict[str, int],
        depth: int,
    ) -> Plan:
        numbers[entity.name] = numbers.get(entity.name, 0) + 1
        record = Record(entity=entity, variable="", values={}, number=numbers[entity.name])
        for field in self.blueprint.usual(entity):
            if field.name in given:
                continue
            if field.type == "reference":
                if depth > 5:
                    raise CannotSatisfyError(f"{entity.name} needs itself")
                parent = self._draft(self.specification.entity(field.references), {}, plans, numbers, depth + 1)
                record.values[field.name] = parent.record
            else:
                record.values[field.name] = example(field, record.number, self.now)
        record.values.update(given)
        self._fill_what_the_service_sets(record)
        plan = Plan(record=record, fixed=set(given))
        plans[id(record)] = plan
        return plan

    def _draft_wanted_reference(
        self, record: Record, condition: Condition, plans: dict[int, Plan], numbers: dict[str, int]
    ) -> None:
        """An optional reference that a wish leads through, or asks for, is filled in."""
        for path in (condition.left, condition.right):
            first, _, rest = path.partition(".")
            field = record.entity.field(first)
            if field is None or field.type != "reference" or record.values.get(first) is not None:
                continue
            if rest or condition.operator == "not_null":
                target = self.specification.entity(field.references)
                record.values[first] = self._draft(target, {}, plans, numbers, 1).record

    def _fill_what_the_service_sets(self, record: Record) -> None:
        entity = record.entity
        record.values.setdefault("created_at", self.now)
        record.values.setdefault("updated_at", self.now)
        machine = self.blueprint.machine(entity.name)
        for field in entity.fields:
            if field.name in record.values or (entity.name, field.name) in self.blueprint.derived:
                continue
            if machine is not None and field.name == machine.field:
                record.values[field.name] = machine.initial
            elif field.default in ("now", "today"):
                moments: dict[str, Value] = {"now": self.now, "today": self.now.date()}
                record.values[field.name] = moments[field.default]
            else:
                many = field.many and not field.default
                empty: Value = () if many else None
                record.values[field.name] = parse(field.default, field.type) if field.default else empty

    # -- making ---------------------------------------------------------------------------

    def create(
        self,
        entity: Entity | str,
        given: Mapping[str, Value] | None = None,
        wanted: Sequence[Condition] = (),
    ) -> Record:
        """Creates a record, and before it those it refers to; brings each in the state wished for.

        Raises:
            CannotSatisfyError: no values keep all rules and wishes.
        """
        found = self.specification.entity(entity) if isinstance(entity, str) else entity
        plans = list(self.plan(found, given, wanted).values())
        for plan in plans:
            self.send(plan)
        return plans[-1].record

    def body(self, record: Record) -> dict[str, Value]:
        """What a create of the record sends: the usual fields and those that were set on purpose."""
        usual = {field.name for field in self.blueprint.usual(record.entity)}
        sent: dict[str, Value] = {}
        for field in self.blueprint.body_fields(record.entity):
            value = record.values.get(field.name)
            chosen = field.name in usual or value not in (None, (), parse_default(field.default, field.type))
            if chosen:
                sent[field.name] = value
        return sent

    def send(self, plan: Plan) -> None:
        """Writes the create of a planned record and follows it, then walks to its state."""
        record = plan.record
        self._supply_on_create(record)
        field = self.blueprint.state_field(record.entity.name)
        machine = self.blueprint.machine(record.entity.name)
        body = self.body(record)
        if machine is not None and plan.state:
            record.values[field] = machine.initial
            if plan.state in machine.creatable and plan.state != machine.initial:
                body[field] = record.values[field] = plan.state
        self._numbers[record.entity.name] = record.number
        record.variable = self.script.name(snake(record.entity.name))
        self.script.call(f"{record.variable} = create", f"client, {collection_path(record)}", body)
        self.follow_create(record)
        if plan.state and self.state(record) != plan.state:
            self.walk(record, plan.state)

    def follow_create(self, record: Record) -> None:
        """What the service must do besides keeping the values."""
        record.values["created_at"] = record.values["updated_at"] = self.now
        self.records.append(record)
        for rule in self.specification.derivations:
            if rule.entity == record.entity.name and rule.kind == "copy":
                record.values[rule.field] = self.reading.value(record, rule.operands[0])
            elif rule.entity == record.entity.name and rule.kind == "sequence":
                record.values[rule.field] = record.number
            elif rule.entity == record.entity.name and rule.kind == "code":
                record.values[rule.field] = Unknown()
        self._follow(record, "create")

    def _follow(self, record: Record, event: str) -> None:
        for effect in self.specification.effects:
            if (effect.entity, effect.on) != (record.entity.name, event):
                continue
            target = self.reading.value(record, effect.via) if effect.via else record
            if not isinstance(target, Record) or not self.reading.all_hold(effect.when, record):
                continue
            if self.reading.all_hold(effect.only_if, target):
                like = target.entity.field(effect.field)
                value = self.reading.operand(effect.value, record, like)
                if like is not None and like.type == "date" and isinstance(value, datetime):
                    value = value.date()
                target.values[effect.field] = value
        for rule in self._adjustments(record, event):
            target = self.reading.value(record, rule.via)
            if isinstance(target, Record):
                held = target.values.get(rule.target)
                amount = self.amount(record, rule)
                base = held if isinstance(held, int | Decimal) else 0
                target.values[rule.target] = base + rule.sign * amount  # type: ignore[operator]

    def _adjustments(self, record: Record, event: str) -> list[Adjustment]:
        return [
            rule
            for rule in self.specification.adjustments
            if (rule.entity, rule.on) == (record.entity.name, event)
            and self.reading.all_hold(rule.when, record)
        ]

    def amount(self, record: Record, rule: Adjustment) -> int | Decimal:
        """How much an adjustment adds or takes."""
        like = self.reading.field_at(record.entity, f"{rule.via}.{rule.target}")
        found = self.reading.operand(rule.amount, record, like)
        return found if isinstance(found, int | Decimal) else 0

    def _supply_on_create(self, record: Record) -> None:
        """Where a number may only be raised by records, raises it before the record takes from it."""
        for rule in self._adjustments(record, "create"):
            target = self.reading.value(record, rule.via)
            if rule.sign < 0 and rule.floor and isinstance(target, Record):
                self._supply(target, rule.target, self.amount(record, rule) + Decimal(rule.floor))

    def _supply(self, target: Record, field: str, needed: int | Decimal) -> None:
        held = target.values.get(field)
        has = held if isinstance(held, int | Decimal) else 0
        if has >= needed:
            return
        for rule in self.specification.adjustments:
            if rule.sign > 0 and rule.target == field and rule.on == "create" and target.variable:
                if rule.amount.startswith("="):
                    continue
                more = Condition(left=rule.amount, operator="ge", right=f"={Decimal(needed) - has}")
                self.create(rule.entity, {rule.via: target}, [*rule.when, more])
                return

    # -- acting ---------------------------------------------------------------------------

    def inputs(self, rule: Action, record: Record) -> dict[str, Value]:
        """A body with all inputs of an action."""
        values: dict[str, Value] = {}
        for name in rule.inputs:
            field = record.entity.field(name)
            if field is None:
                continue
            if field.type == "reference":
                values[name] = self.create(field.references)
            else:
                values[name] = example(field, record.number + 1, self.now)
        return self._fitting_inputs(rule, record, values)

    def _fitting_inputs(self, rule: Action, record: Record, values: dict[str, Value]) -> dict[str, Value]:
        """The inputs changed until the guards and comparisons hold for the record with them."""
        trial = Record(entity=record.entity, variable="", values={**record.values, **values}, number=record.number)
        fixed = {field.name for field in record.entity.fields} - set(values)
        plan = Plan(record=trial, fixed=fixed)
        touched = [
            comparison.condition
            for comparison in self.blueprint.comparisons(record.entity.name)
            if {comparison.condition.left, comparison.condition.right} & set(values)
        ]
        solver = Solver(self.blueprint, self.reading, {}, [(trial, c) for c in (*rule.guards, *touched)])
        solver.plans[id(trial)] = plan
        solver.only_wishes = True
        solver.solve()
        return {name: trial.values[name] for name in values}

    def rule_for(self, record: Record, name: str, inputs: Mapping[str, Value]) -> Action | None:
        """The action that would be done: the first whose sources and guards hold."""
        for rule in self.blueprint.actions(record.entity.name, name):
            with_inputs = Record(record.entity, record.variable, {**record.values, **inputs}, record.number)
            if rule.at_most and record.done.get(rule.id, 0) >= rule.at_most:
                continue
            if rule.sources and self.state(record) not in rule.sources:
                continue
            if self.reading.all_hold(rule.guards, with_inputs):
                return rule
        return None

    def act(self, record: Record, name: str, inputs: Mapping[str, Value] | None = None) -> Action:
        """Does an action that must succeed, and follows it.

        Raises:
            CannotSatisfyError: no rule of that name applies now.
        """
        if inputs is None:
            inputs = self._usable_inputs(record, name)
        rule = self.rule_for(record, name, inputs)
        if rule is None:
            raise CannotSatisfyError(f"{name} does not apply")
        self._supply_for_action(record, name, inputs)
        head = f"{record.variable} = act"
        self.script.call(head, f"client, {item_path(record, '/' + name)}", dict(inputs) or None)
        self.follow_action(record, rule, inputs)
        return rule

    def _usable_inputs(self, record: Record, name: str) -> dict[str, Value]:
        failure: CannotSatisfyError | None = None
        for rule in self.blueprint.actions(record.entity.name, name):
            if rule.sources and self.state(record) not in rule.sources:
                continue
            try:
                with self.trial():
                    inputs = self.inputs(rule, record)
                    if self.rule_for(record, name, inputs) is None:
                        raise CannotSatisfyError(f"{name} does not apply")
                    return inputs
            except CannotSatisfyError as error:
                failure = error
        raise failure or CannotSatisfyError(f"{name} does not start from {self.state(record)}")

    def _supply_for_action(self, record: Record, name: str, inputs: Mapping[str, Value]) -> None:
        shadow = Record(record.entity, record.variable, {**record.values, **inputs}, record.number)
        for rule in self._adjustments(shadow, name):
            target = self.reading.value(shadow, rule.via)
            if rule.sign < 0 and rule.floor and isinstance(target, Record):
                needed = self.amount(shadow, rule) + Decimal(rule.floor)
                self._supply(target, rule.target, needed)
                held = target.values.get(rule.target)
                if not isinstance(held, int | Decimal) or held < needed:
                    raise CannotSatisfyError(f"{name} takes more than there is")

    def follow_action(self, record: Record, rule: Action, inputs: Mapping[str, Value]) -> None:
        """What the service must do at an action."""
        record.values.update(inputs)
        record.values["updated_at"] = self.now
        record.done[rule.id] = record.done.get(rule.id, 0) + 1
        if rule.target:
            record.values[self.blueprint.state_field(record.entity.name)] = rule.target
        self._follow(record, rule.name)

    def walk(self, record: Record, state: str) -> None:
        """Brings the record in a state by the shortest way of actions that works.

        Raises:
            CannotSatisfyError: no way works.
        """
        ways = self.blueprint.ways(record.entity.name, str(self.state(record)), state)
        for way in ways:
            try:
                with self.trial():
                    for name in way:
                        self._make_ready(record, name)
                        self.act(record, name)
                    if self.state(record) != state:
                        raise CannotSatisfyError(f"{way} leads elsewhere")
                    return
            except CannotSatisfyError:
                continue
        raise CannotSatisfyError(f"no way from {self.state(record)} to {state}")

    def _make_ready(self, record: Record, name: str) -> None:
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

    # -- making what a rule speaks of ------------------------------------------------------

    def make(
        self,
        entity: Entity | str,
        wanted: Sequence[Condition] = (),
        given: Mapping[str, Value] | None = None,
        state: str = "",
    ) -> Record:
        """A record for which all conditions hold now: made earlier, walked on, given children as needed.

        Raises:
            CannotSatisfyError: none of the ways tried gives one.
        """
        found = self.specification.entity(entity) if isinstance(entity, str) else entity
        present = self.now
        last: CannotSatisfyError | None = None
        for age in AGES:
            for wishes in self._wish_lists(found, wanted, state):
                try:
                    with self.trial():
                        self.set_clock(present - age)
                        record = self._made(found, wishes, given, state)
                        self.set_clock(present)
                        return self._require(record, wanted, state)
                except CannotSatisfyError as error:
                    last = error
        raise last or CannotSatisfyError(f"no {found.name} with {wanted}")

    def _wish_lists(
        self, entity: Entity, wanted: Sequence[Condition], state: str
    ) -> list[Sequence[Condition]]:
        """The conditions with the guards on the ways to the state; without those; then nothing at all."""
        lists: list[Sequence[Condition]] = []
        machine = self.blueprint.machine(entity.name)
        if machine is not None:
            goals = [state] if state else self._state_goals(entity, wanted)
            for goal in goals:
                for way in self.blueprint.reachable(entity.name, goal):
                    guards = self.blueprint.guards_on(entity.name, way, machine.initial)
                    if guards:
                        lists.append([*wanted, *self._settable(entity, guards)])
        return [list(wanted), *lists, self._settable(entity, wanted), []]

    def _state_goals(self, entity: Entity, wanted: Sequence[Condition]) -> list[str]:
        field = self.blueprint.state_field(entity.name)
        machine = self.blueprint.machine(entity.name)
        assert machine is not None
        goals: list[str] = []
        for condition in wanted:
            if condition.left == field:
                probe = Record(entity, "", {}, 1)
                for state in machine.states:
                    probe.values[field] = state
                    if self.reading.holds(condition, probe):
                        goals.append(state)
        return goals

    def _settable(self, entity: Entity, conditions: Sequence[Condition]) -> list[Condition]:
        """Those that speak only of what a create can set."""
        writable = {field.name for field in self.blueprint.usual(entity)}
        return [condition for condition in conditions if condition.left.split(".")[0] in writable]

    def _made(
        self, entity: Entity, wishes: Sequence[Condition], given: Mapping[str, Value] | None, state: str
    ) -> Record:
        record = self.create(entity, given, wishes)
        if state and self.state(record) != state:
            self.walk(record, state)
        return record

    def _require(self, record: Record, wanted: Sequence[Condition], state: str) -> Record:
        """The record as wished, after what may still be missing: children, an action, a state."""
        for condition in wanted:
            if not self.reading.holds(condition, record):
                self.add_child_for(record, condition)
        if not self.reading.all_hold(wanted, record):
            self._act_until(record, wanted)
        if state and self.state(record) != state:
            raise CannotSatisfyError(f"not {state}")
        return record

    def _act_until(self, record: Record, wanted: Sequence[Condition]) -> None:
        """One action, or the way to one state, after which all holds."""
        machine = self.blueprint.machine(record.entity.name)
        for state in machine.states if machine else ():
            try:
                with self.trial():
                    self.walk(record, state)
                    if not self.reading.all_hold(wanted, record):
                        raise CannotSatisfyError("not there")
                    return
            except CannotSatisfyError:
                continue
        for rule in self.blueprint.actions(record.entity.name):
            try:
                with self.trial():
                    self.act(record, rule.name)
                    if not self.reading.all_hold(wanted, record):
                        raise CannotSatisfyError("not there")
                    return
            except CannotSatisfyError:
                continue
        raise CannotSatisfyError(f"{wanted} cannot be brought about")


def parse_default(default: str, type_: str) -> Value:
    """A field's literal default as a value; a moment's default is never equal to what a test sets."""
    if not default or default in ("now", "today"):
        return None
    return parse(default, type_)  # type: ignore[arg-type]
