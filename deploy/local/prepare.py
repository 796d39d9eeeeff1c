"""Prepare broker and database for the services: topics, roles, schemas, tables. Idempotent."""

from __future__ import annotations

from importlib.resources import as_file, files

from connectors.kafka.topics import ensure_topics
from connectors.personal_data.key_store import SERVICE as PERSONAL_DATA
from connectors.personal_data.key_store import KeyStore
from connectors.postgres.migrations import apply
from connectors.postgres.roles import ensure_role, schema_of, service_url
from connectors.resilience.policy import policy_of
from connectors.settings import Settings
from deploy.local.belonging import check_belonging
from schemas.errors import SetupError
from streams.agents.registry import DECIDERS
from streams.runtime.store import EventStore

PROJECTIONS = "projections"


def prepare(settings: Settings) -> None:
    """Create what is missing.

    Raises:
        SetupError: broker or database cannot be reached, or refuses, or they do not belong together.
    """
    brokers, database_url = settings.kafka_brokers, settings.database_url
    if not brokers or not database_url:
        raise SetupError(
            "Preparing broker and database",
            why="KAFKA_BROKERS or DATABASE_URL is not set",
            todo="Start the local ones with: streamwright up",
        )
    ensure_topics(brokers, replication=settings.replication_factor)
    check_belonging(brokers, database_url)
    for service in DECIDERS:
        ensure_role(database_url, service)
        store = EventStore(service_url(database_url, service), schema_of(service))
        store.create_table()
        store.datastore.close()
    if settings.encrypt_personal:
        ensure_role(database_url, PERSONAL_DATA)
        KeyStore(service_url(database_url, PERSONAL_DATA), policy_of(settings)).create_tables()
    ensure_role(database_url, PROJECTIONS)
    with as_file(files("projections") / "migrations") as folder:
        apply(service_url(database_url, PROJECTIONS), folder, schema_of(PROJECTIONS))
