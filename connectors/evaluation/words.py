"""Names as sets of word stems: case, plural, underscores and synonyms do not part them. Pure."""

from __future__ import annotations

import re
from functools import cache

from snowballstemmer import stemmer

Stems = frozenset[str]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_STEMMER = stemmer("english")
# Words that a name may have or lack without meaning something else.
_FILLING = frozenset("a an the of for in on at by to its their his her my all is has id".split())
# The first word of each line stands for the others.
_SYNONYMS = """
email mail
phone telephone mobile tel
url link website web href
photo picture image
price cost fee rate
amount sum value
quantity qty count number
description text details detail
note notes remark comment
status state stage
kind type sort
person people
employee staff worker colleague
customer client buyer
user member
vehicle car
date day time datetime
begin start
end finish until
birth birthday born dob
category group
reject decline refuse deny
cancel void revoke
complete done finish tick
lend hand issue give borrow loan
return take back
buy purchase bought
fail failed
block lock freeze
available free
arrange schedule book reserve
reservation booking
trip journey
cv resume
shipping delivery
"""
# Irregular forms that a stemmer cannot know.
_FORMS = {
    "bought": "buy",
    "paid": "pay",
    "sent": "send",
    "taken": "take",
    "given": "give",
    "children": "child",
    "men": "man",
    "women": "woman",
    "held": "hold",
    "lent": "lend",
    "sold": "sell",
    "shipped": "ship",
    "passed": "pass",
    "borne": "birth",
}


@cache
def stem_of(word: str) -> str:
    """The stem of one word in lower case."""
    lower = word.lower()
    return str(_STEMMER.stemWord(_FORMS.get(lower, lower)))


@cache
def _synonyms() -> dict[str, Stems]:
    found: dict[str, set[str]] = {}
    for line in _SYNONYMS.split("\n"):
        stems = {stem_of(word) for word in line.split()}
        for stem in stems:
            found.setdefault(stem, set()).update(stems)
    return {stem: frozenset(others) for stem, others in found.items()}


def alike(stem: str) -> Stems:
    """The stem and those that mean the same."""
    return _synonyms().get(stem, frozenset()) | {stem}


def stems_in_order(name: str) -> tuple[str, ...]:
    """Stems of the words of a name: 'checkedInAt', 'Checked-in at' and 'checked_in_at' give the same."""
    name = re.sub(r"['’]s\b", "", re.sub(r"\be-mail", "email", name, flags=re.IGNORECASE))
    return tuple(stem_of(word) for word in _WORD.findall(name))


def stems_of(name: str) -> Stems:
    """Stems of the words that carry the meaning; of all words where none does."""
    stems = stems_in_order(name)
    return frozenset(stem for stem in stems if stem not in _FILLING) or frozenset(stems)


def covers(wide: Stems, narrow: Stems) -> bool:
    """Whether each stem of `narrow` has itself or a synonym in `wide`."""
    return bool(narrow) and all(alike(stem) & wide for stem in narrow)


def closeness(one: Stems, other: Stems) -> float:
    """How well two names agree, 0 to 1: 1 for the same words, more than 0 where one covers the other."""
    if one == other:
        return 1.0
    forth, back = covers(one, other), covers(other, one)
    if forth and back:
        return 0.9
    if forth or back:
        return 0.8 * min(len(one), len(other)) / max(len(one), len(other))
    return 0.0
