"""Record golden histories of the current deciders: `python -m tests.golden.record`.

They go into a new folder, `tests/golden/all/<number>`; folders that are there are never touched, as they
are what earlier versions have recorded. Nothing is written where every current version has its histories.

The real inbox, recorder of work and relay run over a log and stores in memory, so the same deciders
always give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import cast

from connectors.kafka.position import Position
from schemas.topics import EVENT_TOPICS
from streams.agents.registry import DECIDERS, AnyDecider
from tests.golden.histories import CODEC, FOLDER, GoldenHistory, GoldenRecord, histories, read, write
from tests.golden.scenarios import SCENARIOS
from tests.golden.witness import Decision, Witness
from tests.unit.streams.runtime.simulation.system import SystemInMemory


def recorded(scenario: Callable[[SystemInMemory], None]) -> GoldenHistory:
    """What a scenario leaves in the log, and all decisions on the way."""
    noted: list[Decision] = []
    deciders = {name: cast(AnyDecider, Witness(decider, noted)) for name, decider in DECIDERS.items()}
    system = SystemInMemory(deciders)
    with system.running():
        scenario(system)
    records = [
        GoldenRecord(Position(topic, partition, each.offset), each.value, CODEC.decode(each.value))
        for (topic, partition), log in sorted(system.log.log.items())
        if topic in EVENT_TOPICS
        for each in log
        if each.value is not None
    ]
    versions = {name: decider.version for name, decider in DECIDERS.items()}
    return GoldenHistory(versions, records, noted)


def unguarded() -> set[tuple[str, str]]:
    """Current versions, as (service, version), that no golden history tells of."""
    guarded = {each for path in histories().values() for each in read(path).versions.items()}
    return {(name, decider.version) for name, decider in DECIDERS.items()} - guarded


def main() -> None:
    """Record all scenarios, where a current version has none."""
    missing = unguarded()
    if not missing:
        sys.stdout.write("Every current version has its golden histories: nothing is recorded\n")
        return
    folder = FOLDER / str(1 + max((int(each.name) for each in FOLDER.glob("*")), default=0))
    for name, scenario in SCENARIOS.items():
        write(folder / f"{name}.jsonl", recorded(scenario))
    told = ", ".join(f"{service}/{version}" for service, version in sorted(missing))
    sys.stdout.write(f"Recorded {len(SCENARIOS)} histories in {folder.name} for {told}\n")


if __name__ == "__main__":
    main()
