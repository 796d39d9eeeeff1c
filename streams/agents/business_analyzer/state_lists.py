"""States that a sentence lists outright: 'each parcel is registered, in transit, delivered or returned'."""

from __future__ import annotations

import re

from streams.agents.business_analyzer import naming, words
from streams.agents.business_analyzer.draft import Draft

_NOT_FIRST = r"(?!(?:by|with|for|to|a|an|the|than|at|of|from|into|it|not|no|when|if|only|between|as)\b)"
_STATE = (
    rf"{_NOT_FIRST}[a-z][a-z\-]*"
    r"(?: (?!(?:by|with|for|and|or|when|if|at|before|after|than|from|to|until)\b)[a-z\-]+){0,2}"
)
_LIST = re.compile(
    r"^(?:each|every|an?|the|all|any)?\s*(?P<x>[\w\-]+(?: [\w\-]+){0,2}) (?:is|are|can be|may be|must be"
    r"|has to be)"
    rf"(?: always| initially)?(?: either| one of)?:? (?P<list>{_STATE}(?:, (?:then )?{_STATE})+,? or"
    rf" (?:finally )?{_STATE})$",
    re.IGNORECASE,
)
# 'tasks can be created, changed or deleted' lists what people do.
_DEEDS = frozenset(
    "created listed updated deleted edited removed viewed searched filtered sorted exported changed read"
    " added shown displayed seen modified stored saved managed printed downloaded imported grouped".split()
)


def find(draft: Draft) -> None:
    """Note the states of entities; which field holds them is for the rules to say."""
    for sentence in draft.document.sentences:
        match = _LIST.match(" ".join(sentence.text.split()))
        entity = draft.resolve(tuple(match["x"].lower().split())) if match else None
        if match is None or entity is None or entity.states:
            continue
        listed = [
            part.strip() for part in re.split(r",? or (?:finally )?|, (?:then )?", match["list"].lower())
        ]
        values = tuple(dict.fromkeys(filter(None, (naming.choice_value(part) for part in listed))))
        known = [part for part in listed if _state(part)]
        if len(values) > 2 and not set(values) & _DEEDS and len(known) * 2 > len(listed):
            entity.states = values


def _state(text: str) -> bool:
    parts = text.split()
    if len(parts) > 1 and parts[0] in ("in", "on", "under", "out", "at"):
        return True
    return any(
        words.is_participle(part) or "ADJ" in words.readings(part) or part == "draft" for part in parts
    )
