"""What a list after a colon is about: 'I write an inspection: date, hive, remarks'."""

from __future__ import annotations

import re

from streams.agents.business_analyzer import field_types, words
from streams.agents.business_analyzer.attributes import attributes
from streams.agents.business_analyzer.clauses import clauses
from streams.agents.business_analyzer.lexicon import CONTAINERS
from streams.agents.business_analyzer.phrases import Phrase, noun_phrases
from streams.agents.business_analyzer.tokens import tokenise

_PLACED = re.compile(
    r"^(?P<x>(?:an? |the |each )?[\w\-]+(?: [\w\-]+)?): (?P<verb>[a-z]+) (?P<rest>(?:by|for|in|on|with"
    r"|to|from|at|of) .+)$",
    re.IGNORECASE,
)
_LISTING = re.compile(r"^(?P<head>[^:]{5,160}):\s*(?P<list>[^:;]+)$")


def placed(text: str) -> str:
    """'Orders: placed by a customer' as a statement about orders; other sentences as they are."""
    match = _PLACED.match(text)
    if match is None or not words.is_participle(match["verb"].lower()):
        return text
    several = words.is_plural(match["x"].split()[-1])
    return f"{match['x']} {'are' if several else 'is'} {match['verb']} {match['rest']}"


def apart(text: str) -> list[str]:
    """The sentence and what its list says; just the sentence where there is none."""
    match = _LISTING.match(text)
    about = _about(match["head"]) if match else None
    if match is None or about is None or not _data(match["list"]):
        return [text]
    return [match["head"], f"each {about.text} has {match['list']}"]


def _about(head: str) -> Phrase | None:
    """The object of what is done, or else the subject."""
    found = clauses(head)
    if not found:
        return None
    last = found[-1]
    stop = next((i for i, t in enumerate(last.rest) if t.tag in ("PREP", "TO", "SUB") and not t.group), None)
    phrases = noun_phrases(last.rest[:stop]) if not last.passive else []
    phrases = [phrase for phrase in phrases if phrase.head not in _PARTICLES]
    phrases = phrases or noun_phrases(last.subject)[:1]
    if len(phrases) != 1 or last.verbs[0] in ("be", "have", "contain", "include"):
        return None
    head_noun = phrases[0].head
    if field_types.is_data_head(head_noun) or head_noun in CONTAINERS or head_noun in _NO_RECORDS:
        return None
    return phrases[0]


_PARTICLES = frozenset(["out", "up", "in", "off", "down", "back"])
_NO_RECORDS = frozenset(
    "rule role feature entity report requirement thing field data information detail kind type sort way step"
    " function operation task user overview list filter view".split()
)


def _data(listing: str) -> bool:
    """Whether most of the list is data, and nothing in it is a statement."""
    tokens = tokenise(re.sub(r"\([^)]*\)", "", listing))
    if any(token.tag in ("MD", "BE", "HAVE", "DO", "PRON") for token in tokens):
        return False
    if any(len(item.split()) > 5 for item in re.split(r",|\band\b", re.sub(r"\([^)]*\)", "", listing))):
        return False
    listed = attributes(tokens)
    data = [a for a in listed if field_types.is_data_head(a.head) or field_types.is_data_head(a.written)]
    return len(listed) > 1 and (len(data) > 1 or len(data) * 3 >= len(listed))
