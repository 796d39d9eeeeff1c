"""The data keys in Postgres: one for each subject, wrapped by the master key, in a schema of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import psycopg

from connectors.resilience.outgoing import Outgoing
from connectors.resilience.policy import CallPolicy
from schemas.errors import SetupError

T = TypeVar("T")
SERVICE = "personal-data"
_TABLES = """
CREATE TABLE IF NOT EXISTS subject_keys (
    key_id uuid PRIMARY KEY,
    subject text UNIQUE,
    wrapped_key bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at timestamptz
);
CREATE TABLE IF NOT EXISTS delivery_keys (
    delivery_id text PRIMARY KEY,
    key_id uuid NOT NULL REFERENCES subject_keys
);
CREATE INDEX IF NOT EXISTS delivery_keys_of_key ON delivery_keys (key_id);
"""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A subject's key; `wrapped` is None once it is erased."""

    key_id: str
    wrapped: bytes | None


class KeyStore:
    """The keys. Threads may share it; it holds one connection, and connects again where that is lost."""

    def __init__(self, url: str, policy: CallPolicy) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._connection: psycopg.Connection | None = None
        self._calls = Outgoing("key-store", policy, is_failure=_is_away)

    def create_tables(self) -> None:
        """Create what is missing."""
        self._ask(lambda connection: connection.execute(_TABLES))

    def key_of_subject(self, subject: str, fresh: StoredKey) -> StoredKey:
        """The subject's key; `fresh` from now on where it has none."""

        def ask(connection: psycopg.Connection) -> StoredKey:
            connection.execute(
                "INSERT INTO subject_keys (key_id, subject, wrapped_key) VALUES (%s, %s, %s)"
                " ON CONFLICT (subject) DO NOTHING",
                (fresh.key_id, subject, fresh.wrapped),
            )
            query = "SELECT key_id, wrapped_key FROM subject_keys WHERE subject = %s"
            return _stored(connection.execute(query, (subject,)).fetchone()) or fresh

        return self._ask(ask)

    def key(self, key_id: str) -> StoredKey | None:
        """The key of this id, None where it was never there."""
        query = "SELECT key_id, wrapped_key FROM subject_keys WHERE key_id::text = %s"
        return self._ask(lambda connection: _stored(connection.execute(query, (key_id,)).fetchone()))

    def assign(self, delivery_id: str, key_id: str) -> str:
        """Let the key seal the delivery's texts, and give the one that does: the first one stays."""

        def ask(connection: psycopg.Connection) -> str:
            connection.execute(
                "INSERT INTO delivery_keys (delivery_id, key_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (delivery_id, key_id),
            )
            return self._key_of_delivery(connection, delivery_id) or key_id

        return self._ask(ask)

    def key_of_delivery(self, delivery_id: str) -> str | None:
        """Id of the key that seals the delivery's texts."""
        return self._ask(lambda connection: self._key_of_delivery(connection, delivery_id))

    def erase(self, subject: str) -> tuple[str, tuple[str, ...]] | None:
        """Delete the subject's key, and give its id and the deliveries that it sealed; None without a key.

        The subject stays known until `forget`, so that an erasure that was interrupted can be done again.
        """

        def ask(connection: psycopg.Connection) -> tuple[str, tuple[str, ...]] | None:
            row = connection.execute(
                "UPDATE subject_keys SET wrapped_key = NULL, erased_at = COALESCE(erased_at, now())"
                " WHERE subject = %s RETURNING key_id",
                (subject,),
            ).fetchone()
            if row is None:
                return None
            query = "SELECT delivery_id FROM delivery_keys WHERE key_id = %s ORDER BY delivery_id"
            return str(row[0]), tuple(found for (found,) in connection.execute(query, (row[0],)))

        return self._ask(ask)

    def forget(self, key_id: str) -> None:
        """Forget whose key it was."""
        query = "UPDATE subject_keys SET subject = NULL WHERE key_id::text = %s"
        self._ask(lambda connection: connection.execute(query, (key_id,)))

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @staticmethod
    def _key_of_delivery(connection: psycopg.Connection, delivery_id: str) -> str | None:
        query = "SELECT key_id FROM delivery_keys WHERE delivery_id = %s"
        row = connection.execute(query, (delivery_id,)).fetchone()
        return str(row[0]) if row else None

    def _ask(self, question: Callable[[psycopg.Connection], T]) -> T:
        def ask() -> T:
            with self._lock:
                if self._connection is None or self._connection.closed:
                    self._connection = psycopg.connect(self._url, autocommit=True, connect_timeout=5)
                return question(self._connection)

        try:
            return self._calls.call(ask, is_repeatable=True)
        except (psycopg.Error, TimeoutError) as error:
            raise SetupError(
                "Asking for the keys of personal data",
                why=str(error).strip(),
                todo="Check DATABASE_URL; nothing is taken as erased while the keys cannot be read",
            ) from error


def _stored(row: tuple[UUID, bytes | None] | None) -> StoredKey | None:
    return None if row is None else StoredKey(str(row[0]), None if row[1] is None else bytes(row[1]))


def _is_away(error: BaseException) -> bool:
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
