"""A projection as the `eventsourcing` library offers it: one row and one transaction for each event."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from tests.benchmarks.measuring import Sample, timed
from tests.servers import new_database

_STEPS = 14
_PER_SAVE = 50


class Delivery(Aggregate):
    """A delivery with as many events as ours has."""

    def __init__(self, requirement: str) -> None:
        self.requirement = requirement
        self.steps: list[str] = []

    @event("StepDone")
    def do_step(self, step: str) -> None:
        """Another event."""
        self.steps.append(step)


class Deliveries(Application[Any]):
    """Where the events are."""


class View(PostgresTrackingRecorder):
    """A table with one row for each event."""

    def create_table(self) -> None:
        """Create it, and the table of positions."""
        super().create_table()
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS event_rows"
                " (position bigint PRIMARY KEY, delivery text, version bigint, type text, at timestamptz)"
            )

    def add(self, row: tuple[object, ...], tracking: Tracking) -> None:
        """Insert a row, and move the position, in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute("INSERT INTO event_rows VALUES (%s, %s, %s, %s, %s)", row, prepare=True)


class Rows(Projection[View]):
    """Writes a row for each event."""

    name = "rows"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """One event."""
        row = (
            tracking.notification_id,
            str(domain_event.originator_id),
            domain_event.originator_version,
            type(domain_event).__name__,
            domain_event.timestamp,
        )
        self.view.add(row, tracking)


def project_row_by_row(database_url: str, number: int) -> Sample:
    """Save that many events, and measure projecting them."""
    with new_database(database_url) as url:
        with psycopg.connect(database_url, autocommit=True) as connection:
            name = Identifier(str(conninfo_to_dict(url)["dbname"]))
            # As our projector does, so that the disk is not what is compared.
            connection.execute(SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))
        return _projected(_environment(url), number)


def _projected(environment: dict[str, str], number: int) -> Sample:
    with Deliveries(environment) as app:
        saved = 0
        while saved < number:
            deliveries = [_delivery() for _ in range(_PER_SAVE)]
            app.save(*deliveries)
            saved += _PER_SAVE * (_STEPS + 1)
        last = app.recorder.max_notification_id()

    def work() -> int:
        with ProjectionRunner(
            application_class=Deliveries, projection_class=Rows, view_class=View, env=environment
        ) as runner:
            runner.wait(last, timeout=120)
        return saved

    return timed(work)


def _delivery() -> Delivery:
    delivery = Delivery(f"Teams share books and lend them {uuid4()}")
    for number in range(_STEPS):
        delivery.do_step(f"step {number}")
    return delivery


def _environment(url: str) -> dict[str, str]:
    parts = {name: str(value or "") for name, value in conninfo_to_dict(url).items()}
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.get("dbname", ""),
        "POSTGRES_HOST": parts.get("host", "localhost"),
        "POSTGRES_PORT": parts.get("port", "5432"),
        "POSTGRES_USER": parts.get("user", ""),
        "POSTGRES_PASSWORD": parts.get("password", ""),
    }
