"""Publishing and rebuilding where each event topic has 1 to 64 partitions."""

from __future__ import annotations

from tests.benchmarks import event_log
from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import Row, Sample, rate_row
from tests.benchmarks.projection_speed import rebuild
from tests.benchmarks.publish_speed import publish_at_once

_AS_SHIPPED = 4


def partition_rows(bench: Bench) -> list[Row]:
    """The rate at each number of partitions beside that at four, as topics are declared."""
    published: dict[int, list[Sample]] = {}
    rebuilt: dict[int, list[Sample]] = {}
    events = event_log.sample_events(bench.sizes.log)
    for count in bench.sizes.partitions:
        event_log.new_topics(bench.brokers, count)
        published[count] = [publish_at_once(bench.brokers, events) for _ in range(bench.sizes.repetitions)]
        event_log.publish_log(bench.brokers, bench.sizes.log, partitions=count)
        rebuilt[count] = [rebuild(bench) for _ in range(bench.sizes.repetitions)]
    return [
        rate_row(f"{name}, {count} partitions", samples[count], samples[_AS_SHIPPED], "4 partitions a topic")
        for name, samples in (("publish", published), ("projection rebuild", rebuilt))
        for count in bench.sizes.partitions
    ]
