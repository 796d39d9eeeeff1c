"""Tests of reports: exact totals by group, of the records that count and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schemas.specification import Criterion, Entity, Field, Report
from streams.agents.testing_engineer.asserting import refused
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.check_exports import can_be_empty
from streams.agents.testing_engineer.making import make, make_unlike
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import (
    Braces,
    Call,
    Compared,
    Named,
    Node,
    dictionary,
    flat,
    item_path,
)
from streams.agents.testing_engineer.solving import CannotSatisfyError
from streams.agents.testing_engineer.values import Record, Unknown, Value, literal


@dataclass(frozen=True, slots=True)
class Totals:
    """What a report must say.

    Attributes:
        rows: source of the groups' values, with the total of each.
        total: over all.
    """

    rows: tuple[tuple[tuple[str, ...], Decimal], ...]
    total: Decimal


def report(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """Totals by group, filtered, and for one parent."""
    rule = next((one for one in blueprint.specification.reports if one.id == criterion.target), None)
    if rule is None:
        return
    yield Attempt("report_of_nothing", "no rows and a total of zero", _empty(rule))
    yield Attempt("report", "exact totals by group", _whole(rule))
    entity = blueprint.specification.entity(rule.entity)
    grouping = {_grouped(path) for path in rule.group_by}
    for field in can_be_empty(blueprint, entity):
        if field.name in grouping:
            name = f"report_without_{field.name}"
            yield Attempt(name, "those without it make a group of their own", _without(rule, field))
    if rule.where:
        yield Attempt("report_leaves_out", "records that do not count are left out", _unlike(rule))
    if rule.within:
        yield Attempt("report_of_one_parent", "the totals of its records alone", _of_parent(rule))
    for field in entity.fields:
        if field.type in ("choice", "reference") and not field.many:
            yield Attempt(
                f"report_filtered_by_{field.name}",
                "the totals of those with the value",
                _filtered(rule, field),
            )
            break


def _empty(rule: Report) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        _reports(scenario, rule, f'"/reports/{rule.name}"', [])

    return build


def _some(scenario: Scenario, rule: Report) -> list[Record]:
    """Records that count: two of one group where that is possible, and one of another."""
    entity = scenario.specification.entity(rule.entity)
    first = make(scenario, entity, rule.where)
    given = _alike(scenario, rule, entity, first)
    if given:
        try:
            with scenario.trial():
                make(scenario, entity, rule.where, given)
        except CannotSatisfyError:
            pass
    make(scenario, entity, rule.where)
    return [
        record for record in scenario.world.live(rule.entity) if scenario.reading.all_hold(rule.where, record)
    ]


def _alike(scenario: Scenario, rule: Report, entity: Entity, record: Record) -> dict[str, Value]:
    """Values that put another record in the group of the first."""
    writable = {field.name for field in scenario.blueprint.body_fields(entity)}
    names = {_grouped(path) for path in rule.group_by} & writable
    return {name: record.values[name] for name in sorted(names)}


def _grouped(path: str) -> str:
    """The record's own field that a group is found by."""
    return path.rpartition(":")[2].split(".")[0]


def _without(rule: Report, field: Field) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        make(scenario, rule.entity, rule.where, {field.name: None})
        make(scenario, rule.entity, rule.where)
        live = scenario.world.live(rule.entity)
        counted = [one for one in live if scenario.reading.all_hold(rule.where, one)]
        _reports(scenario, rule, f'"/reports/{rule.name}"', counted)

    return build


def _whole(rule: Report) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        records = _some(scenario, rule)
        _reports(scenario, rule, f'"/reports/{rule.name}"', records)

    return build


def _unlike(rule: Report) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        make(scenario, rule.entity, rule.where)
        make_unlike(scenario, rule.entity, rule.where)
        counted = [
            one for one in scenario.world.live(rule.entity) if scenario.reading.all_hold(rule.where, one)
        ]
        _reports(scenario, rule, f'"/reports/{rule.name}"', counted)

    return build


