"""The query API while its database is killed, frozen, and back."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import httpx
import psutil
import pytest

from connectors.settings import Settings
from deploy.local.prepare import prepare
from tests.integration.projections.conftest import client_of
from tests.servers import RealDatabase


async def until_answered(api: httpx.AsyncClient, seconds: float) -> httpx.Response:
    """The first answer that is none of 503."""
    deadline = time.monotonic() + seconds
    while (answer := await api.get("/api/v1/deliveries")).status_code == 503:
        assert time.monotonic() < deadline, "the API did not recover in time"
        await asyncio.sleep(0.1)
    return answer


@pytest.mark.timeout(180)
async def test_given_a_stopped_database_when_asked_on_then_503_comes_at_once_and_it_recovers_by_itself(
    clean_brokers: str, own_database: RealDatabase, tmp_path: Path
) -> None:
    settings = Settings(
        kafka_brokers=clean_brokers, database_url=own_database.url, home=tmp_path, breaker_failures=2
    )
    prepare(settings)
    async with client_of(settings) as api:
        assert (await until_answered(api, 10)).status_code == 200
        own_database.stop()
        slow = [await timed(api) for _ in range(2)]
        quick = [await timed(api) for _ in range(5)]
        metrics = (await api.get("/metrics")).text
        unready = await api.get("/ready")
        own_database.start()
        back = await until_answered(api, 15)
        after = (await api.get("/metrics")).text

    for answer, seconds in (*slow, *quick):
        assert answer.status_code == 503
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["type"] == "urn:streamwright:problem:database-away"
        assert 1 <= int(answer.headers["retry-after"]) <= 5
        assert seconds < settings.call_timeout_seconds + 1
    assert max(seconds for _, seconds in quick) < 0.5
    assert unready.status_code == 503
    assert 'circuit_breaker_state{name="read-models"} 2.0' in metrics
    # Long before the reset time of 60 s: the listening connection tells that the database is back.
    assert back.status_code == 200
    assert 'circuit_breaker_state{name="read-models"} 0.0' in after


async def timed(api: httpx.AsyncClient) -> tuple[httpx.Response, float]:
    started = time.monotonic()
    return await api.get("/api/v1/deliveries"), time.monotonic() - started


@pytest.mark.timeout(180)
async def test_given_a_frozen_database_when_asked_then_503_comes_within_the_time_limit(
    clean_brokers: str, own_database: RealDatabase, tmp_path: Path
) -> None:
    settings = Settings(
        kafka_brokers=clean_brokers, database_url=own_database.url, home=tmp_path, call_timeout_seconds=2
    )
    prepare(settings)
    async with client_of(settings) as api:
        assert (await until_answered(api, 10)).status_code == 200
        frozen = _processes(own_database)
        try:
            for process in frozen:
                os.kill(process.pid, signal.SIGSTOP)
            answer, seconds = await timed(api)
        finally:
            for process in frozen:
                os.kill(process.pid, signal.SIGCONT)
        back = await until_answered(api, 30)

    assert answer.status_code == 503
    assert seconds < 4
    assert int(answer.headers["retry-after"]) >= 1
    assert back.status_code == 200


def _processes(database: RealDatabase) -> list[psutil.Process]:
    assert database.process is not None
    server = psutil.Process(database.process.pid)
    return [server, *server.children(recursive=True)]
