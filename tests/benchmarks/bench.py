"""What every benchmark is given: servers, sizes, and a fresh system to measure on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connectors.settings import Settings
from deploy.local.prepare import prepare
from tests.servers import delete_topics, new_database


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured.

    Attributes:
        repetitions: of each work; medians are told.
        log: events of the log for projection, publish and audit.
        row_by_row: events for the peer that writes each in a transaction of its own.
        hop: events that go through one agent.
        deliveries: of the whole saga, all at once.
        latency: deliveries one after the other.
        workflows: of DBOS.
        growth: sizes of the logs whose rates and memory are compared.
        partitions: numbers of partitions a topic whose rates are compared; four is one of them.
    """

    repetitions: int
    log: int
    row_by_row: int
    hop: int
    deliveries: int
    latency: int
    workflows: int
    growth: tuple[int, ...]
    partitions: tuple[int, ...]


FULL = Sizes(
    repetitions=5,
    log=20_000,
    row_by_row=2_000,
    hop=20_000,
    deliveries=300,
    latency=50,
    workflows=200,
    growth=(10_000, 100_000),
    partitions=(1, 4, 16, 64),
)
QUICK = Sizes(
    repetitions=1,
    log=2_000,
    row_by_row=200,
    hop=2_000,
    deliveries=20,
    latency=5,
    workflows=20,
    growth=(1_000, 2_000),
    partitions=(1, 4),
)


@dataclass(frozen=True, slots=True)
class Bench:
    """The servers to measure on.

    Attributes:
        folder: for what processes leave behind.
    """

    brokers: str
    database_url: str
    folder: Path
    sizes: Sizes

    @contextmanager
    def fresh_system(self) -> Iterator[Settings]:
        """Settings with new topics, roles, schemas and tables."""
        delete_topics(self.brokers)
        with new_database(self.database_url) as url:
            settings = Settings(
                kafka_brokers=self.brokers, database_url=url, home=self.folder / "home", broker="local"
            )
            prepare(settings)
            yield settings
