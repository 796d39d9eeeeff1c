"""A whole fault run: servers of its own, processes, deliveries, faults, and what the checker finds."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.faults.checker.chains import number_excused
from deploy.faults.checker.check import check
from deploy.faults.checker.evidence import Evidence, Findings
from deploy.faults.checker.reading import read_evidence
from deploy.faults.deliveries import Deliveries
from deploy.faults.disks import can_mount
from deploy.faults.driver import Run
from deploy.faults.fleet import Fleet
from deploy.faults.plan import Fault, kinds_of, plan
from deploy.faults.servers import Servers, temporary_servers
from deploy.faults.service_process import PROJECTOR
from deploy.local.prepare import prepare
from schemas.errors import BadInputError
from streams.agents.registry import DECIDERS
from streams.runtime.fault_points import INBOX_POINTS, RELAY_POINTS, WORK_POINTS

_LONGEST_TOLD = 100

SERVICES: dict[str, tuple[str, ...]] = {
    **{
        name: (*INBOX_POINTS, *RELAY_POINTS, *(WORK_POINTS if decider.work_starts_with else ()))
        for name, decider in DECIDERS.items()
    },
    PROJECTOR: (),
}
"""The services of a run, with the fault points of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run came to.

    Attributes:
        events: in the log at the end.
        plan: the faults, in words.
        excused: deliveries with another outcome than expected, or likely to have one, as a step was late,
            had no room or was given up.
        quiet: whether all came to rest before it was checked.
        starts: of processes; the first of each among them.
        unexpected: ends of processes that no fault explains.
        servers_ended: servers that ended by themselves, as on a full disk.
        seconds: of the run; setting up and checking not counted.
        peak_mebibytes: most memory that this process has taken, checker included.
    """

    seed: int
    brokers: int
    events: int
    deliveries: int
    faults: int
    kinds: dict[str, int]
    findings: Findings
    excused: int
    quiet: bool
    starts: int
    unexpected: list[str]
    servers_ended: list[str]
    seconds: float
    set_up_seconds: float
    check_seconds: float
    peak_mebibytes: int
    plan: tuple[str, ...] = field(default=())

    @property
    def is_clean(self) -> bool:
        """Whether nothing is missing, duplicated, out of order or in a wrong state."""
        return self.quiet and not any(self.findings.counts().values())

    def plain(self) -> dict[str, object]:
        """As JSON: the counts, and of the findings the first hundred of each kind."""
        found = self.findings
        lists = {
            "missing": found.missing,
            "duplicated": found.duplicated,
            "out_of_order": found.out_of_order,
            "wrong_state": found.wrong_state,
        }
        return {
            "seed": self.seed,
            "brokers": self.brokers,
            "events": self.events,
            "faults": self.faults,
            **found.counts(),
            "seconds": round(self.seconds, 1),
            "deliveries": self.deliveries,
            "excused": self.excused,
            "quiet": self.quiet,
            "kinds": self.kinds,
            "process_starts": self.starts,
            "unexpected_ends": dict(Counter(self.unexpected)),
            "servers_ended": dict(Counter(self.servers_ended)),
            "set_up_seconds": round(self.set_up_seconds, 1),
            "check_seconds": round(self.check_seconds, 1),
            "peak_mebibytes": self.peak_mebibytes,
            "findings": {name: told[:_LONGEST_TOLD] for name, told in lists.items() if told},
            "plan": list(self.plan),
        }


def fault_run(
    events: int,
    faults: int,
    seed: int,
    progress: Callable[[str], None],
    *,
    brokers: int = 1,
    keep: Path | None = None,
) -> Report:
    """Carry out a run on servers of its own, and check what it has left.

    Args:
        events: so many are to be in the log at least.
        seed: of the plan and of the deliveries.
        brokers: of the cluster: 1 or 3.
        keep: folder that the logs of the processes are written to; None: they are deleted.

    Raises:
        BadInputError: a number is out of range.
        SetupError: broker, database or a process cannot be started.
    """
    if events < 1 or faults < 0 or brokers not in (1, 3):
        raise BadInputError(
            "Planning a fault run",
            why=f"{events} events, {faults} faults, {brokers} brokers",
            todo="Give positive numbers, and 1 or 3 brokers",
        )
    planned = _planned(seed, faults, brokers, progress)
    began = time.monotonic()
    with temporary_servers(tuple(SERVICES), brokers) as servers:
        prepare(servers.settings)
        fleet = Fleet(servers.settings_of, keep or servers.folder, servers.artefacts, tuple(SERVICES))
        deliveries = Deliveries(servers.settings.kafka_brokers, seed)
        run = Run(servers, fleet, deliveries, events, progress)
        return _carried_out(run, planned, seed, time.monotonic() - began)


def _planned(seed: int, faults: int, brokers: int, progress: Callable[[str], None]) -> tuple[Fault, ...]:
    kinds = kinds_of(brokers, disks=can_mount())
    if "full_disk" not in kinds:
        progress("Left out: full_disk, as this user may not mount file systems here")
    planned = plan(seed, faults, SERVICES, kinds, brokers=brokers)
    progress(f"Seed {seed}: {faults} faults")
    for fault in planned:
        progress(f"    {fault}")
    return planned


def _carried_out(run: Run, planned: tuple[Fault, ...], seed: int, set_up_seconds: float) -> Report:
    fleet, deliveries = run.fleet, run.deliveries
    try:
        starting = time.monotonic()
        fleet.start()
        deliveries.start()
        began = time.monotonic()
        quiet = run.carry_out(planned)
        if not quiet:
            fleet.tell_stacks()
        ended = time.monotonic()
        starts = sum(slot.starts for slot in fleet.slots)
    finally:
        fleet.stop()
        deliveries.stop()
    run.progress("Checking")
    evidence = _evidence(run.servers, fleet, deliveries)
    findings = check(evidence)
    return Report(
        seed=seed,
        brokers=len(run.servers.brokers),
        events=len(evidence.log),
        deliveries=deliveries.submitted,
        faults=sum(run.carried_out.values()),
        kinds=dict(run.carried_out),
        findings=findings,
        excused=number_excused(evidence.log),
        quiet=quiet,
        starts=starts,
        unexpected=fleet.unexpected,
        servers_ended=run.servers.ended,
        seconds=ended - began,
        set_up_seconds=set_up_seconds + began - starting,
        check_seconds=time.monotonic() - ended,
        peak_mebibytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        plan=tuple(str(fault) for fault in planned),
    )


def _evidence(servers: Servers, fleet: Fleet, deliveries: Deliveries) -> Evidence:
    config = servers.settings
    return read_evidence(
        config.kafka_brokers, config.database_url, fleet.artefacts, tuple(deliveries.acknowledged)
    )
