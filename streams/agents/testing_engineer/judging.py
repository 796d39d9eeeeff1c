"""Which rules refuse a write: the tester's own judgement, by which every scenario is checked.

Each function yields refusals in the order in which the service must make its checks, so the first one
tells the status of the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from schemas.specification import Action, Limit, NoOverlap, PeriodLock
from streams.agents.testing_engineer.evaluation import Reading
from streams.agents.testing_engineer.solving import comparison_fields
from streams.agents.testing_engineer.values import Record, Value, aligned
from streams.agents.testing_engineer.world import World, held_number


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that refuses, and the status of its answer."""

    status: int
    rule: str


def of_create(world: World, record: Record) -> Iterator[Refusal]:
    """Why a create of the complete record would be refused."""
    yield from _locks(world, record, "create")
    for rule in world.blueprint.comparisons(record.entity.name):
        if not world.reading.holds(rule.condition, record):
            yield Refusal(422, rule.id)
    yield from _conflicts(world, record, None)
    yield from _floors(world, record, "create")


def of_change(world: World, record: Record, values: Mapping[str, Value]) -> Iterator[Refusal]:
    """Why an update of the record with these values would be refused."""
    after = shadow(record, values)
    yield from _locks(world, record, "update")
    if any(isinstance(value, Record) for value in values.values()):
        yield from _locks(world, after, "update")
    yield from _period_locks(world, after)
    for rule in world.blueprint.comparisons(record.entity.name):
        touched = {name.split(".")[0] for name in comparison_fields(rule)} & set(values)
        if touched and not world.reading.holds(rule.condition, after):
            yield Refusal(422, rule.id)
    yield from _conflicts(world, after, record)


def of_action(world: World, record: Record, name: str, inputs: Mapping[str, Value]) -> Iterator[Refusal]:
    """Why an action would be refused."""
    rule = rule_for(world, record, name, inputs)
    if rule is None:
        yield Refusal(409, name)
        return
    changes: dict[str, Value] = dict(inputs)
    if rule.target:
        changes[world.blueprint.state_field(record.entity.name)] = rule.target
    after = shadow(record, changes)
    for comparison in world.blueprint.comparisons(record.entity.name):
        touched = {one.split(".")[0] for one in comparison_fields(comparison)} & set(inputs)
        if touched and not world.reading.holds(comparison.condition, after):
            yield Refusal(422, comparison.id)
    yield from _conflicts(world, after, record)
    yield from _floors(world, after, name)


def rule_for(world: World, record: Record, name: str, inputs: Mapping[str, Value]) -> Action | None:
    """The action that would be done: the first whose sources and guards hold."""
    for rule in world.blueprint.actions(record.entity.name, name):
        if rule.at_most and record.done.get(rule.id, 0) >= rule.at_most:
            continue
        if rule.sources and world.state(record) not in rule.sources:
            continue
        if world.reading.all_hold(rule.guards, shadow(record, inputs)):
            return rule
    return None


def of_delete(world: World, record: Record) -> Iterator[Refusal]:
    """Why a delete would be refused."""
    yield from _locks(world, record, "delete")
    going = _family(world, record)
    for gone in going:
        for other in world.referring(gone):
            if other not in going:
                yield Refusal(409, "referred")


def _family(world: World, record: Record) -> list[Record]:
    found = [record]
    for child in world.children(record):
        found += _family(world, child)
    return found


def shadow(record: Record, values: Mapping[str, Value]) -> Record:
    """The record as it would be with other values."""
    return Record(
        record.entity,
        record.variable,
        {**record.values, **values},
        record.number,
        record.done,
        shadows=record.itself,
    )


def _locks(world: World, record: Record, operation: str) -> Iterator[Refusal]:
    for rule in world.blueprint.specification.locks:
        if rule.entity != record.entity.name or operation not in rule.refused:
            continue
        if not rule.via and operation == "create":
            continue
        owner = world.reading.value(record, rule.via) if rule.via else record
        if isinstance(owner, Record) and world.state(owner) in rule.states:
            yield Refusal(409, rule.id)
    yield from _period_locks(world, record)


def _period_locks(world: World, record: Record) -> Iterator[Refusal]:
    for rule in world.blueprint.specification.period_locks:
        if rule.entity != record.entity.name:
            continue
        own = period(rule, world.reading.value(record, rule.date_field))
        if own is None:
            continue
        for lock in world.live(rule.lock_entity):
            if period(rule, world.reading.value(lock, rule.lock_date_field)) == own:
                yield Refusal(409, rule.id)


