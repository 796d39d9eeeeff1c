"""All read models from the topics alone, beside the live ones, and in their place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from connectors.settings import Settings
from projections.rebuild import RebuildResult, rebuild
from schemas.errors import SetupError
from tests.integration.projections.conftest import client_of
from tests.integration.projections.processes import (
    events_projected,
    eventually,
    projector,
    read_model_checksums,
)
from tests.integration.projections.published import publish
from tests.unit.projections.rich_deliveries import rich_deliveries


def schemas_of(settings: Settings) -> set[str]:
    """Schemas of read models."""
    with psycopg.connect(settings.database_url) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'projections%'")
        return {row[0] for row in rows}


def project_all(settings: Settings, events: int, tmp_path: Path) -> None:
    """Let a projector run until so many events are projected."""
    with projector(settings, tmp_path / "projector.log"):
        eventually(lambda: events_projected(settings) >= events)


def test_given_projected_events_when_rebuilt_then_every_table_is_equal_and_the_old_schema_is_gone(
    prepared: Settings, tmp_path: Path
) -> None:
    records = rich_deliveries(15, seed=21)
    publish(prepared.kafka_brokers, records)
    project_all(prepared, len(records), tmp_path)
    before = read_model_checksums(prepared)
    result = rebuild(prepared)

    assert result.checksums_equal, result.differing_tables
    assert result.events == result.compared_events == len(records)
    assert result.checksums == before == read_model_checksums(prepared)
    assert schemas_of(prepared) == {"projections"}


def test_given_a_read_model_that_was_altered_when_rebuilt_then_its_table_is_named_and_put_right(
    prepared: Settings, tmp_path: Path
) -> None:
    records = rich_deliveries(5, seed=22)
    publish(prepared.kafka_brokers, records)
    project_all(prepared, len(records), tmp_path)
    right = read_model_checksums(prepared)
    with psycopg.connect(prepared.database_url) as connection:
        connection.execute("UPDATE projections.deliveries SET name = 'Altered' WHERE name <> ''")
        connection.execute("DELETE FROM projections.timeline WHERE event_type = 'BackendStarted'")
    result = rebuild(prepared)

    assert not result.checksums_equal
    assert result.differing_tables == ("deliveries", "timeline")
    assert read_model_checksums(prepared) == right
    assert schemas_of(prepared) == {"projections", "projections_replaced"}


def test_given_lost_read_models_when_rebuilt_then_they_come_from_the_topics(
    prepared: Settings, tmp_path: Path
) -> None:
    records = rich_deliveries(5, seed=23)
    publish(prepared.kafka_brokers, records)
    project_all(prepared, len(records), tmp_path)
    right = read_model_checksums(prepared)
    with psycopg.connect(prepared.database_url) as connection:
        connection.execute("DROP SCHEMA projections CASCADE")
    result = rebuild(prepared)

    assert (result.events, result.compared_events) == (len(records), 0)
    assert read_model_checksums(prepared) == right


@pytest.mark.timeout(180)
async def test_given_a_running_projector_and_queries_when_rebuilt_then_both_go_on(
    prepared: Settings, tmp_path: Path
) -> None:
    records = rich_deliveries(40, seed=24)
    publish(prepared.kafka_brokers, records[:300])
    with projector(prepared, tmp_path / "projector.log"):
        eventually(lambda: events_projected(prepared) >= 300)
        results: list[RebuildResult] = []
        publishing = threading.Thread(target=publish, args=(prepared.kafka_brokers, records[300:]))
        rebuilding = threading.Thread(target=lambda: results.extend(rebuild(prepared) for _ in range(3)))
        async with client_of(prepared) as api:
            for _ in range(10):
                await api.get("/api/v1/timeline", params={"limit": 1})
            publishing.start()
            rebuilding.start()
            statuses, counts = set(), [0]
            while rebuilding.is_alive():
                found = await api.get("/api/v1/deliveries", params={"limit": 200})
                statuses.add(found.status_code)
                counts.append(len(found.json()["items"]))
            publishing.join()
        eventually(lambda: events_projected(prepared) >= len(records))

    assert statuses == {200}
    assert counts == sorted(counts), "a query saw less than one before it"
    assert [result.checksums_equal for result in results] == [True] * 3
    assert rebuild(prepared).checksums_equal
    assert events_projected(prepared) == len(records)


def test_given_a_rebuild_under_way_when_another_begins_then_it_is_refused(prepared: Settings) -> None:
    with psycopg.connect(prepared.database_url) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended('streamwright.projections.rebuild', 0))")
        with pytest.raises(SetupError, match="another rebuild"):
            rebuild(prepared)


def test_given_the_command_when_run_with_json_then_one_object_comes(prepared: Settings) -> None:
    records = rich_deliveries(3, seed=25)
    publish(prepared.kafka_brokers, records)
    environment = {
        **os.environ,
        "KAFKA_BROKERS": prepared.kafka_brokers,
        "DATABASE_URL": prepared.database_url,
    }
    done = subprocess.run(
        [sys.executable, "-m", "projections.rebuild", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["events"] == len(records)
    assert told["checksums_equal"] is True
    assert told["seconds"] > 0


def test_given_a_broker_that_is_away_when_rebuilt_then_it_says_so_and_leaves_all_as_it_was(
    prepared: Settings,
) -> None:
    away = prepared.model_copy(update={"kafka_brokers": "127.0.0.1:1"})
    with pytest.raises(SetupError, match="KAFKA_BROKERS"):
        rebuild(away)
    assert "projections" in schemas_of(prepared)
