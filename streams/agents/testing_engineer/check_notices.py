"""Tests of notices: raised once, when their condition begins to hold."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.specification import Criterion, Notice
from streams.agents.testing_engineer import judging
from streams.agents.testing_engineer.asserting import change
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.check_records import other_values
from streams.agents.testing_engineer.making import make
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import listing
from streams.agents.testing_engineer.solving import CannotSatisfyError, negated
from streams.agents.testing_engineer.values import Record, quoted


def notice(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """One notification for a record whose condition begins to hold, none for another."""
    rule = next((one for one in blueprint.specification.notices if one.id == criterion.target), None)
    if rule is None:
        return

    def raised(scenario: Scenario) -> None:
        record = make(scenario, rule.entity, [rule.condition])
        _notified(scenario, rule, [record])
        scenario.script.check("assert ", f'notes[0]["entity"] == {quoted(rule.entity)}')
        if rule.message:
            scenario.script.check("assert ", f'{quoted(rule.message.rstrip("."))} in notes[0]["message"]')
        scenario.script.check("assert ", 'notes[0]["created_at"].endswith("Z")')

    def once(scenario: Scenario) -> None:
        record = make(scenario, rule.entity, [rule.condition])
        for name, value in other_values(scenario, record).items():
            after = judging.shadow(record, {name: value})
            if scenario.reading.holds(rule.condition, after):
                change(scenario, record, {name: value})
                break
        else:
            raise CannotSatisfyError("every change ends the condition")
        _notified(scenario, rule, [record])

    def none(scenario: Scenario) -> None:
        make(scenario, rule.entity, [negated(rule.condition)])
        _notified(scenario, rule, [])

    def begins(scenario: Scenario) -> None:
        record = make(scenario, rule.entity, [negated(rule.condition)])
        _notified(scenario, rule, [])
        _begin(scenario, rule, record)
        _notified(scenario, rule, [record])

    yield Attempt("notice_is_raised", "one notification that names the record", raised)
    yield Attempt("notice_is_not_repeated", "still one after another change", once)
    yield Attempt("notice_begins", "none before the condition holds, one after", begins)
    yield Attempt("notice_is_not_raised", "none where the condition does not hold", none)


def _begin(scenario: Scenario, rule: Notice, record: Record) -> None:
    """Makes the condition hold: by children, by what records take from it, or by an update."""
    for step in (_by_children, _by_update):
        try:
            with scenario.trial():
                step(scenario, rule, record)
                if not scenario.reading.holds(rule.condition, record):
                    raise CannotSatisfyError("it does not begin")
                return
        except CannotSatisfyError:
            continue
    raise CannotSatisfyError("no write makes the condition hold")


def _by_children(scenario: Scenario, rule: Notice, record: Record) -> None:
    scenario.add_child_for(record, rule.condition)


def _by_update(scenario: Scenario, rule: Notice, record: Record) -> None:
    body = scenario.body(record)
    for name in (rule.condition.left, rule.condition.right):
        if name in body:
            values = scenario.fitted(record, {name: record.values.get(name)}, [rule.condition])
            change(scenario, record, values)
            return
    raise CannotSatisfyError("no field of it can be sent")


def _notified(scenario: Scenario, rule: Notice, about: list[Record]) -> None:
    scenario.script.write("page = ", 'client.get("/notifications").json()')
    scenario.script.write(
        "notes = ", f'[note for note in page["items"] if note["rule"] == {quoted(rule.id)}]'
    )
    ids = listing([f'{record.variable}["id"]' for record in about])
    scenario.script.check('assert [note["entity_id"] for note in notes] == ', ids)
