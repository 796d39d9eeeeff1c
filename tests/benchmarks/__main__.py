"""Measure ours and the references side by side, on a real broker and a real database:

    python -m tests.benchmarks [--quick] [--only NAME ...] [--repetitions N] [--events N] [--growth N N ...]

Writes FOLDER/results.json and FOLDER/results.svg, and prints a table. Ours and its reference take turns
in the same run; medians are told, and ratios by the clock and by processor time.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from tests.benchmarks.audit_speed import audit_rows
from tests.benchmarks.bench import FULL, QUICK, Bench, Sizes
from tests.benchmarks.growth import growth_rows
from tests.benchmarks.hop_speed import hop_rows, worker_rows
from tests.benchmarks.measuring import Row
from tests.benchmarks.partition_speed import partition_rows
from tests.benchmarks.projection_speed import projection_rows
from tests.benchmarks.publish_speed import publish_rows
from tests.benchmarks.saga_speed import saga_rows
from tests.benchmarks.showing import machine, table_of, write_json, write_plot
from tests.servers import RealBroker, RealDatabase, folder_for_servers

_BENCHMARKS: dict[str, Callable[[Bench], list[Row]]] = {
    "projection": projection_rows,
    "publish": publish_rows,
    "audit": audit_rows,
    "hop": hop_rows,
    "workers": worker_rows,
    "saga": saga_rows,
    "growth": growth_rows,
    "partitions": partition_rows,
}


def measure(
    sizes: Sizes, names: list[str], on_rows: Callable[[list[Row], list[str]], None]
) -> tuple[list[Row], list[str]]:
    """The rows of these benchmarks, and those that failed; servers are started for them and stopped.

    Args:
        on_rows: is told of both after each benchmark, so that a run which is ended leaves what it has.
    """
    rows: list[Row] = []
    failed: list[str] = []
    with folder_for_servers() as folder:
        broker, database = RealBroker(folder / "kafka"), RealDatabase(folder / "postgres")
        try:
            broker.start()
            database.start()
            bench = Bench(broker.brokers, database.url, folder, sizes)
            for name in names:
                began = time.monotonic()
                print(f"{name} ...", file=sys.stderr, flush=True)
                try:
                    rows += _BENCHMARKS[name](bench)
                except Exception:
                    # The others are measured all the same; the exit code tells of it.
                    traceback.print_exc()
                    failed.append(name)
                on_rows(rows, failed)
                print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        finally:
            broker.stop()
            database.stop()
    return rows, failed


def _sizes(chosen: argparse.Namespace) -> Sizes:
    sizes = QUICK if chosen.quick else FULL
    if chosen.repetitions:
        sizes = dataclasses.replace(sizes, repetitions=chosen.repetitions)
    if chosen.events:
        sizes = dataclasses.replace(sizes, log=chosen.events, hop=chosen.events)
    if chosen.growth:
        sizes = dataclasses.replace(sizes, growth=tuple(chosen.growth))
    return sizes


def main() -> int:
    """0 where everything could be measured, whatever the figures are."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, for a look whether it runs")
    parser.add_argument("--repetitions", type=int, help="of each work; the median is told")
    parser.add_argument("--events", type=int, help="events of the log, and through one agent")
    parser.add_argument("--growth", nargs="+", type=int, help="sizes of logs, as 10000 100000 1000000")
    parser.add_argument("--only", nargs="+", choices=list(_BENCHMARKS), default=list(_BENCHMARKS))
    parser.add_argument("--folder", type=Path, default=Path("bench"), help="where the results go")
    chosen = parser.parse_args()
    sizes = _sizes(chosen)
    before, began = machine(), time.monotonic()

    def keep(rows: list[Row], failed: list[str]) -> None:
        told: dict[str, object] = {
            "machine_before": before,
            "machine_after": machine(),
            "sizes": dataclasses.asdict(sizes),
            "failed": failed,
            "seconds": round(time.monotonic() - began, 1),
        }
        write_json(chosen.folder / "results.json", rows, told)

    rows, failed = measure(sizes, chosen.only, keep)
    write_plot(chosen.folder / "results.svg", rows)
    console = Console(width=180)
    console.print(table_of(rows))
    console.print(f"load average {before['load_average']} before, {machine()['load_average']} after")
    for name in failed:
        console.print(f"{name} could not be measured; the reason is above")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
