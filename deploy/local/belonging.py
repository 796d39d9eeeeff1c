"""A database belongs to one broker: it holds positions in that broker's log, void in any other."""

from __future__ import annotations

import psycopg
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from schemas.errors import SetupError

_TIMEOUT_SECONDS = 20.0


def check_belonging(brokers: str, database_url: str) -> None:
    """Note the broker's cluster in a new database, and refuse one that belongs to another cluster.

    Raises:
        SetupError: the database belongs to another cluster, or one of both does not answer.
    """
    client = AdminClient({"bootstrap.servers": brokers})
    try:
        cluster = client.list_topics(timeout=_TIMEOUT_SECONDS).cluster_id
        with psycopg.connect(database_url) as connection:
            noted = _noted(connection, cluster)
    except (KafkaException, psycopg.Error) as error:
        raise SetupError(
            f"Noting in the database that it belongs to the broker at {brokers}",
            why=str(error).strip(),
            todo="Check both with: streamwright doctor",
        ) from error
    if noted != cluster:
        raise SetupError(
            f"Using the database together with the broker at {brokers}",
            why=f"it holds positions in the log of another cluster ({noted}, not {cluster}), "
            "so that events of this one would be skipped",
            todo="Use the former broker, or a new database, or another STREAMWRIGHT_HOME",
        )


def _noted(connection: psycopg.Connection, cluster: str | None) -> str | None:
    """The cluster that the database belongs to: the one noted, else this one, which is noted."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('streamwright.cluster'))")
    connection.execute("CREATE SCHEMA IF NOT EXISTS streamwright")
    connection.execute("CREATE TABLE IF NOT EXISTS streamwright.cluster (id text PRIMARY KEY)")
    row = connection.execute("SELECT id FROM streamwright.cluster").fetchone()
    if row is not None:
        return str(row[0])
    connection.execute("INSERT INTO streamwright.cluster VALUES (%s)", (cluster,))
    return cluster
