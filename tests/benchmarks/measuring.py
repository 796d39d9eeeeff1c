"""Measuring side by side: wall and processor time of works that take turns, and rows of ratios."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of a work.

    Attributes:
        count: things done.
        wall: seconds by the clock.
        cpu: seconds of processor time of the process that did it; 0.0 where it was not measured.
    """

    count: int
    wall: float
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Things done in a second by the clock."""
        return self.count / self.wall

    @property
    def cpu_rate(self) -> float:
        """Things done in a second of processor time; it varies less on a busy machine."""
        return self.count / self.cpu if self.cpu else 0.0


Work = Callable[[], Sample]
Samples = Mapping[str, list[Sample]]


def timed(work: Callable[[], int]) -> Sample:
    """Run a work of this process, which gives how many things it did."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    count = work()
    return Sample(count, time.perf_counter() - wall, time.process_time() - cpu)


def alternate(works: Mapping[str, Work], repetitions: int) -> dict[str, list[Sample]]:
    """Run the works in turn, so that what else the machine does falls on all of them alike."""
    samples: dict[str, list[Sample]] = {name: [] for name in works}
    for _ in range(repetitions):
        for name, work in works.items():
            samples[name].append(work())
    return samples


def rate(samples: list[Sample]) -> float:
    """Median of the rates by the clock."""
    return median(sample.rate for sample in samples)


def cpu_rate(samples: list[Sample]) -> float:
    """Median of the rates by processor time."""
    return median(sample.cpu_rate for sample in samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Ours beside a reference; a ratio above 1 means that ours is better.

    Attributes:
        bar: the ratio to reach, None for a row that only informs.
        cpu_ratio: the ratio by processor time, None where it was not measured.
        note: what is measured, or why it is missing.
    """

    name: str
    ours: float | None
    reference: float | None
    reference_name: str
    unit: str
    less_is_better: bool = False
    bar: float | None = None
    cpu_ratio: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Of ours to the reference, so that more is better."""
        if not self.ours or not self.reference:
            return None
        return self.reference / self.ours if self.less_is_better else self.ours / self.reference

    @property
    def is_met(self) -> bool | None:
        """Whether the bar is reached; None without a bar or a ratio."""
        if self.bar is None or self.ratio is None:
            return None
        return self.ratio >= self.bar


def rate_row(
    name: str, ours: list[Sample], reference: list[Sample], reference_name: str, *, bar: float | None = None,
    unit: str = "events/s", note: str = "",
) -> Row:  # fmt: skip
    """A row of two median rates."""
    has_cpu = all(sample.cpu for sample in (*ours, *reference))
    return Row(
        name=name,
        ours=rate(ours),
        reference=rate(reference),
        reference_name=reference_name,
        unit=unit,
        bar=bar,
        cpu_ratio=cpu_rate(ours) / cpu_rate(reference) if has_cpu else None,
        note=note,
    )
