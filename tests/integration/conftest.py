"""Fixtures with real servers.

One broker and one database server serve the whole run; KAFKA_BROKERS and DATABASE_URL name others.
A test that only needs a clean start takes `prepared` (new database, new topics; about 1 s). One that
stops or kills servers takes `own_broker` and `own_database` (about 3 s).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.settings import Settings
from deploy.local.prepare import prepare
from tests.servers import RealBroker, RealDatabase, delete_topics, folder_for_servers, new_database

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.integration)


@pytest.fixture(scope="session")
def kafka_brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of a real broker that all tests of the run share."""
    named = os.environ.get("KAFKA_BROKERS")
    if named:
        yield named
        return
    broker = RealBroker(tmp_path_factory.mktemp("kafka"))
    try:
        broker.start()
        yield broker.brokers
    finally:
        broker.stop()


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """Connection string of the owner of a real Postgres server that all tests of the run share."""
    named = os.environ.get("DATABASE_URL")
    if named:
        yield named
        return
    with folder_for_servers() as folder:
        database = RealDatabase(folder)
        try:
            database.start()
            yield database.url
        finally:
            database.stop()


@pytest.fixture
def fresh_database(database_url: str) -> Iterator[str]:
    """Connection string of an empty database for one test."""
    with new_database(database_url) as url:
        yield url


@pytest.fixture
def clean_brokers(kafka_brokers: str) -> str:
    """The shared broker without any topic of the system."""
    delete_topics(kafka_brokers)
    return kafka_brokers


@pytest.fixture
def prepared(clean_brokers: str, fresh_database: str, tmp_path: Path) -> Settings:
    """Settings with new topics, roles, schemas and tables, and a home folder of the test's own."""
    settings = Settings(kafka_brokers=clean_brokers, database_url=fresh_database, home=tmp_path / "home")
    prepare(settings)
    return settings


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[RealBroker]:
    """A running broker of the test's own, which it may stop, kill and start."""
    broker = RealBroker(tmp_path / "kafka")
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


@pytest.fixture
def own_database() -> Iterator[RealDatabase]:
    """A running database server of the test's own, which it may stop, kill and start."""
    with folder_for_servers() as folder:
        database = RealDatabase(folder)
        try:
            database.start()
            yield database
        finally:
            database.stop()
