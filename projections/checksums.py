"""Checksums of read-model tables, which depend on the rows alone: not on their order or age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from projections.models.tables import APPEND_TABLES, MERGED_TABLES
from projections.store import Connection


@dataclass(frozen=True, slots=True)
class TableChecksum:
    """Number of rows, and SHA-256 over the sorted SHA-256 of each; '' where the table is missing."""

    rows: int
    sha256: str


def checksums(connection: Connection, schema: str) -> dict[str, TableChecksum]:
    """The checksum of each read-model table of the schema.

    The connection must be in autocommit mode.
    """
    connection.execute("SET timezone = 'UTC'")
    tables = [*(table.name for table in MERGED_TABLES), *(table.name for table in APPEND_TABLES)]
    return {name: _checksum(connection, schema, name) for name in tables}


def differing(one: Mapping[str, TableChecksum], other: Mapping[str, TableChecksum]) -> tuple[str, ...]:
    """Names of the tables that differ, sorted."""
    return tuple(sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name)))


def _checksum(connection: Connection, schema: str, table: str) -> TableChecksum:
    statement = sql.SQL(
        "SELECT count(*), encode(sha256(coalesce(string_agg(digest, ''::bytea ORDER BY digest), '')), 'hex')"
        " FROM (SELECT sha256(convert_to(kept::text, 'UTF8')) AS digest FROM {} AS kept) AS digests"
    ).format(sql.Identifier(schema, table))
    try:
        row = connection.execute(statement).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return TableChecksum(0, "")
    assert row is not None
    return TableChecksum(int(str(row[0])), str(row[1]))