def _of_parent(rule: Report) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        records = _some(scenario, rule)
        parent = scenario.reading.value(records[0], rule.within)
        if not isinstance(parent, Record):
            raise CannotSatisfyError(f"{rule.within} is empty")
        own = [one for one in records if scenario.reading.value(one, rule.within) is parent]
        _reports(scenario, rule, item_path(parent, "/" + rule.name), own)
        path = f'"/{parent.entity.plural}/999999/{rule.name}"'
        refused(scenario, "get", path, None, 404)

    return build


def _filtered(rule: Report, field: Field) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        records = _some(scenario, rule)
        value = records[0].values.get(field.name)
        if value is None:
            raise CannotSatisfyError(f"{field.name} is empty")
        shown = [one for one in records if one.values.get(field.name) == value]
        _reports(scenario, rule, f'"/reports/{rule.name}"', shown, {field.name: value})

    return build


def group_key(path: str) -> str:
    """Name of a group in a row: the last part of its path, or the cut of a date."""
    return path.partition(":")[0] if ":" in path else path.rpartition(".")[2]


def group_value(scenario: Scenario, record: Record, path: str) -> str:
    """Source of the value of a group."""
    cut, _, rest = path.rpartition(":")
    value = scenario.reading.value(record, rest)
    if isinstance(value, Unknown):
        raise CannotSatisfyError(f"{rest} is not known")
    if cut and isinstance(value, date):
        return f'"{value:%Y-%m}"' if cut == "month" else f'"{value:%Y-%m-%d}"'
    return literal(value)


def measured(scenario: Scenario, rule: Report, record: Record) -> Decimal:
    """What a record adds to its total; nothing where one of its factors is empty."""
    product = Decimal(1)
    for path in rule.measure:
        value = scenario.reading.value(record, path)
        if not isinstance(value, int | Decimal):
            return Decimal(0)
        product *= Decimal(value)
    return product


def totals(scenario: Scenario, rule: Report, records: list[Record]) -> Totals:
    """Totals of the records by group, in order of their first record."""
    groups: dict[tuple[str, ...], Decimal] = {}
    for record in records:
        key = tuple(group_value(scenario, record, path) for path in rule.group_by)
        groups[key] = groups.get(key, Decimal(0)) + measured(scenario, rule, record)
    return Totals(tuple(groups.items()), sum(groups.values(), Decimal(0)))


def _amount(scenario: Scenario, rule: Report, amount: Decimal) -> str:
    """Source of a total: a whole number, or the text of an exact decimal."""
    entity = scenario.specification.entity(rule.entity)
    types = [found.type for path in rule.measure if (found := scenario.reading.field_at(entity, path))]
    if all(type_ == "integer" for type_ in types):
        return str(int(amount))
    if "money" in types:
        return f'"{amount.quantize(Decimal("0.01")):f}"'
    return literal(amount)


def _reports(
    scenario: Scenario,
    rule: Report,
    path: str,
    records: list[Record],
    query: Mapping[str, Value] | None = None,
) -> None:
    """The report must say just this; its rows may come in any order."""
    said = totals(scenario, rule, records)
    arguments: list[Node] = [path]
    if query:
        arguments.append(Named("params", dictionary(query)))
    scenario.script.write("report = ", Call("accepted", (Call("client.get", tuple(arguments)),)))
    scenario.script.check("assert ", f'report["total"] == {_amount(scenario, rule, said.total)}')
    if not rule.group_by:
        return
    rows = []
    for key, amount in said.rows:
        pairs = [
            *zip(map(group_key, rule.group_by), key, strict=True),
            ("total", _amount(scenario, rule, amount)),
        ]
        rows.append(flat(Braces(tuple(pairs))))
    scenario.script.write("rows = ", 'report["rows"]')
    scenario.script.check("assert ", f"len(rows) == {len(rows)}")
    for row in rows:
        scenario.script.check("assert ", Compared(row, "in", "rows"))
