"""The projector against the real broker and database, killed again and again."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest

from connectors.settings import Settings
from deploy.local.prepare import prepare
from tests.integration.projections.processes import (
    events_projected,
    eventually,
    projector,
    read_model_checksums,
)
from tests.integration.projections.published import publish
from tests.servers import new_database
from tests.unit.projections.rich_deliveries import rich_deliveries


@pytest.mark.timeout(180)
def test_given_2000_events_when_the_projector_is_killed_again_and_again_then_each_counts_once(
    prepared: Settings, database_url: str, tmp_path: Path
) -> None:
    records = rich_deliveries(125, seed=1)
    assert len(records) >= 2_000
    random, log, published = Random(7), tmp_path / "projector.log", 0
    for number in range(6):
        publish(prepared.kafka_brokers, records[published : published + 100])
        with projector(prepared, log) as process:
            process.wait_until_started()
            publish(prepared.kafka_brokers, records[published + 100 : published + 200])
            if number % 2:
                eventually_projected(prepared, published + 1)
            time.sleep(random.uniform(0.0, 0.4))
        published += 200
    publish(prepared.kafka_brokers, records[published:])
    project_all(prepared, len(records), log)
    disturbed = read_model_checksums(prepared)

    with new_database(database_url) as other:
        undisturbed_settings = prepared.model_copy(update={"database_url": other})
        prepare(undisturbed_settings)
        project_all(undisturbed_settings, len(records), log)
        undisturbed = read_model_checksums(undisturbed_settings)

    assert disturbed["timeline"].rows == len(records)
    assert disturbed["skipped"].rows == 0
    assert all(checksum.rows for name, checksum in disturbed.items() if name != "skipped")
    assert disturbed == undisturbed


def eventually_projected(settings: Settings, events: int) -> None:
    """Wait until so many events are projected."""
    eventually(lambda: events_projected(settings) >= events)


def project_all(settings: Settings, events: int, log: Path) -> None:
    """Let a projector run until so many events are projected."""
    with projector(settings, log):
        eventually_projected(settings, events)
