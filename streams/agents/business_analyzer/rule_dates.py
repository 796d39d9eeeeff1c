"""Dates whose names are words of time: 'a from date and an until date'."""

from __future__ import annotations

import re

from schemas.specification import Field
from streams.agents.business_analyzer import words
from streams.agents.business_analyzer.draft import Draft
from streams.agents.business_analyzer.rule_scenes import scenes

_NAMED = re.compile(
    r"\b(?:has|have|with|and|,) (?:an? |the )?(?P<name>(?:valid )?(?:from|until|to|since"
    r"|till)) (?P<kind>date|time|day)\b"
)


def find(draft: Draft) -> None:
    """Add such dates to what the sentence declares."""
    for scene in scenes(draft):
        entity = scene.topic
        if entity is None or not re.search(r"\b(?:has|have|with)\b", scene.text):
            continue
        for match in _NAMED.finditer(scene.text):
            name = f"{match['name'].replace(' ', '_')}_{match['kind'] if match['kind'] != 'day' else 'date'}"
            kind = "datetime" if match["kind"] == "time" else "date"
            entity.put(Field(name=name, label=words.label(name.split("_")), type=kind, required=True))  # type: ignore[arg-type]