def period(rule: PeriodLock, value: Value) -> tuple[int, ...] | None:
    """The day, the ISO week or the month of a date."""
    if not isinstance(value, date):
        return None
    if rule.period == "week":
        return value.isocalendar()[:2]
    return (value.year, value.month) if rule.period == "month" else (value.year, value.month, value.day)


def _conflicts(world: World, record: Record, before: Record | None) -> Iterator[Refusal]:
    """Uniqueness, overlaps and limits; `before` is the record itself where it exists already."""
    others = [one for one in world.live(record.entity.name) if one is not before]
    for item in record.entity.fields:
        if item.unique and _same_in(world.reading, [item.name], record, others):
            yield Refusal(409, item.name)
    for rule in world.blueprint.specification.uniques:
        if rule.entity == record.entity.name and world.state(record) not in rule.ignoring_states:
            counted = [one for one in others if world.state(one) not in rule.ignoring_states]
            if _same_in(world.reading, rule.fields, record, counted):
                yield Refusal(409, rule.id)
    for overlap in world.blueprint.specification.overlaps:
        if overlap.entity == record.entity.name and overlapping(world, overlap, record, others):
            yield Refusal(409, overlap.id)
    for limit in world.blueprint.limits(record.entity.name):
        if exceeds(world, limit, record, others):
            yield Refusal(409, limit.id)


def _same_in(reading: Reading, paths: Sequence[str], record: Record, others: Sequence[Record]) -> bool:
    own = [reading.value(record, path) for path in paths]
    if any(value is None for value in own):
        return False
    return any([reading.value(other, path) for path in paths] == own for other in others)


def interval(reading: Reading, rule: NoOverlap, record: Record) -> tuple[Value, Value]:
    """Start and end of a record; None where one is open."""
    start = reading.value(record, rule.start)
    if rule.end:
        return start, reading.value(record, rule.end)
    minutes = reading.value(record, rule.duration_minutes)
    if not isinstance(start, datetime) or not isinstance(minutes, int | Decimal):
        return start, None
    return start, start + timedelta(minutes=float(minutes))


def overlapping(world: World, rule: NoOverlap, record: Record, others: Sequence[Record]) -> bool:
    """Whether the record's interval meets another one of the same resource."""
    if world.state(record) in rule.ignoring_states:
        return False
    reading = world.reading
    start, end = interval(reading, rule, record)
    for other in others:
        if world.state(other) in rule.ignoring_states:
            continue
        if any(reading.value(other, name) != reading.value(record, name) for name in rule.within):
            continue
        other_start, other_end = interval(reading, rule, other)
        if _before(start, other_end) and _before(other_start, end):
            return True
    return False


def _before(left: Value, right: Value) -> bool:
    if left is None or right is None:
        return True
    one, other = aligned(left, right)
    return one < other  # type: ignore[operator]


def measured(world: World, rule: Limit, records: Sequence[Record]) -> Decimal:
    """The count or the sum over the records."""
    if rule.measure == "count":
        return Decimal(len(records))
    found = (world.reading.value(record, rule.measure) for record in records)
    return sum((Decimal(value) for value in found if isinstance(value, int | Decimal)), Decimal(0))


def group_of(world: World, rule: Limit, record: Record) -> list[Value]:
    """What makes the group of a record."""
    return [world.reading.value(record, path) for path in rule.group_by]


def exceeds(world: World, rule: Limit, record: Record, others: Sequence[Record]) -> bool:
    """Whether the record would bring its group above the maximum."""
    if world.state(record) in rule.ignoring_states:
        return False
    group = group_of(world, rule, record)
    counted = [
        one
        for one in others
        if world.state(one) not in rule.ignoring_states and group_of(world, rule, one) == group
    ]
    maximum = limit_of(world, rule, record)
    return maximum is not None and measured(world, rule, [*counted, record]) > maximum


def limit_of(world: World, rule: Limit, record: Record) -> Decimal | None:
    """The maximum that counts for the record's group."""
    if rule.maximum.startswith("="):
        return Decimal(rule.maximum[1:])
    found = world.reading.value(record, rule.maximum)
    return Decimal(found) if isinstance(found, int | Decimal) else None


def _floors(world: World, record: Record, event: str) -> Iterator[Refusal]:
    for rule in world.adjustments(record, event):
        target = world.reading.value(record, rule.via)
        if not rule.floor or not isinstance(target, Record):
            continue
        left = held_number(target, rule.target) + rule.sign * world.amount(record, rule)
        if left < Decimal(rule.floor):
            yield Refusal(409, rule.id)
