"""Read-model tables whose rows come out the same in whatever order the topics are read.

A row consists of facets: groups of columns that are set together. Each facet keeps the values of
the event with the highest order (numbers that depend on the event alone, never on the time or
sequence of its arrival). Such a merge is commutative, associative and idempotent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


@dataclass(frozen=True, slots=True)
class Json:
    """A value of a jsonb column."""

    value: object


Value = str | int | float | bool | datetime | Json | None
Key = tuple[str | int, ...]
Order = tuple[int, ...]

BY_ATTEMPT = "%09d.%03d.%02d.%06d.%018d"
"""How orders by attempt, rank and position are kept: as texts that sort as the numbers do."""


@dataclass(frozen=True, slots=True, eq=False)
class Facet:
    """Columns that are set together.

    Attributes:
        name: the order is kept in the column <name>_order.
        defaults: value of each column as long as no event has set it.
        order_text: format of that column; all orders of a facet have the same numbers of digits.
    """

    name: str
    defaults: dict[str, Value]
    order_text: str = BY_ATTEMPT

    @property
    def columns(self) -> tuple[str, ...]:
        """The order's column, and then those of the values."""
        return (f"{self.name}_order", *self.defaults)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table whose rows are merged from facets."""

    name: str
    key: tuple[str, ...]
    facets: tuple[Facet, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns in the order in which rows are written."""
        return (*self.key, *(column for facet in self.facets for column in facet.columns))


@dataclass(frozen=True, slots=True, eq=False)
class AppendTable:
    """A table with one row for each record of the log."""

    name: str
    columns: tuple[str, ...]


class Change(NamedTuple):
    """New values of one facet of one row; they count if their order is the highest."""

    table: Table
    key: Key
    facet: int
    order: Order
    values: tuple[Value, ...]


FacetState = tuple[Order, tuple[Value, ...]]
MergedRows = dict[Table, dict[Key, list[FacetState | None]]]


def merge(rows: MergedRows, changes: Iterable[Change]) -> None:
    """Merge the changes into the rows, in place."""
    for table, key, facet, order, values in changes:
        by_key = rows.get(table)
        if by_key is None:
            by_key = rows[table] = {}
        states = by_key.get(key)
        if states is None:
            states = by_key[key] = [None] * len(table.facets)
        current = states[facet]
        if current is None or order > current[0]:
            states[facet] = (order, values)


def flat_row(table: Table, key: Key, states: list[FacetState | None]) -> tuple[Value, ...]:
    """The row's values in the order of the table's columns."""
    row: list[Value] = list(key)
    for facet, state in zip(table.facets, states, strict=True):
        if state is None:
            row.append("")
            row.extend(facet.defaults.values())
        else:
            # Texts are made here, once a row: for every change of it they would take 2 µs an event.
            row.append(facet.order_text % state[0])
            row.extend(state[1])
    return tuple(row)
