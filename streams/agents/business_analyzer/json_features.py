"""Features in JSON that name data: a feature called after a thing, with a list of what is kept of it."""

from __future__ import annotations

import re

from streams.agents.business_analyzer import words
from streams.agents.business_analyzer.json_values import Json, by_key, first_text

_NAMES = ("feature", "module", "area", "component", "part", "name", "title")
_LISTS = ("data", "datafields", "information", "stores")
_SENTENCE = re.compile(r"\b(?:is|are|has|have|can|must|may|should|will|cannot)\b", re.IGNORECASE)
_REPORTING = re.compile(r"\b(?:report|show|list|export|how many|see|overview)\b", re.IGNORECASE)


def data_name(item: dict[str, Json]) -> str:
    """The thing that a feature keeps data of, in the singular; '' where it lists none or names none."""
    low = by_key(item)
    named = first_text(low, *_NAMES)
    listed = next((low[name] for name in _LISTS if isinstance(low.get(name), list | dict)), None)
    if not named or len(named.split()) > 3 or not listed:
        return ""
    texts = (
        [member for member in listed if isinstance(member, str)] if isinstance(listed, list | dict) else []
    )
    if len(texts) < 2 or any(_SENTENCE.search(text) or len(text.split("(")[0].split()) > 5 for text in texts):
        return ""
    first, _, last = named.rpartition(" ")
    return f"{first} {words.singular(last.lower())}".strip()


def as_entity(item: dict[str, Json]) -> Json:
    """The feature as an entity: its data as fields, without its name; rules and operations stay."""
    low = by_key(item)
    listed = next(low[name] for name in _LISTS if isinstance(low.get(name), list | dict))
    rest = {name: member for name, member in low.items() if name not in (*_NAMES, *_LISTS)}
    return {"fields": listed, **rest}


def told(text: str, kind: str) -> str:
    """'pause subscription' in a list of operations, and 'income by room' in one of reports, as sentences."""
    parts = text.replace("_", " ").split()
    if kind in ("operations", "actions") and 1 < len(parts) <= 4 and not _SENTENCE.search(text):
        verb = parts[0].lower()
        if words.verb_lemma(verb) == verb:
            several = words.is_plural(parts[-1].lower())
            article = "" if several or parts[1].lower() in ("a", "an", "the", "all", "in", "out") else "a "
            return f"Users can {verb} {article}{' '.join(parts[1:])}"
    if kind == "reports" and len(parts) <= 10 and not _REPORTING.search(text):
        return f"Show the {text[:1].lower()}{text[1:]}"
    return text
