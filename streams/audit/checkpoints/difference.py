"""The first place where a partition is not what its checkpoint vouches for. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from streams.audit.checkpoints.fingerprint import Fingerprint

Change = Literal["altered", "dropped", "inserted", "reordered", "moved"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What was done first.

    Attributes:
        index: number of the record in its partition, from 0, in the order of offsets.
        expected: the record that should stand there.
        found: the record that stands there; None where the partition has ended.
    """

    change: Change
    index: int
    expected: Fingerprint
    found: Fingerprint | None


def first_difference(expected: Sequence[Fingerprint], found: Sequence[Fingerprint]) -> Difference | None:
    """Compare a partition with its checkpoint; records that came after the checkpoint are no difference.

    Which change it was is told by whether the expected record is gone from the rest of the partition,
    and whether the one that stands in its place is new to it. A record that has another offset only,
    at its own place in the order, was moved.
    """
    for index, true in enumerate(expected):
        there = found[index] if index < len(found) else None
        if there is None or there.content != true.content:
            return Difference(_change(expected[index:], found[index:]), index, true, there)
    for index, (true, there) in enumerate(zip(expected, found, strict=False)):
        if there.offset != true.offset:
            return Difference("moved", index, true, there)
    return None


def _change(expected: Sequence[Fingerprint], found: Sequence[Fingerprint]) -> Change:
    if not found:
        return "dropped"
    true, there = expected[0].content, found[0].content
    should, does = Counter(each.content for each in expected), Counter(each.content for each in found)
    is_gone, is_new = does[true] < should[true], does[there] > should[there]
    if is_gone:
        return "altered" if is_new else "dropped"
    return "inserted" if is_new else "reordered"
