"""Upcasters: bring a record of an older schema version to the current one, one step at a time.

An upcaster takes and gives the record as a plain mapping; it must not look at anything else.
"""

from __future__ import annotations

from collections.abc import Callable

Record = dict[str, object]
Upcaster = Callable[[Record], Record]


def _requirement_submitted_1_to_2(record: Record) -> Record:
    """Version 2 tells the format; a version 1 requirement starting with '{' or '[' was JSON."""
    text = str(record["requirement"]).lstrip()
    return {**record, "format": "json" if text[:1] in ("{", "[") else "text"}


UPCASTERS: dict[tuple[str, int], Upcaster] = {
    ("RequirementSubmitted", 1): _requirement_submitted_1_to_2,
}


def upcast(event_type: str, version: int, current: int, record: Record) -> Record:
    """The record as the current version of its type.

    A step without an upcaster changes nothing: the new fields' defaults are enough.
    """
    for step in range(version, current):
        upcaster = UPCASTERS.get((event_type, step))
        if upcaster is not None:
            record = upcaster(record)
    return record
