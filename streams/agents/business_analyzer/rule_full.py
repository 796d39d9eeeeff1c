"""Capacities that are told as being full: 'when a departure is full, no more bookings are taken'."""

from __future__ import annotations

import re

from schemas.specification import Field, Limit
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.limit_making import amount, write
from streams.agents.business_analyzer.rule_fields import NUMBERS
from streams.agents.business_analyzer.rule_scenes import entity_in, field_named, referring, scenes

_FULL = re.compile(
    r"\b(?:once|when|if|as soon as) (?:an? |the |all )?(?P<whole>[\w\-]+(?: (?!is\b|are\b)[\w\-]+)?)"
    r"(?: (?:is|are)(?: already)?)? (?:full|fully booked|booked up|sold out|taken|reached)\b"
    r"|\b(?:full|fully booked|sold[- ]out) (?P<named>[\w\-]+(?: [\w\-]+)?) (?:cannot|can no longer|must not"
    r"|may not|accepts? no|takes? no)\b"
)
_SIZES = ("capacity", "number of seats", "max participants", "places")
_ROOM = frozenset("capacity places seats spots maximum max".split())


def find(draft: Draft) -> None:
    """Add a limit where something can be full and tells how many it takes."""
    for scene in scenes(draft):
        match = _FULL.search(scene.text)
        whole = entity_in(draft, match["whole"] or match["named"]) if match else None
        size = _size(whole) if whole is not None else None
        around = list(referring(draft, whole)) if whole is not None and size is not None else []
        named = [(child, via) for child, via in around if child in scene.entities]
        for child, via in (named or around)[:1]:
            if size is not None and not _limited(draft, child, via):
                write(draft, child, amount(child), (via,), f"{via}.{size.name}", "places")


def _size(whole: EntityDraft) -> Field | None:
    """How many it takes: a field that is called so, or the only number that speaks of room."""
    said = next((f for name in _SIZES if (f := field_named(whole, name, NUMBERS)) is not None), None)
    fitting = [
        made for made in whole.fields.values() if made.type == "integer" and set(made.name.split("_")) & _ROOM
    ]
    return said or (fitting[0] if len(fitting) == 1 else None)


def _limited(draft: Draft, child: EntityDraft, via: str) -> bool:
    known = [limit for limit in draft.rules.get("limits", []) if isinstance(limit, Limit)]
    return any(
        limit.entity == child.name and via in limit.group_by and "." in limit.maximum for limit in known
    )
