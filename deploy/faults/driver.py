"""A fault run: deliveries under way, faults by plan, and waiting until all is quiet again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from deploy.faults.deliveries import Deliveries
from deploy.faults.fleet import Fleet
from deploy.faults.plan import Fault
from deploy.faults.servers import Servers
from deploy.faults.settling import counted, settle
from deploy.faults.ways import Target
from streams.agents.registry import DECIDERS

Progress = Callable[[str], None]

# So many deliveries are kept under way, and a twentieth of the events at most: enough that every service has
# something to do also while a fault holds up a part of the partitions, so that faults are not waited for.
_FEWEST_OPEN, _MOST_OPEN = 100, 600
_TICK_SECONDS = 0.05
# A fault waits for its share of the events, so that faults fall all over the run; but not for ever.
_LONGEST_WAIT_SECONDS = 30.0


@dataclass(slots=True)
class Run:
    """A run under way.

    Attributes:
        carried_out: how many faults of each kind.
        later: ends of faults that last: when, and what to do then.
    """

    servers: Servers
    fleet: Fleet
    deliveries: Deliveries
    events: int
    progress: Progress
    carried_out: Counter[str] = field(default_factory=Counter)
    later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def carry_out(self, faults: Sequence[Fault]) -> bool:
        """Publish until the events are recorded and all faults have been; then wait until all is quiet.

        Returns:
            Whether it became quiet; what is missing where it did not, the checker finds.
        """
        for fault in faults:
            self._until(self._time_of(fault, len(faults)))
            self.progress(f"{self.deliveries.recorded:7d} events  {fault}")
            self._do(fault)
            self.carried_out[fault.kind] += 1
        self._until(lambda: self.deliveries.recorded >= self.events)
        self.progress(f"{self.deliveries.recorded:7d} events, all faults carried out")
        while self.later:
            self._tick(submit=False)
        return settle(
            lambda: counted(
                self.servers.settings.database_url,
                tuple(DECIDERS),
                self.deliveries.recorded,
                self.deliveries.open,
            ),
            lambda: self._tick(submit=False),
            self.progress,
        )

    def _time_of(self, fault: Fault, faults: int) -> Callable[[], bool]:
        begun = time.monotonic()
        due_events = self.events * (fault.number - 1) // faults

        def is_time() -> bool:
            waited = time.monotonic() - begun
            if waited < fault.pause:
                return False
            return self.deliveries.recorded >= due_events or waited >= _LONGEST_WAIT_SECONDS

        return is_time

    def _until(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            self._tick(submit=True)

    def _tick(self, *, submit: bool, tend_servers: bool = True) -> None:
        now = time.monotonic()
        for due in [each for each in self.later if each[0] <= now]:
            self.later.remove(due)
            due[1]()
        self.fleet.tend()
        if tend_servers:
            self.servers.tend()
        self.deliveries.cancel_due()
        while submit and self.deliveries.open < min(max(self.events // 20, _FEWEST_OPEN), _MOST_OPEN):
            self.deliveries.submit()
        time.sleep(_TICK_SECONDS)

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        self.later.append((time.monotonic() + seconds, action))

    def _do(self, fault: Fault) -> None:
        match fault.kind:
            case "kill":
                self.fleet.kill(self.fleet.slot(fault.service, fault.instance))
            case "drain":
                self.fleet.drain(self.fleet.slot(fault.service, fault.instance))
            case "freeze":
                self._freeze(fault)
            case "crash_at":
                (self.fleet.points_of(fault.service) / fault.point).touch()
            case "rebalance":
                self._rebalance(fault)
            case "kill_broker" | "kill_one_broker":
                number = fault.instance if fault.kind == "kill_one_broker" else 0
                self.servers.kill_broker(number)
                self._wait(fault.seconds)
                self.servers.start_broker(number)
            case "kill_database":
                self.servers.kill_database()
                self._wait(fault.seconds)
                self.servers.start_database()
            case "full_disk":
                self._fill(fault)
            case "refuse_connections":
                self._cut(fault)

    def _wait(self, seconds: float) -> None:
        """Go on publishing; servers that end meanwhile stay down."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._tick(submit=True, tend_servers=False)

    def _freeze(self, fault: Fault) -> None:
        slot = self.fleet.slot(fault.service, fault.instance)
        starts = slot.starts
        self.fleet.freeze(slot, frozen=True)

        def wake() -> None:
            if slot.starts == starts:
                self.fleet.freeze(slot, frozen=False)

        self._after(fault.seconds, wake)

    def _fill(self, fault: Fault) -> None:
        """A server that ends by this is started again when there is room (`Servers.tend`)."""
        name = f"broker-{fault.instance + 1}" if fault.target == "broker" else fault.target
        disk = self.servers.disks[name]
        disk.fill()
        if fault.target == "artefacts":
            self._after(fault.seconds, disk.free)
            return
        # A server could not start again meanwhile, as after another fault it should.
        self._wait(fault.seconds)
        disk.free()

    def _cut(self, fault: Fault) -> None:
        ways, target = self.servers.ways, cast(Target, fault.target)
        ways.take(fault.way, fault.service, target)
        self._after(fault.seconds, lambda: ways.take("open", fault.service, target))

    def _rebalance(self, fault: Fault) -> None:
        """One more worker joins, and leaves again after a while."""
        slot = self.fleet.add(fault.service)

        def take() -> None:
            slot.keep = False
            self.fleet.drain(slot)

        self._after(fault.seconds, take)
