"""A label with a statement: 'Prescriptions: a doctor prescribes a medicine to a patient stating the dose'."""

from __future__ import annotations

import re

from streams.agents.business_analyzer import field_types, people, words
from streams.agents.business_analyzer.clauses import clauses
from streams.agents.business_analyzer.lexicon import CONTAINERS
from streams.agents.business_analyzer.phrases import Phrase, noun_phrases
from streams.agents.business_analyzer.tokens import Token, tokenise

_LABELLED = re.compile(
    r"^(?P<x>[A-Za-z][\w\-]+(?: [\w\-]+){0,2}): (?P<said>[^:]+?)(?:(?: - |: )"
    r"(?P<list>[^:]+))?$"
)
_STATING = re.compile(
    r",? (?:stating|giving|with|specifying|providing|entering|including|indicating|naming|noting) "
    r"(?:(?:the|an?|their|its|his|her) )?(?P<list>.+)$",
    re.IGNORECASE,
)
_SECTIONS = frozenset(
    "rule requirement report feature role permission note notice notification reminder scope goal user entity"
    " validation constraint limit filter search export operation function state status statistic exception"
    " workflow process example background summary overview acceptance criterion story task access"
    " step".split()
)


def of_label(text: str) -> str:
    """The data of the record that the label names, as 'each X has ...'; '' for other sentences."""
    match = _LABELLED.match(text)
    if match is None or not words.is_plural(match["x"].split()[-1].lower()):
        return ""
    parts_of = match["x"].lower().split()
    label = Phrase(words=(*parts_of[:-1], words.singular(parts_of[-1])))
    if _no_record(label):
        return ""
    found = clauses(match["said"])
    if not found or found[0].lead or found[0].verbs[0] in ("be", "have"):
        return ""
    if any(token.tag in ("MD", "NEG") for token in tokenise(match["said"])):
        return ""
    stating = _STATING.search(match["said"])
    listed = match["list"] or (stating["list"] if stating else "")
    parts = [phrase.text for phrase in _single(tokenise(match["said"]), label)]
    parts = [part for part in parts if part not in listed.lower()]
    if not listed and len(parts) < 2:
        return ""
    told = [*(f"a {part}" for part in parts), *filter(None, (listed,))]
    return f"each {label.text} has {', '.join(told)}"


def _no_record(label: Phrase) -> bool:
    return field_types.is_data_head(label.head) or label.head in CONTAINERS or label.head in _SECTIONS


def _single(tokens: tuple[Token, ...], label: Phrase) -> list[Phrase]:
    """What the statement names with 'a' before its list: the parties and circumstances of the record."""
    ends = (i for i, t in enumerate(tokens) if t.low in ("stating", "giving", "with", "-", ":"))
    stop = next(ends, len(tokens))
    found = noun_phrases(tokens[:stop])
    return [
        phrase
        for number, phrase in enumerate(found)
        if phrase.determiner in ("a", "an", "one")
        and not phrase.plural
        and phrase.words != label.words
        and not (number == 0 and people.is_person(phrase.head) and phrase.head in ("user", "person"))
    ]
