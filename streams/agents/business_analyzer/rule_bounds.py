"""Constraints of single fields that sentences of their own give: unique, a range, not negative."""

from __future__ import annotations

import re
from dataclasses import replace

from schemas.specification import Unique
from streams.agents.business_analyzer import field_making
from streams.agents.business_analyzer.draft import Draft
from streams.agents.business_analyzer.rule_fields import NUMBERS
from streams.agents.business_analyzer.rule_scenes import Scene, field_anywhere, field_named, rule_id, scenes

_NP = (
    r"(?:the |a |an |each |every |its |their |all )?(?P<what>[a-z][\w\-]*(?: "
    r"(?!and\b|or\b|must\b)[\w\-]+){0,4}?)"
)
_UNIQUE = re.compile(
    rf"\b{_NP} (?:is|are|must be|has to be|have to be|should be)(?: always)? unique\b(?! (?:per|for each"
    rf"|within|for every|in) )"
)
_UNIQUE_WITHIN = re.compile(
    rf"\b{_NP} (?:is|are|must be|has to be|should be) unique (?:per|for each|within an?|within the"
    rf"|within each|for every|in each|in an?|in the|for an?) (?P<whole>[\w\-]+(?: [\w\-]+)?)"
)
_TWICE = re.compile(
    r"\bno 2 (?P<many>[\w\- ]+?) (?:can|may|must|should)?(?: not)? ?(?:have"
    r"|share) the same (?P<what>[\w\- ]+)$"
)
_RANGE = re.compile(
    rf"\b{_NP} (?:is|are|must be|has to be|have to be|should be|lies?|must lie|ranges?|can be|may be|goes"
    rf"|cannot be|must not be|may not be|can never be|must never be|is never|are never|may never be)"
    r" (?P<bound>(?:not |always )?(?:between|from|at least|at most|a minimum of|a maximum of|greater than"
    r"|more than|less than|smaller than|above|over|below|under|positive|negative|not negative|non-negative"
    r"|no more than|not more than|up to|larger than|higher than|lower than|zero|0)\b.*)$"
)


def find(draft: Draft) -> None:
    """Change the fields that such sentences speak of."""
    for scene in scenes(draft):
        _unique(draft, scene)
        _range(scene)
        _inline(scene)
        _step(scene)


def _unique(draft: Draft, scene: Scene) -> None:
    within = _UNIQUE_WITHIN.search(scene.text)
    if within:
        target = field_anywhere(scene, within["what"])
        whole = field_named(target[0], within["whole"]) if target else None
        if target and whole is not None and whole.name != target[1].name:
            fields = (whole.name, target[1].name)
            message = f"This {target[1].label.lower()} is taken."
            draft.rule(
                "uniques",
                Unique(
                    id=rule_id(target[0].name, "unique", *fields),
                    entity=target[0].name,
                    fields=fields,
                    message=message,
                ),
            )
        return
    for pattern in (_UNIQUE, _TWICE):
        match = pattern.search(scene.text)
        found = field_anywhere(scene, match["what"]) if match and "combination" not in match[0] else None
        if found and " and " not in (match["what"] if match else ""):
            found[0].change(
                found[1].name,
                unique=True,
                **({"type": "text", "choices": ()} if found[1].type == "choice" else {}),
            )


_CONDITION = re.compile(
    r"\b(?:if|when|whenever|once|as soon as|unless|alert\w*|notif\w*|warn\w*|approv\w*)\b"
)


def _range(scene: Scene) -> None:
    match = _RANGE.search(scene.text)
    found = field_anywhere(scene, match["what"], NUMBERS) if match else None
    if not match or not found or found[1].choices or _CONDITION.search(scene.text):
        return
    bound = match["bound"]
    if not re.search(r"\d|positive|negative|zero", bound) or re.search(r"\d+ ?%", bound):
        return
    refused = bool(re.search(r"\b(?:cannot|not|never)\b", match[0]))
    made = field_making.constrained(found[1], _turned(bound) if refused else bound)
    if made.type in NUMBERS:
        found[0].fields[found[1].name] = replace(made, name=found[1].name)


_STEP = re.compile(
    r"\b(?P<what>[a-z][\w\-]*(?: [\w\-]+){0,2}?) (?:is|are|can be|must be|may be|can only be|have to be"
    r"|should be)(?: only)?(?: [a-z]+)? (?:in )?(?:steps|multiples|increments|multiple"
    r"|units) of (?P<n>\d+(?:\.\d+)?)\b"
)


def _step(scene: Scene) -> None:
    match = _STEP.search(scene.text)
    found = field_anywhere(scene, match["what"], NUMBERS) if match else None
    if match and found:
        kind = "decimal" if "." in match["n"] and found[1].type == "integer" else found[1].type
        found[0].change(found[1].name, multiple_of=match["n"], type=kind)


_INLINE = re.compile(
    r"\b(?P<what>[a-z]+(?: [a-z]+)?) (?:between|from) (?P<low>-?\d+(?:\.\d+)?) (?:and"
    r"|to) (?P<high>\d+(?:\.\d+)?)\b"
)


def _inline(scene: Scene) -> None:
    """'a temperature between 30 and 45' in a list of data."""
    for match in _INLINE.finditer(scene.text):
        found = field_anywhere(scene, match["what"], NUMBERS)
        if found and not found[1].maximum and not found[1].choices:
            found[0].change(found[1].name, minimum=match["low"], maximum=match["high"])


def _turned(bound: str) -> str:
    """What is left where a bound is refused: 'not below 0' is at least 0."""
    if re.match(r"(?:not )?negative", bound):
        return "non-negative"
    for word, opposite in (
        ("greater than", "at most"),
        ("more than", "at most"),
        ("larger than", "at most"),
        ("higher than", "at most"),
        ("above", "at most"),
        ("over", "at most"),
        ("less than", "at least"),
        ("smaller than", "at least"),
        ("below", "at least"),
        ("under", "at least"),
        ("lower than", "at least"),
        ("zero", "greater than 0"),
    ):
        if bound.startswith(word):
            return bound.replace(word, opposite, 1)
    return bound
