"""What the service must hold at each moment of a test: records, clock, and what a write does besides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from schemas.specification import Action, Adjustment, Entity, Expiry
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.evaluation import Reading
from streams.agents.testing_engineer.values import NOW, Record, Unknown, Value, exact, parse


@dataclass
class World:
    """The records of one test, as the service must have them.

    Attributes:
        blueprint: the specification.
        records: in order of creation, deleted ones too.
        now: what the clock says.
    """

    blueprint: Blueprint
    records: list[Record] = field(default_factory=list)
    now: datetime = NOW

    @property
    def reading(self) -> Reading:
        """How conditions read at this moment."""
        return Reading(self.blueprint.specification, self.records, self.now)

    def state(self, record: Record) -> Value:
        """State of the record, None where it has none."""
        return record.values.get(self.blueprint.state_field(record.entity.name))

    def live(self, entity: str) -> list[Record]:
        """The entity's records that are still there."""
        return [record for record in self.records if record.entity.name == entity and not record.deleted]

    def move_to(self, now: datetime) -> None:
        """Moves the clock; what has expired by then goes to its next state."""
        self.now = now
        for rule in self.blueprint.specification.expiries:
            for record in self.live(rule.entity):
                if self._expired(rule, record):
                    record.values[self.blueprint.state_field(rule.entity)] = rule.target
                    record.values["updated_at"] = Unknown()

    def _expired(self, rule: Expiry, record: Record) -> bool:
        start = self.reading.value(record, rule.start)
        if self.state(record) not in rule.sources or not isinstance(start, datetime):
            return False
        return start + timedelta(minutes=rule.minutes) <= self.now

    def fill_what_the_service_sets(self, record: Record) -> None:
        """Completes a record that a create is about to make: initial state, defaults, nulls."""
        record.values.setdefault("created_at", self.now)
        record.values.setdefault("updated_at", self.now)
        machine = self.blueprint.machine(record.entity.name)
        for item in record.entity.fields:
            if item.name in record.values or (record.entity.name, item.name) in self.blueprint.derived:
                continue
            if machine is not None and item.name == machine.field:
                record.values[item.name] = machine.initial
            else:
                record.values[item.name] = self.default(record.entity, item.name)

    def default(self, entity: Entity, name: str) -> Value:
        """What a field holds that no one has set."""
        item = entity.field(name)
        assert item is not None
        if item.default in ("now", "today"):
            return self.now if item.default == "now" and item.type == "datetime" else self.now.date()
        if item.default:
            one = parse(item.default, item.type)
            one = exact(one, item) if isinstance(one, Decimal) else one
            return (one,) if item.many else one
        return () if item.many else None

    def created(self, record: Record) -> None:
        """Follows a create that was accepted."""
        record.values["created_at"] = record.values["updated_at"] = self.now
        self.records.append(record)
        for rule in self.blueprint.specification.derivations:
            if rule.entity != record.entity.name:
                continue
            if rule.kind == "copy":
                record.values[rule.field] = self.reading.value(record, rule.operands[0])
            elif rule.kind == "sequence":
                record.values[rule.field] = sum(1 for one in self.records if one.entity.name == rule.entity)
            elif rule.kind == "code":
                record.values[rule.field] = Unknown()
        self._follow(record, "create")

    def changed(self, record: Record, values: Mapping[str, Value]) -> None:
        """Follows an update that was accepted."""
        record.values.update(values)
        record.values["updated_at"] = self.now

    def acted(self, record: Record, rule: Action, inputs: Mapping[str, Value]) -> None:
        """Follows an action that was accepted."""
        record.values.update(inputs)
        record.values["updated_at"] = self.now
        record.done[rule.id] = record.done.get(rule.id, 0) + 1
        if rule.target:
            record.values[self.blueprint.state_field(record.entity.name)] = rule.target
        self._follow(record, rule.name)

    def removed(self, record: Record) -> None:
        """Follows a delete that was accepted: children go too."""
        record.deleted = True
        for child in self.children(record):
            self.removed(child)

    def children(self, record: Record) -> list[Record]:
        """Records that are deleted with it."""
        return [one for one in self.referring(record) if one.values.get(one.entity.parent) is record]

    def referring(self, record: Record) -> list[Record]:
        """Records that refer to it."""
        return [
            one
            for one in self.records
            if not one.deleted
            and any(
                one.values.get(item.name) is record for item in one.entity.fields if item.type == "reference"
            )
        ]

    def _follow(self, record: Record, event: str) -> None:
        for effect in self.blueprint.specification.effects:
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
                self._touched(target)
        for rule in self.adjustments(record, event):
            target = self.reading.value(record, rule.via)
            if isinstance(target, Record):
                target.values[rule.target] = held_number(target, rule.target) + rule.sign * self.amount(
                    record, rule
                )
                self._touched(target)

    def _touched(self, record: Record) -> None:
        """Whether a change by the service itself counts as an update is left open."""
        if record.values.get("updated_at") != self.now:
            record.values["updated_at"] = Unknown()

    def adjustments(self, record: Record, event: str) -> Iterator[Adjustment]:
        """Adjustments that the event sets off, in order."""
        for rule in self.blueprint.specification.adjustments:
            set_off = (rule.entity, rule.on) == (record.entity.name, event)
            if set_off and self.reading.all_hold(rule.when, record):
                yield rule

    def amount(self, record: Record, rule: Adjustment) -> int | Decimal:
        """How much an adjustment adds or takes."""
        like = self.reading.field_at(record.entity, f"{rule.via}.{rule.target}")
        found = self.reading.operand(rule.amount, record, like)
        return found if isinstance(found, int | Decimal) else 0


def held_number(record: Record, name: str) -> int | Decimal:
    """The number a field holds, 0 where it holds none."""
    held = record.values.get(name)
    return held if isinstance(held, int | Decimal) else 0
