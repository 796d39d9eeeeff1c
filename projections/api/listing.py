"""Lists with filters and cursors: what can be listed is declared, the SQL is made here.

Names of columns come from the declarations only; whatever a request names is a bound value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import LiteralString

from psycopg.sql import SQL, Composed, Identifier, Placeholder

from projections.api.cursors import CursorValue, decode_cursor, encode_cursor
from projections.api.database import Database, Row


@dataclass(frozen=True, slots=True)
class Column:
    """A column that sorts a list; never null in the listed rows."""

    name: str
    kind: type[CursorValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list of rows.

    Attributes:
        select: SELECT ... FROM ... WHERE <condition that is always there>.
        key: columns that tell rows apart; they end every sort.
        sorts: columns of each sort but the key; the first is the default.
        filters: SQL condition of each filter, with one placeholder %(name)s.
    """

    select: LiteralString
    key: tuple[Column, ...]
    sorts: Mapping[str, tuple[Column, ...]]
    filters: Mapping[str, LiteralString] = field(default_factory=dict)

    @property
    def default_sort(self) -> str:
        """The sort where none is named."""
        return next(iter(self.sorts))


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, and the cursor of the next page, None at the end."""

    rows: list[Row]
    next_cursor: str | None


async def page_of(
    database: Database,
    listing: Listing,
    wanted: Mapping[str, object],
    *,
    sort: str,
    limit: int,
    cursor: str | None,
) -> Page:
    """One page.

    Args:
        wanted: value of each filter; None for those that do not matter.
        sort: one of the listing's sorts, with '-' before it for descending.

    Raises:
        ProblemError: 400, the cursor is not one of this list.
    """
    columns = (*listing.sorts[sort.removeprefix("-")], *listing.key)
    filters = {name: value for name, value in wanted.items() if value is not None}
    arguments: dict[str, object] = {**filters, "page_limit": limit + 1}
    conditions = [SQL("({})").format(SQL(listing.filters[name])) for name in filters]
    if cursor is not None:
        values = decode_cursor(cursor, sort, [column.kind for column in columns])
        conditions.append(_behind(columns, sort))
        arguments |= {f"cursor_{index}": value for index, value in enumerate(values)}
    rows = await database.rows(_statement(listing, conditions, columns, sort), arguments)
    more, rows = len(rows) > limit, rows[:limit]
    if not more:
        return Page(rows, None)
    return Page(rows, encode_cursor(sort, [_cursor_value(rows[-1][column.name]) for column in columns]))


def _statement(
    listing: Listing, conditions: Sequence[Composed], columns: Sequence[Column], sort: str
) -> Composed:
    direction = SQL("DESC" if sort.startswith("-") else "ASC")
    order = SQL(", ").join(SQL("{} {}").format(Identifier(column.name), direction) for column in columns)
    narrowed = SQL(" AND ").join([SQL(listing.select), *conditions])
    return SQL("{} ORDER BY {} LIMIT %(page_limit)s").format(narrowed, order)


def _behind(columns: Sequence[Column], sort: str) -> Composed:
    names = SQL(", ").join(Identifier(column.name) for column in columns)
    values = SQL(", ").join(Placeholder(f"cursor_{index}") for index in range(len(columns)))
    return SQL("({}) {} ({})").format(names, SQL("<" if sort.startswith("-") else ">"), values)


def _cursor_value(value: object) -> CursorValue:
    if isinstance(value, str | int | datetime):
        return value
    raise TypeError(f"a list cannot be sorted by {value!r}")
