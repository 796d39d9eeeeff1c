"""The plan of a fault run: what happens to what, in which order. The same seed gives the same plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, TypeVar, get_args

Kind = Literal[
    "kill",
    "drain",
    "freeze",
    "crash_at",
    "rebalance",
    "kill_broker",
    "kill_one_broker",
    "kill_database",
    "full_disk",
    "refuse_connections",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Of twenty faults after the first of each kind. Servers take long to come back, so they fall seldom.
_TWENTY: tuple[Kind, ...] = (
    *("kill",) * 5,
    *("crash_at",) * 6,
    *("drain",) * 2,
    *("refuse_connections",) * 2,
    "freeze",
    "rebalance",
    "kill_broker",
    "kill_one_broker",
    "kill_database",
    "full_disk",
)
_DISKS = ("artefacts", "database", "broker")
_CUTS = tuple((target, way) for target in ("kafka", "database") for way in ("refuse", "reset", "black_hole"))
# The session timeout of consumers is 10 s: one that is frozen for longer wakes up as a zombie.
_FROZEN_SECONDS = (11.0, 14.0)
_JOINED_SECONDS = (4.0, 8.0)
_DOWN_SECONDS = (0.0, 2.0)
# A broker of several is taken for dead after 6 s: sometimes it is back before.
_ONE_DOWN_SECONDS = (1.0, 12.0)
_FULL_SECONDS = (2.0, 6.0)
# Builds only fail by it, so that it may last until there are some.
_ARTEFACTS_FULL_SECONDS = (6.0, 12.0)
_CUT_SECONDS = (2.0, 12.0)
_PAUSE_SECONDS = (0.1, 1.0)

_OF_INSTANCES = ("kill", "drain", "freeze", "kill_one_broker")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        number: place in the plan, from 1.
        service: what it happens to; '' for servers and disks.
        instance: which of the service's processes; of brokers, which one, where there are several.
        point: the fault point at which a process of the service ends; '' for other kinds.
        target: whose disk is full, or the server that cannot be reached; '' for other kinds.
        way: how it cannot be reached: refuse, reset or black_hole; '' for other kinds.
        seconds: how long it lasts: a frozen process, an added worker, a server that is down.
        pause: seconds to wait before it.
    """

    number: int
    kind: Kind
    service: str
    instance: int
    point: str
    target: str
    way: str
    seconds: float
    pause: float

    def __str__(self) -> str:
        place = f" {self.service}" if self.service else ""
        place += f"/{self.instance}" if self.kind in _OF_INSTANCES else ""
        words = "".join(f" {word}" for word in (self.point, self.target, self.way) if word)
        lasting = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.number:3d} {self.kind}{place}{words}{lasting}"


def kinds_of(brokers: int, *, disks: bool) -> tuple[Kind, ...]:
    """The kinds of faults of a run.

    Args:
        brokers: how many; of several one is killed, as with most of them nothing is acknowledged.
        disks: whether disks can be made full here.
    """
    left_out = {"kill_broker" if brokers > 1 else "kill_one_broker", *(() if disks else ("full_disk",))}
    return tuple(kind for kind in KINDS if kind not in left_out)


def plan(
    seed: int,
    faults: int,
    services: Mapping[str, Sequence[str]],
    kinds: Sequence[Kind] = KINDS,
    *,
    instances: int = 2,
    brokers: int = 1,
) -> tuple[Fault, ...]:
    """So many faults: the first ones are one of each kind, and all services, points and targets come in turn.

    Args:
        services: the fault points of each service; a service may have none.
        instances: processes of each service.
    """
    random = Random(seed)
    dealer = _Dealer(random, services, kinds)
    return tuple(dealer.fault(number, instances, brokers) for number in range(1, faults + 1))


class _Dealer:
    def __init__(self, random: Random, services: Mapping[str, Sequence[str]], kinds: Sequence[Kind]) -> None:
        self._random = random
        self._kinds = _kinds(random, kinds)
        self._names = _dealt(random, sorted(services))
        self._cut = _dealt(random, sorted(services))
        self._agents = _dealt(random, sorted(name for name in services if services[name]))
        self._points = _dealt(random, sorted((name, point) for name in services for point in services[name]))
        self._disks = _dealt(random, _DISKS)
        self._cuts = _dealt(random, _CUTS)

    def fault(self, number: int, instances: int, brokers: int) -> Fault:
        kind, service, point, target, way = next(self._kinds), "", "", "", ""
        if kind == "crash_at":
            service, point = next(self._points)
        elif kind == "rebalance":
            service = next(self._agents)
        elif kind == "full_disk":
            target = next(self._disks)
        elif kind == "refuse_connections":
            service, (target, way) = next(self._cut), next(self._cuts)
        elif kind in ("kill", "drain", "freeze"):
            service = next(self._names)
        several = kind == "kill_one_broker" or target == "broker"
        return Fault(
            number=number,
            kind=kind,
            service=service,
            instance=self._random.randrange(brokers if several else instances),
            point=point,
            target=target,
            way=way,
            seconds=_seconds(self._random, kind, target),
            pause=round(self._random.uniform(*_PAUSE_SECONDS), 2),
        )


def _kinds(random: Random, kinds: Sequence[Kind]) -> Iterator[Kind]:
    yield from random.sample(kinds, len(kinds))
    yield from _dealt(random, [kind for kind in _TWENTY if kind in kinds])


def _dealt(random: Random, cards: Sequence[T]) -> Iterator[T]:
    """The cards again and again, shuffled anew each time."""
    while cards:
        yield from random.sample(cards, len(cards))


def _seconds(random: Random, kind: Kind, target: str) -> float:
    bounds = {
        "freeze": _FROZEN_SECONDS,
        "rebalance": _JOINED_SECONDS,
        "kill_broker": _DOWN_SECONDS,
        "kill_one_broker": _ONE_DOWN_SECONDS,
        "kill_database": _DOWN_SECONDS,
        "full_disk": _ARTEFACTS_FULL_SECONDS if target == "artefacts" else _FULL_SECONDS,
        "refuse_connections": _CUT_SECONDS,
    }
    return round(random.uniform(*bounds[kind]), 1) if kind in bounds else 0.0
