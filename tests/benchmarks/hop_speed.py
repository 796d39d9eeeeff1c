"""One agent's hop (consume, decide, save, relay) beside a bare Faust agent that does nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from confluent_kafka import Consumer, Producer, TopicPartition

from connectors.kafka.publisher import producer_settings
from connectors.kafka.topics import ensure_topics
from connectors.kafka.user_events import user_event
from connectors.settings import Settings
from deploy.local.ports import free_ports
from deploy.local.services import environment_of
from schemas.codec import Codec
from schemas.events.requirement import RequirementSubmitted
from schemas.topics import OUTCOME_EVENTS, REQUIREMENT_EVENTS
from tests.benchmarks.bench import Bench
from tests.benchmarks.event_log import produce
from tests.benchmarks.measuring import Row, Sample, alternate, rate_row
from tests.servers import delete_topics

_ROOT = Path(__file__).parents[2]
_SERVICE = "delivery-saga"
_IN, _OUT = REQUIREMENT_EVENTS, OUTCOME_EVENTS
_WORKERS = (2, 4)
_SECONDS = 180.0


def hop_rows(bench: Bench) -> list[Row]:
    """Rows on the hop of the delivery saga: a requirement in, the beginning of a delivery out."""
    samples = alternate(
        {
            "ours": lambda: hop(bench),
            "bare": lambda: _bare_faust(bench, "take"),
            "bare each": lambda: _bare_faust(bench, "each"),
        },
        min(bench.sizes.repetitions, 3),
    )
    return [
        rate_row("agent hop, 1 worker", samples["ours"], samples["bare"],
                 "bare Faust agent, batches of 500", bar=0.85),
        rate_row("agent hop, 1 worker", samples["ours"], samples["bare each"],
                 "bare Faust agent, event by event", bar=0.85),
    ]  # fmt: skip


def worker_rows(bench: Bench) -> list[Row]:
    """Rows on the hop with 2 and 4 workers beside the hop with 1, on one machine."""
    samples = alternate(
        {str(number): lambda number=number: hop(bench, number) for number in (1, *_WORKERS)},  # type: ignore[misc]
        min(bench.sizes.repetitions, 3),
    )
    return [
        rate_row(f"agent hop, {number} workers", samples[str(number)], samples["1"], "1 worker",
                 note="on one machine: workers, broker and database share its cores")
        for number in _WORKERS
    ]  # fmt: skip


def hop(bench: Bench, workers: int = 1) -> Sample:
    """Publish requirements to a waiting service, until all it says of them can be read.

    They become visible at once, as one transaction; the clock starts there.
    """
    with bench.fresh_system() as settings, ExitStack() as running:
        processes = [running.enter_context(_process(settings, bench.folder)) for _ in range(workers)]
        answers = _answers(bench.brokers)
        _publish(bench.brokers, 1)
        _wait_for(answers, 1)
        before = _processor_time(processes)
        _publish(bench.brokers, bench.sizes.hop)
        published = time.perf_counter()
        _wait_for(answers, bench.sizes.hop)
        ended, after = time.perf_counter(), _processor_time(processes)
        answers.close()
        return Sample(bench.sizes.hop, ended - published, after - before)


@contextmanager
def _process(settings: Settings, folder: Path) -> Iterator[psutil.Process]:
    variables = environment_of(settings) | {"STREAMWRIGHT_HTTP_PORT": str(free_ports(1)[0])}
    command = [sys.executable, "-m", "streams.runtime.agent", _SERVICE]
    with (folder / f"{_SERVICE}.log").open("ab") as log:
        started = subprocess.Popen(command, cwd=_ROOT, env=variables, stdout=log, stderr=log)
    try:
        yield psutil.Process(started.pid)
    finally:
        started.kill()
        started.wait()


def _processor_time(processes: Sequence[psutil.Process]) -> float:
    times = [process.cpu_times() for process in processes]
    return float(sum(each.user + each.system for each in times))


def _publish(brokers: str, number: int) -> None:
    """Requirements, in one transaction."""
    codec = Codec()
    settings = {**producer_settings(brokers), "transactional.id": "benchmark", "linger.ms": 20}
    producer = Producer(settings)
    producer.init_transactions(30)
    producer.begin_transaction()
    for _ in range(number):
        produce(producer, user_event(RequirementSubmitted(requirement="Teams share books")), codec)
    producer.commit_transaction(60)


def _answers(brokers: str) -> Consumer:
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "benchmark-answers",
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 20,
        }
    )
    consumer.assign([TopicPartition(_OUT, partition, 0) for partition in range(4)])
    return consumer


def _wait_for(consumer: Consumer, number: int) -> None:
    seen, deadline = 0, time.monotonic() + _SECONDS
    while seen < number:
        messages = consumer.consume(1_000, timeout=0.01)
        seen += sum(message.error() is None for message in messages)
        assert time.monotonic() < deadline, f"{seen} of {number} answers in {_SECONDS:g} s"


def _bare_faust(bench: Bench, way: str) -> Sample:
    delete_topics(bench.brokers)
    ensure_topics(bench.brokers)
    _publish(bench.brokers, bench.sizes.hop)
    command = [sys.executable, "-m", "tests.benchmarks.peers.bare_faust"]
    arguments = [bench.brokers, _IN, str(bench.sizes.hop), way]
    done = subprocess.run(
        [*command, *arguments], cwd=_ROOT, stdout=subprocess.PIPE, check=True, timeout=_SECONDS
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return Sample(told["count"], told["wall"], told["cpu"])
