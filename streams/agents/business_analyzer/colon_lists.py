"""What a list after a colon is about: 'I write an inspection: date, hive, remarks'."""

from __future__ import annotations

import re

from streams.agents.business_analyzer import field_types, words
from streams.agents.business_analyzer.attributes import attributes
from streams.agents.business_analyzer.clauses import clauses
from streams.agents.business_analyzer.lexicon import CONTAINERS, DATA_THINGS
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
    if match is None or not about or not _data(match["list"]):
        return [text]
    if about[0].head in _BOOKED.values() and not re.search(
        r"\b(?:names?|e-?mail|phone)\b", match["list"].lower()
    ):
        about = _about(match["head"], booked=False)
    whole = _given_each(match["head"])
    return [match["head"], *(f"each {phrase.text} has {whole}{match['list']}" for phrase in about)]


def _given_each(head: str) -> str:
    """'Each department gets a yearly budget': the budget is one of the department."""
    found = clauses(head)
    phrases = (
        noun_phrases(found[0].subject) if len(found) == 1 and found[0].verbs[0] in ("get", "receive") else []
    )
    each = len(phrases) == 1 and phrases[0].determiner in ("each", "every")
    return f"a {phrases[0].text}, " if each else ""


def _about(head: str, booked: bool = True) -> list[Phrase]:
    """The objects of what is done, the booking of 'guests book a tour', or else the subject."""
    found = clauses(head)
    if not found:
        return []
    last = found[-1]
    deed = next((_BOOKED[verb] for verb in last.verbs if verb in _BOOKED), "")
    if deed and booked and not last.passive:
        return [Phrase(words=(deed,))]
    stop = next((i for i, t in enumerate(last.rest) if t.tag in ("PREP", "TO", "SUB") and not t.group), None)
    phrases = noun_phrases(last.rest[:stop]) if not last.passive else []
    phrases = [phrase for phrase in phrases if phrase.head not in _PARTICLES]
    phrases = phrases or noun_phrases(last.subject)[:1]
    phrases = [
        phrase
        for phrase in phrases
        if not _no_record(phrase.head) or (phrase.determiner in ("a", "an") and phrase.head in DATA_THINGS)
    ]
    if len(phrases) > 3 or last.verbs[0] in ("be", "have", "contain", "include"):
        return []
    return phrases


def _no_record(noun: str) -> bool:
    return field_types.is_data_head(noun) or noun in CONTAINERS or noun in _NO_RECORDS


_BOOKED = {"book": "booking", "reserve": "reservation", "order": "order", "rent": "rental", "borrow": "loan"}
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
    return len(listed) > 1 and (len(data) > 1 or len(listed) < 7) and bool(data)
