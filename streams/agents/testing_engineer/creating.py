"""The first half of a scenario: its clock, and records that are created with all they need."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

from schemas.specification import Condition, Entity
from streams.agents.testing_engineer import judging
from streams.agents.testing_engineer.blueprint import Blueprint, snake
from streams.agents.testing_engineer.evaluation import Reading
from streams.agents.testing_engineer.judging import Refusal
from streams.agents.testing_engineer.planning import Draft
from streams.agents.testing_engineer.script import Call, Script, collection_path, dictionary
from streams.agents.testing_engineer.solving import CannotSatisfyError, Plan
from streams.agents.testing_engineer.values import Record, Value, iso
from streams.agents.testing_engineer.world import World, held_number


class Creating(ABC):
    """Writes steps that create records, and follows what the service must do at each.

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

    @abstractmethod
    def walk(self, record: Record, state: str) -> None:
        """Brings the record in a state by steps that people take."""

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
