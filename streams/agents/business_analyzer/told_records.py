"""Records that a sentence tells of in a roundabout way, restated as 'each X has a, b and c'."""

from __future__ import annotations

import re

from streams.agents.business_analyzer import field_types, people, words

_NOUN = r"[\w\-]+(?: [\w\-]+)?"
_NOTE = (
    r"(?:write down|note down|write|note|record|keep|store|enter|register|take down|document|want to know"
    r"|need|ask for|capture|log)s?"
)
_FOR_EACH = re.compile(
    rf"^(?:for|on|at|in|during|after) (?:each|every) (?P<whole>{_NOUN}?),? (?:the |our |an? )?"
    rf"(?P<who>[\w\-]+) (?:must |can |should )?{_NOTE} (?:the |an? |their |his |her )?"
    r"(?P<x>[\w\-]+(?: [\w\-]+){0,2}): "
    r"(?P<list>[^:]+)$",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    rf"^(?P<head>[^:]+ (?P<x>{_NOUN})): (?:we|they|you|i|the [\w\-]+|staff) (?:must |should |then "
    rf"|also )?{_NOTE} (?P<list>.+)$",
    re.IGNORECASE,
)
_KIND = re.compile(
    r"^(?:an?|each|every) (?P<x>[\w\-]+(?: [\w\-]+)?) is (?:for )?(?P<first>(?:an?|one|exactly one) .+)$",
    re.IGNORECASE,
)
_JOINT = re.compile(r",? (?:and )?(?:on|at|in|for|from|to|until|by|with|of) (?=(?:an?|one|exactly one|the) )")
_SET = re.compile(
    r"^(?P<who>.+?) (?:sets?|can set|may set|defines?|can define|fix|fixes|want to set) (?:an? |the )?"
    r"(?P<x>(?:[\w\-]+ )?(?:limit|budget|target|goal|quota|allowance|price|threshold|tariff)s?)"
    r" (?:for|per|of) (?:each|every|an?|the) (?P<whole>[\w\-]+(?: [\w\-]+)?)(?: (?:and|per|each|every) .*)?$",
    re.IGNORECASE,
)
_PLURAL_LABEL = re.compile(r"^(?P<x>[A-Za-z][\w\-]+(?: [\w\-]+){0,2}): (?P<list>[^:]+,[^:]+)$")
_SENT_IN = re.compile(
    r"\b(send|sends|hand|hands|bring|brings|turn|turns|put|puts) in (?=[a-z\-]+(?: [a-z\-]+)? with )"
)
_TRAILING_UNIQUE = re.compile(
    r"(?P<open>^|[(,:] ?)(?P<x>[\w\-]+(?: [\w\-]+){0,3}) (?P<mark>unique)(?=[,)]|$)", re.I
)
_SECTIONS = frozenset("rules features users reports roles notes requirements operations statuses states goals"
                      " permissions notifications constraints exports filters searches".split())  # fmt: skip
_FINITE = re.compile(r"\b(?:is|are|has|have|can|must|may|should|will|cannot|who|which|that)\b", re.IGNORECASE)


def marked(text: str) -> str:
    """'IMO number unique' as 'unique IMO number', and 'send in requests with' as 'submit requests with'."""
    text = _TRAILING_UNIQUE.sub(lambda m: f"{m['open']}{m['mark']} {m['x']}", text)
    text = re.sub(r"\b[\w\-]+'s (?=first and last name)", "", text)
    return _SENT_IN.sub("submit ", text)


_ONCE_DONE = re.compile(
    r"^(?:when|once|after|as soon as|if) (?:an?|the|each) (?P<x>[\w\-]+(?: [\w\-]+)?) (?:is|has been|gets)"
    rf" (?P<verb>[a-z]+),? (?:we|they|the [\w\-]+|staff) (?:must |should |also )?{_NOTE}"
    r" (?P<list>(?:the|an?|its) .+)$",
    re.IGNORECASE,
)


def told(text: str) -> list[str]:
    """The statements that the sentence makes of a record; none where it is told otherwise."""
    for reader in (_for_each, _written, _once_done, _kind, _set, _label):
        found = reader(text)
        if found:
            return found
    return []


def _one(noun: str) -> str:
    parts = noun.lower().split()
    return " ".join((*parts[:-1], words.singular(parts[-1])))


def _for_each(text: str) -> list[str]:
    """'For each patient nurses record vital signs: pulse, weight' tells data of the vital sign."""
    match = _FOR_EACH.match(text)
    if not match or not people.is_person(words.singular(match["who"].lower())):
        return []
    return [f"each {_one(match['x'])} has a {match['whole']}, {match['list']}"]


def _written(text: str) -> list[str]:
    """'Sellers bring in items: we write down the brand, the size' tells data of the item."""
    match = _WRITTEN.match(text)
    if not match or not words.is_plural(match["x"].split()[-1].lower()) or "," not in match["list"]:
        return []
    thing = match["x"].split()[-1].lower()
    if field_types.is_data_head(words.singular(thing)) or people.is_person(words.singular(thing)):
        return []
    items = [item for item in re.split(r", (?:and )?| and ", match["list"]) if not _FINITE.search(item)]
    return [match["head"], f"each {words.singular(thing)} has {', '.join(items)}"] if len(items) > 1 else []


def _once_done(text: str) -> list[str]:
    """'When an item is sold we note the selling price and the sale date': data that come later."""
    match = _ONCE_DONE.match(text)
    if not match or not words.is_participle(match["verb"].lower()) or _FINITE.search(match["list"]):
        return []
    items = [item for item in re.split(r", (?:and )?| and ", match["list"]) if 0 < len(item.split()) <= 5]
    known = [item for item in items if field_types.is_data_head(item.split()[-1].lower())]
    if not known or len(known) < len(items):
        return []
    return [f"each {match['x']} has {', '.join(f'{item} (optional)' for item in items)}"]


def _kind(text: str) -> list[str]:
    """'A stand is a truck at a spot on a date with a start time' joins these."""
    match = _KIND.match(text)
    if not match or _FINITE.search(match["first"]) or people.is_person(match["x"].split()[-1].lower()):
        return []
    parts = _JOINT.split(match["first"])
    if len(parts) < 3:
        return []
    return [f"each {match['x']} has {', '.join(part.strip() for part in parts)}"]


def _set(text: str) -> list[str]:
    """'I want to set a monthly limit for each category': limits are kept, each of a category."""
    match = _SET.match(text)
    if not match or people.is_person(match["whole"].split()[-1].lower()):
        return []
    thing = _one(match["x"])
    return [f"each {thing} has a {match['whole']}, an amount"]


def _label(text: str) -> list[str]:
    """'Comments: change, author, text': a label in the plural names records."""
    match = _PLURAL_LABEL.match(text)
    if not match or _FINITE.search(re.sub(r"\([^)]*\)", "", match["list"])):
        return []
    last = match["x"].split()[-1].lower()
    if not words.is_plural(last) or last in _SECTIONS or not field_types.is_data_head(words.singular(last)):
        return []
    items = [
        item.split() for item in re.split(r",(?![^(]*\))| and ", re.sub(r"\([^)]*\)", "", match["list"]))
    ]
    short = len(items) > 1 and all(0 < len(item) <= 4 for item in items)
    data = sum(field_types.is_data_head(words.singular(item[-1].lower())) for item in items if item)
    return [f"each {_one(match['x'])} has {match['list']}"] if short and data * 2 >= len(items) else []
