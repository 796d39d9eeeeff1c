"""Whole deliveries whose work does nothing, up to their projected outcome, beside DBOS's workflows."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import psycopg
from confluent_kafka import Producer

from connectors.kafka.publisher import Publisher, producer_settings
from connectors.kafka.user_events import user_event
from connectors.settings import Settings
from deploy.local.services import environment_of
from schemas.events.requirement import RequirementSubmitted
from schemas.topics import OUTCOME_EVENTS, dead_letter_topic
from streams.agents.registry import DECIDERS
from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import Row, Sample, rate, rate_row
from tests.benchmarks.peers.dbos_environment import dbos_python
from tests.integration.streams.pipeline.running_services import RunningServices
from tests.servers import new_database

_ROOT = Path(__file__).parents[2]
_SECONDS = 300.0
_TRANSACTIONS = 100
_HOPS = 10
Connection = psycopg.Connection[tuple[object, ...]]


def saga_rows(bench: Bench) -> list[Row]:
    """Rows on whole deliveries; ours and DBOS's take turns."""
    ours: list[Sample] = []
    waits: list[float] = []
    peers: list[tuple[Sample, list[float]]] = []
    commits: list[float] = []
    python = dbos_python()
    with (
        bench.fresh_system() as settings,
        _services(settings),
        _projector(settings, bench.folder),
        psycopg.connect(settings.database_url, autocommit=True) as connection,
    ):
        connection.execute("LISTEN streamwright_projections")
        publisher = Publisher(bench.brokers)
        _deliver(connection, publisher, 1)
        for _ in range(min(bench.sizes.repetitions, 3)):
            ours.append(_deliver(connection, publisher, bench.sizes.deliveries))
            if python is not None:
                peers.append(_dbos(bench, python))
            commits += _commit_seconds(bench.brokers)
            waits += [_deliver(connection, publisher, 1).wall for _ in range(bench.sizes.latency)]
    return [*_rate_rows(ours, peers), *_latency_rows(waits, peers, commits)]


def _rate_rows(ours: list[Sample], peers: list[tuple[Sample, list[float]]]) -> list[Row]:
    name, reference_name = "whole saga", "DBOS, five-step workflows"
    if not peers:
        note = "DBOS could not be installed here, so that there is nothing to compare with"
        return [Row(name=name, ours=rate(ours), reference=None, reference_name=reference_name,
                    unit="deliveries/s", bar=5.0, note=note)]  # fmt: skip
    samples = [sample for sample, _ in peers]
    return [
        rate_row(name, ours, samples, reference_name, bar=5.0, unit="deliveries/s",
                 note="a delivery is 15 events through 6 services and the projector, a workflow 5 steps"),
    ]  # fmt: skip


def _latency_rows(
    waits: list[float], peers: list[tuple[Sample, list[float]]], commits: list[float]
) -> list[Row]:
    commit = median(commits)
    rows = [
        _latency_row("whole saga, p50", median(waits), commit, None),
        _latency_row("whole saga, p99", _p99(waits), commit, 1.0),
    ]
    if peers:
        alone = [wait for _, found in peers for wait in found]
        rows.append(
            Row(name="whole saga, p50", ours=1000 * median(waits), reference=1000 * median(alone),
                reference_name="DBOS, one workflow alone", unit="ms", less_is_better=True)
        )  # fmt: skip
    return rows


def _latency_row(name: str, seconds: float, commit: float, bar: float | None) -> Row:
    return Row(
        name=name,
        ours=1000 * seconds,
        reference=1000 * _HOPS * commit,
        reference_name=f"{_HOPS} commits of a Kafka transaction of 1 record",
        unit="ms",
        less_is_better=True,
        bar=bar,
        note="from publish to projected outcome, one delivery at a time",
    )


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98]


@contextmanager
def _services(settings: Settings) -> Iterator[None]:
    """All services with quick workers; a busy machine is given time to start them."""
    services = RunningServices(settings)
    try:
        for name in DECIDERS:
            services.start(name)
        services.wait_until_ready(_SECONDS)
        yield
    finally:
        services.stop()


@contextmanager
def _projector(settings: Settings, folder: Path) -> Iterator[None]:
    with (folder / "projector.log").open("ab") as log:
        command = [sys.executable, "-m", "projections.projector"]
        process = subprocess.Popen(command, cwd=_ROOT, env=environment_of(settings), stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _deliver(connection: Connection, publisher: Publisher, number: int) -> Sample:
    """Publish requirements, and wait until all outcomes are projected."""
    before = _outcomes(connection)
    requirement = RequirementSubmitted(requirement="{}", format="json")
    began, deadline = time.perf_counter(), time.monotonic() + _SECONDS
    publisher.publish_all([user_event(requirement) for _ in range(number)])
    while _outcomes(connection) < before + number:
        for _ in connection.notifies(timeout=0.5, stop_after=1):
            pass
        assert time.monotonic() < deadline, f"not all of {number} deliveries ended in {_SECONDS:g} s"
    return Sample(number, time.perf_counter() - began)


def _outcomes(connection: Connection) -> int:
    row = connection.execute("SELECT count(*) FROM projections.outcomes").fetchone()
    return int(str(row[0])) if row else 0


def _commit_seconds(brokers: str) -> list[float]:
    """Times of Kafka transactions of one record each."""
    topic = dead_letter_topic(OUTCOME_EVENTS)
    settings = {**producer_settings(brokers), "transactional.id": "benchmark-commits"}
    producer = Producer(settings)
    producer.init_transactions(30)
    found = []
    for _ in range(_TRANSACTIONS):
        before = time.perf_counter()
        producer.begin_transaction()
        producer.produce(topic, b"{}")
        producer.commit_transaction(30)
        found.append(time.perf_counter() - before)
    return found


def _dbos(bench: Bench, python: Path) -> tuple[Sample, list[float]]:
    with new_database(bench.database_url) as url:
        program = Path(__file__).parent / "peers" / "dbos_workflows.py"
        command = [str(python), str(program), _as_url(url), str(bench.sizes.workflows)]
        done = subprocess.run(command, cwd=bench.folder, stdout=subprocess.PIPE, check=True, timeout=_SECONDS)
    told = json.loads(done.stdout.splitlines()[-1])
    return Sample(told["count"], told["wall"], told["cpu"]), told["waits"]


def _as_url(connection_string: str) -> str:
    """The connection string in the form that SQLAlchemy takes."""
    parts = psycopg.conninfo.conninfo_to_dict(connection_string)
    host, port = parts.get("host", "localhost"), parts.get("port", 5432)
    password = f":{parts['password']}" if parts.get("password") else ""
    place = f"@/{parts['dbname']}?host={host}&port={port}"
    return f"postgresql://{parts['user']}{password}{place}"
