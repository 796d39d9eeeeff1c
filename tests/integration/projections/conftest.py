"""Read models of a known log, and the query API over them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

import projections
from connectors.postgres.migrations import apply
from connectors.postgres.roles import ensure_role, service_url
from connectors.settings import Settings
from deploy.local.prepare import prepare
from projections.api.app import create_app
from projections.projection import project
from projections.reading import RawRecord, Reader
from projections.store import Store
from streams.audit.history import RecordedEvent
from tests.servers import new_database
from tests.unit.projections.rich_deliveries import CODEC, rich_deliveries


@dataclass(frozen=True)
class Projected:
    """A database with the read models of a log."""

    settings: Settings
    records: list[RecordedEvent]

    def of_type(self, event_type: str) -> list[RecordedEvent]:
        """The log's events of a type."""
        return [each for each in self.records if each.event.envelope.event_type == event_type]


def raw(record: RecordedEvent) -> RawRecord:
    """The event as the log keeps it."""
    place = record.position
    value = CODEC.encode(record.event)
    return RawRecord(
        place.topic, place.partition, place.offset, record.key.encode(), value, 1_767_225_600_000
    )


def project_records(database_url: str, records: list[RawRecord]) -> None:
    """Project the records with the projector's own functions, without a broker."""
    with psycopg.connect(service_url(database_url, "projections"), autocommit=True) as connection:
        store = Store(connection)
        positions = store.positions({record.place for record in records})
        project(store, Reader(), records, positions)


@pytest.fixture(scope="module")
def projected(
    kafka_brokers: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Projected]:
    """The read models of 40 finished deliveries; not to be written to."""
    records = rich_deliveries(40, seed=5)
    with new_database(database_url) as url:
        settings = Settings(
            kafka_brokers=kafka_brokers, database_url=url, home=Path(tmp_path_factory.mktemp("home"))
        )
        prepare(settings)
        project_records(url, [raw(record) for record in records])
        yield Projected(settings, records)


@pytest.fixture
async def api(projected: Projected) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the query API over `projected`."""
    async with client_of(projected.settings) as client:
        yield client


def client_of(settings: Settings, *, wait_seconds: float = 1.0) -> _Client:
    """A client of the query API in this process."""
    return _Client(settings, wait_seconds)


class _Client:
    def __init__(self, settings: Settings, wait_seconds: float) -> None:
        self._app = create_app(settings, wait_seconds=wait_seconds)
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://api")
        self._lifespan = self._app.router.lifespan_context(self._app)

    async def __aenter__(self) -> httpx.AsyncClient:
        await self._lifespan.__aenter__()
        return self._client

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()
        await self._lifespan.__aexit__(None, None, None)


@pytest.fixture
def fresh_read_models(fresh_database: str) -> str:
    """Connection string of the projections' role, with empty tables."""
    ensure_role(fresh_database, "projections")
    url = service_url(fresh_database, "projections")
    apply(url, Path(projections.__file__).parent / "migrations", "projections")
    return url
