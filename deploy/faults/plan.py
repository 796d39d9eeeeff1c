"""The plan of a fault run: what happens to what, in which order. The same seed gives the same plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, TypeVar, get_args

Kind = Literal["kill", "drain", "freeze", "crash_at", "rebalance", "kill_broker", "kill_database"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Of twenty faults after the first of each kind. Servers take long to come back, so they fall seldom.
_TWENTY: tuple[Kind, ...] = (
    *("kill",) * 6,
    *("crash_at",) * 7,
    *("drain",) * 3,
    "freeze",
    "rebalance",
    "kill_broker",
    "kill_database",
)
# The session timeout of consumers is 10 s: one that is frozen for longer wakes up as a zombie.
_FROZEN_SECONDS = (11.0, 14.0)
_JOINED_SECONDS = (4.0, 8.0)
_DOWN_SECONDS = (0.0, 2.0)
_PAUSE_SECONDS = (0.1, 1.0)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        number: place in the plan, from 1.
        service: what it happens to; '' for broker and database.
        instance: which of the service's processes.
        point: the fault point at which a process of the service ends; '' for other kinds.
        seconds: how long it lasts: a frozen process, an added worker, a server that is down.
        pause: seconds to wait before it.
    """

    number: int
    kind: Kind
    service: str
    instance: int
    point: str
    seconds: float
    pause: float

    def __str__(self) -> str:
        place = f" {self.service}" if self.service else ""
        place += f"/{self.instance}" if self.kind in ("kill", "drain", "freeze") else ""
        lasting = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.number:3d} {self.kind}{place}{' ' + self.point if self.point else ''}{lasting}"


def plan(
    seed: int, faults: int, services: Mapping[str, Sequence[str]], instances: int = 2
) -> tuple[Fault, ...]:
    """So many faults: the first seven are of each kind, and all services and points come in turn.

    Args:
        services: the fault points of each service; a service may have none.
        instances: processes of each service.
    """
    random = Random(seed)
    kinds = _kinds(random)
    names = _dealt(random, sorted(services))
    agents = _dealt(random, sorted(name for name in services if services[name]))
    points = _dealt(random, sorted((name, point) for name in services for point in services[name]))
    made = []
    for number in range(1, faults + 1):
        kind, service, point = next(kinds), "", ""
        if kind == "crash_at":
            service, point = next(points)
        elif kind == "rebalance":
            service = next(agents)
        elif kind in ("kill", "drain", "freeze"):
            service = next(names)
        fault = Fault(
            number=number,
            kind=kind,
            service=service,
            instance=random.randrange(instances),
            point=point,
            seconds=_seconds(random, kind),
            pause=round(random.uniform(*_PAUSE_SECONDS), 2),
        )
        made.append(fault)
    return tuple(made)


def _kinds(random: Random) -> Iterator[Kind]:
    yield from random.sample(KINDS, len(KINDS))
    yield from _dealt(random, _TWENTY)


def _dealt(random: Random, cards: Sequence[T]) -> Iterator[T]:
    """The cards again and again, shuffled anew each time."""
    while cards:
        yield from random.sample(cards, len(cards))


def _seconds(random: Random, kind: Kind) -> float:
    bounds = {
        "freeze": _FROZEN_SECONDS,
        "rebalance": _JOINED_SECONDS,
        "kill_broker": _DOWN_SECONDS,
        "kill_database": _DOWN_SECONDS,
    }
    return round(random.uniform(*bounds[kind]), 1) if kind in bounds else 0.0
