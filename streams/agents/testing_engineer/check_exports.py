"""Tests of exports: a header row, a row for each record, cells that a table of text reads back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from schemas.specification import Criterion, Entity, Field
from streams.agents.testing_engineer.asserting import path_of
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import listing as script_list
from streams.agents.testing_engineer.solving import CannotSatisfyError
from streams.agents.testing_engineer.values import TEXTS, literal, quoted


def can_be_empty(blueprint: Blueprint, entity: Entity) -> list[Field]:
    """Fields that a create may leave empty, and that stay so."""
    return [
        field
        for field in blueprint.body_fields(entity)
        if not field.required and not field.default and not field.many
    ]


def exporting(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """An export has a header row, and a row for each record."""
    rule = next((one for one in blueprint.specification.exports if one.id == criterion.target), None)
    if rule is None:
        return
    entity = blueprint.specification.entity(rule.entity)
    path = f"{path_of(entity)}/export.csv"
    columns = ["id", *(field.name for field in entity.fields), "created_at", "updated_at"]

    def build(scenario: Scenario) -> None:
        scenario.script.write("rows = ", f'exported(client, "{path}")')
        scenario.script.check("assert ", "rows == []")
        made = [scenario.create(entity) for _ in range(2)]
        scenario.script.write("rows = ", f'exported(client, "{path}")')
        ids = ", ".join(f'str({record.variable}["id"])' for record in made)
        scenario.script.check("assert ", f'[row["id"] for row in rows] == [{ids}]')
        scenario.script.check("assert list(rows[0]) == ", script_list([quoted(name) for name in columns]))
        for field in entity.fields:
            value = made[0].values.get(field.name)
            if field.type in (*TEXTS, "choice", "money") and isinstance(value, str | Decimal):
                source = literal(value)
                scenario.script.check("assert ", f'rows[0]["{field.name}"] == {source}')

    def formula(scenario: Scenario) -> None:
        field = next(
            (
                one
                for one in blueprint.body_fields(entity)
                if one.type in ("text", "long_text") and not one.many
            ),
            None,
        )
        if field is None:
            raise CannotSatisfyError("no text")
        record = scenario.create(entity, {field.name: 'a,"b"'})
        scenario.script.write("rows = ", f'exported(client, "{path}")')
        value = f'{record.variable}["{field.name}"]'
        scenario.script.check("assert ", f'rows[0]["{field.name}"] == {value}')

    def empty(scenario: Scenario) -> None:
        left_out = {field.name: None for field in can_be_empty(blueprint, entity)}
        record = scenario.create(entity, left_out)
        cells = [
            field.name
            for field in entity.fields
            if (entity.name, field.name) not in blueprint.derived
            and scenario.reading.value(record, field.name) is None
        ]
        if not cells:
            raise CannotSatisfyError("no field can be empty")
        scenario.script.write("row = ", f'exported(client, "{path}")[0]')
        for name in cells:
            scenario.script.check("assert ", f'row["{name}"] == ""')

    yield Attempt("export", "CSV with a header row and a row for each record", build)
    yield Attempt("export_of_empty_cells", "nothing in the cell of an empty field", empty)
    yield Attempt("export_of_quotes", "a comma and quotes are kept", formula)
