"""How projection and verification go with the log's size: rate and memory, each in a new process.

`python -m tests.benchmarks.growth <projection|verify> <brokers> <database url>` measures one and prints JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import event_log
from tests.benchmarks.audit_speed import verify
from tests.benchmarks.bench import QUICK, Bench
from tests.benchmarks.measuring import Row, Sample
from tests.benchmarks.projection_speed import rebuild

_ROOT = Path(__file__).parents[2]
_SECONDS = 1_800.0
_WORKS = ("projection", "verify")


@dataclass(frozen=True, slots=True)
class Grown:
    """One work on a log of one size.

    Attributes:
        memory: most memory that the process took, in MiB.
    """

    sample: Sample
    memory: float


def growth_rows(bench: Bench) -> list[Row]:
    """Each larger log beside the smallest; a rate at most 10 % lower reaches the bar."""
    found: dict[str, list[Grown]] = {work: [] for work in _WORKS}
    for size in bench.sizes.growth:
        event_log.publish_log(bench.brokers, size)
        for work in _WORKS:
            found[work].append(_in_a_process(bench, work))
    return [
        row
        for work, (smallest, *larger) in found.items()
        for each in larger
        for row in _rows(work, smallest, each)
    ]


def _rows(work: str, small: Grown, large: Grown) -> list[Row]:
    name, than = f"{work}, {large.sample.count:,} events", f"{small.sample.count:,} events"
    cpu_ratio = large.sample.cpu_rate / small.sample.cpu_rate
    return [
        Row(name=name, ours=large.sample.rate, reference=small.sample.rate, reference_name=than,
            unit="events/s", bar=0.9, cpu_ratio=cpu_ratio),
        Row(name=name, ours=large.memory, reference=small.memory, reference_name=than, unit="MiB",
            less_is_better=True, bar=0.9),
    ]  # fmt: skip


def _in_a_process(bench: Bench, work: str) -> Grown:
    command = [sys.executable, "-m", "tests.benchmarks.growth", work, bench.brokers, bench.database_url]
    done = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, check=True, timeout=_SECONDS)
    told = json.loads(done.stdout.splitlines()[-1])
    return Grown(Sample(told["count"], told["wall"], told["cpu"]), told["memory"])


def main(work: str, brokers: str, database_url: str) -> None:
    """Measure one work and print what it took."""
    bench = Bench(brokers, database_url, Path(), QUICK)
    sample = rebuild(bench) if work == "projection" else verify(brokers)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"count": sample.count, "wall": sample.wall, "cpu": sample.cpu, "memory": memory}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
