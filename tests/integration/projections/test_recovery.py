"""The projector when broker or database go away, and when records are no events."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from connectors.kafka.topics import ensure_topics
from connectors.settings import Settings
from deploy.local.prepare import prepare
from projections.consumption import LogConsumer
from projections.rebuild import rebuild
from tests.integration.projections.conftest import client_of
from tests.integration.projections.processes import (
    ProjectorProcess,
    events_projected,
    eventually,
    projector,
    read_model_checksums,
)
from tests.integration.projections.published import publish, publish_values
from tests.servers import RealBroker, RealDatabase, delete_topics
from tests.unit.projections.rich_deliveries import CODEC, rich_deliveries


def is_ready(process: ProjectorProcess) -> bool:
    """Whether /ready says so."""
    return process.ready()["ready"] is True


@pytest.mark.timeout(180)
def test_given_a_broker_that_is_killed_when_it_comes_back_then_the_projector_goes_on(
    own_broker: RealBroker, fresh_database: str, tmp_path: Path
) -> None:
    settings = Settings(kafka_brokers=own_broker.brokers, database_url=fresh_database, home=tmp_path)
    prepare(settings)
    records = rich_deliveries(6, seed=31)
    publish(settings.kafka_brokers, records[:40])
    with projector(settings, tmp_path / "projector.log") as process:
        eventually(lambda: events_projected(settings) >= 40)
        eventually(lambda: is_ready(process))
        own_broker.kill()
        eventually(lambda: not is_ready(process))
        assert httpx.get(f"{process.address}/health").status_code == 200
        own_broker.start()
        eventually(lambda: is_ready(process))
        publish(settings.kafka_brokers, records[40:])
        eventually(lambda: events_projected(settings) >= len(records))

    assert read_model_checksums(settings)["timeline"].rows == len(records)


@pytest.mark.timeout(180)
async def test_given_a_database_that_is_killed_when_it_comes_back_then_projector_and_queries_go_on(
    clean_brokers: str, own_database: RealDatabase, tmp_path: Path
) -> None:
    settings = Settings(kafka_brokers=clean_brokers, database_url=own_database.url, home=tmp_path)
    prepare(settings)
    records = rich_deliveries(6, seed=32)
    publish(settings.kafka_brokers, records[:40])
    with projector(settings, tmp_path / "projector.log") as process:
        async with client_of(settings) as api:
            eventually(lambda: events_projected(settings) >= 40)
            eventually(lambda: is_ready(process))
            own_database.kill()
            away = await api.get("/api/v1/deliveries")
            unready = await api.get("/ready")
            publish(settings.kafka_brokers, records[40:])
            eventually(lambda: not is_ready(process))
            own_database.start()
            eventually(lambda: is_ready(process))
            eventually(lambda: events_projected(settings) >= len(records))
            back = await api.get("/api/v1/deliveries")

    assert away.status_code == 503
    assert away.json()["type"] == "urn:streamwright:problem:database-away"
    assert int(away.headers["retry-after"]) >= 1
    assert unready.status_code == 503
    assert back.status_code == 200
    assert read_model_checksums(settings)["timeline"].rows == len(records)


async def test_given_records_that_are_no_events_when_projected_then_they_are_skipped_and_told(
    prepared: Settings, tmp_path: Path
) -> None:
    records = rich_deliveries(2, seed=33)
    good = CODEC.encode(records[0].event)
    key = records[0].key.encode()
    wrong: list[tuple[bytes | None, bytes | None]] = [
        (key, b"no event"),
        (key, None),
        (key, good[:-3]),
        (key, good + b"\x00"),
        (key, b"\x00\x7f\xff\xff\xff" + good[5:]),
        (b"another key", good),
        (None, good),
    ]
    publish_values(prepared.kafka_brokers, "requirement-events", wrong)
    publish_values(prepared.kafka_brokers, "outcome-events", [(key, good)])
    publish(prepared.kafka_brokers, records)
    with projector(prepared, tmp_path / "projector.log") as process:
        eventually(lambda: events_projected(prepared) >= len(records))
        eventually(lambda: is_ready(process))
        metrics = httpx.get(f"{process.address}/metrics").text
    async with client_of(prepared) as api:
        skipped = (await api.get("/api/v1/skipped")).json()["items"]

    assert events_projected(prepared) == len(records)
    assert f"streamwright_skipped_records_total {len(wrong) + 1}.0" in metrics
    assert len(skipped) == len(wrong) + 1
    assert all(item["reason"] for item in skipped)
    assert "belongs to the topic requirement-events" in str(skipped)


def test_given_an_active_projector_when_another_starts_then_it_stands_by_and_takes_over(
    prepared: Settings, tmp_path: Path
) -> None:
    records = rich_deliveries(4, seed=34)
    with projector(prepared, tmp_path / "first.log") as first:
        eventually(lambda: is_ready(first))
        with projector(prepared, tmp_path / "second.log") as second:
            second.wait_until_started()
            publish(prepared.kafka_brokers, records[:30])
            eventually(lambda: events_projected(prepared) >= 30)
            assert second.ready()["active"] is False
            first.kill()
            eventually(lambda: is_ready(second))
            publish(prepared.kafka_brokers, records[30:])
            eventually(lambda: events_projected(prepared) >= len(records))

    assert read_model_checksums(prepared)["timeline"].rows == len(records)


def test_given_the_declared_topics_when_partitions_are_asked_then_all_are_told(prepared: Settings) -> None:
    with LogConsumer(prepared.kafka_brokers) as consumer:
        assert len(consumer.partitions()) == 24


def test_given_a_log_that_was_lost_when_the_projector_starts_then_it_says_so_until_a_rebuild(
    prepared: Settings, tmp_path: Path
) -> None:
    publish(prepared.kafka_brokers, rich_deliveries(6, seed=35))
    with projector(prepared, tmp_path / "before.log") as process:
        eventually(lambda: is_ready(process))
    delete_topics(prepared.kafka_brokers)
    ensure_topics(prepared.kafka_brokers)
    left = rich_deliveries(1, seed=36)
    publish(prepared.kafka_brokers, left)
    with projector(prepared, tmp_path / "after.log") as process:
        eventually(lambda: "streamwright rebuild" in str(process.ready()["problem"]))
        assert not is_ready(process)
        result = rebuild(prepared)
        eventually(lambda: is_ready(process))

    assert not result.checksums_equal
    assert result.events == len(left) == events_projected(prepared)
