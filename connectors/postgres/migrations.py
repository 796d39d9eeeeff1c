"""Applying a package's SQL migrations (yoyo) to one schema."""

from __future__ import annotations

from pathlib import Path

from psycopg.conninfo import conninfo_to_dict
from yoyo import get_backend, read_migrations
from yoyo.connections import DatabaseURI


def apply(database_url: str, folder: Path, schema: str) -> int:
    """Apply the folder's migrations that the schema has not had, and give their number.

    Args:
        database_url: connection string of the schema's owner.
    """
    backend = get_backend(_yoyo_uri(database_url, schema).uri)
    migrations = read_migrations(str(folder))
    with backend.lock(timeout=60):
        pending = backend.to_apply(migrations)
        backend.apply_migrations(pending)
    return len(pending)


def _yoyo_uri(database_url: str, schema: str) -> DatabaseURI:
    parts = conninfo_to_dict(database_url)
    host = str(parts.get("host") or "localhost")
    arguments = {"schema": schema}
    if host.startswith("/"):
        arguments["host"] = host
        host = ""
    return DatabaseURI(
        scheme="postgresql+psycopg",
        username=str(parts.get("user") or ""),
        password=str(parts.get("password") or ""),
        hostname=host,
        port=int(parts.get("port") or 5432),
        database=str(parts.get("dbname") or ""),
        args=arguments,
    )
