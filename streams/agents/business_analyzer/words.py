"""Single words: lemma, part of speech by lexicon, inflection and spelling of names.

Everything is cached, as the lexicon look-up is the dearest step of the analysis.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import lemminflect
from anyascii import anyascii

from streams.agents.business_analyzer import closed_words as closed

UNCOUNTED = frozenset(
    "staff data equipment information furniture software hardware feedback stock inventory luggage"
    " baggage mileage cash money news series species".split()
)
# The lexicon takes some words for the inflection of another one, or does not know them.
_SINGULARS = {
    "people": "person",
    "persons": "person",
    "attendees": "attendee",
    "data": "data",
    "criteria": "criterion",
    "media": "media",
    "minutes": "minute",
    "lens": "lens",
    "goods": "goods",
    "series": "series",
    "premises": "premises",
    "menus": "menu",
    "leaves": "leave",
    "axes": "axis",
    "analyses": "analysis",
    "diagnoses": "diagnosis",
    "news": "news",
    "earnings": "earnings",
    "sales": "sale",
    "bus": "bus",
    "gas": "gas",
    "status": "status",
    "address": "address",
    "class": "class",
    "business": "business",
    "canvas": "canvas",
    "always": "always",
    "gps": "gps",
    "sms": "sms",
    "skus": "sku",
    "species": "species",
    "allergens": "allergen",
    "vans": "van",
    "clothes": "clothes",
    "glasses": "glass",
    "bonus": "bonus",
    "campus": "campus",
    "apparatus": "apparatus",
    "basis": "basis",
    "thesis": "thesis",
    "analysis": "analysis",
    "diagnosis": "diagnosis",
    "dosis": "dosis",
}
_PLURALS = {
    "person": "people",
    "staff": "staff",
    "sku": "skus",
    "bus": "buses",
    "staff member": "staff members",
    "leave": "leaves",
    "diagnosis": "diagnoses",
    "analysis": "analyses",
    "medium": "media",
    "criterion": "criteria",
    "box": "boxes",
    "series": "series",
    "species": "species",
    "equipment": "equipment",
    "expense": "expenses",
}


@lru_cache(maxsize=20_000)
def readings(word: str) -> dict[str, tuple[str, ...]]:
    """Parts of speech of the lexicon (NOUN, VERB, ADJ, ADV, ...) with the lemmas."""
    found = lemminflect.getAllLemmas(word)
    return {str(tag): tuple(lemmas) for tag, lemmas in found.items()}


@lru_cache(maxsize=20_000)
def singular(word: str) -> str:
    """The singular of a noun, the word itself where it is one or is not known."""
    word = word.lower()
    if word in _SINGULARS:
        return _SINGULARS[word]
    if word in UNCOUNTED or len(word) < 3:
        return word
    if "-" in word and not readings(word):
        first, _, last = word.rpartition("-")
        return f"{first}-{singular(last)}"
    lemmas = readings(word).get("NOUN")
    if lemmas:
        return word if word in lemmas and not _regular_plural(word, lemmas) else lemmas[0]
    return _singular_by_ending(word)


def _regular_plural(word: str, lemmas: tuple[str, ...]) -> bool:
    return (
        any(lemma != word and word in (lemma + "s", lemma + "es") for lemma in lemmas) and lemmas[0] != word
    )


def _singular_by_ending(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if re.search(r"(s|x|z|ch|sh)es$", word):
        return word[:-2]
    if word.endswith("s") and not re.search(r"(ss|us|is)$", word):
        return word[:-1]
    return word


@lru_cache(maxsize=20_000)
def plural(word: str) -> str:
    """The plural of a singular noun."""
    if word in _PLURALS:
        return _PLURALS[word]
    if word in UNCOUNTED:
        return word
    if "-" in word:
        first, _, last = word.rpartition("-")
        return f"{first}-{plural(last)}"
    if not word.isalpha() or not word.isascii():
        return word + "s"
    found = lemminflect.getInflection(word, tag="NNS", inflect_oov=False)
    if found and str(found[0]) != word:
        return str(found[0])
    if re.search(r"(s|x|z|ch|sh)$", word):
        return word + "es"
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + "s"


@lru_cache(maxsize=20_000)
def is_plural(word: str) -> bool:
    """Whether the noun is a plural (people counts, staff too)."""
    low = word.lower()
    return low in closed.COLLECTIVES or singular(low) != low


@lru_cache(maxsize=20_000)
def verb_lemma(word: str) -> str:
    """The infinitive of a verb form, '' where the lexicon has none."""
    lemmas = readings(word).get("VERB")
    if lemmas:
        return lemmas[0]
    if "-" in word:
        first, _, last = word.rpartition("-")
        tail = verb_lemma(last)
        return f"{first}-{tail}" if tail else ""
    return ""


@lru_cache(maxsize=20_000)
def participle(verb: str) -> str:
    """The past participle: cancel -> cancelled, send -> sent."""
    spelled = {
        "cancel": "cancelled",
        "pay": "paid",
        "send": "sent",
        "do": "done",
        "lose": "lost",
        "win": "won",
    }
    if verb in spelled:
        return spelled[verb]
    found = lemminflect.getInflection(verb, tag="VBN")
    return str(found[0]) if found else verb + "ed"


@lru_cache(maxsize=20_000)
def is_participle(word: str) -> bool:
    """Whether the word can be a past participle."""
    if word in closed.IRREGULAR_PARTICIPLES:
        return True
    return word.endswith("ed") and len(word) > 3 and verb_lemma(word) not in ("", word)


def snake(words: Sequence[str]) -> str:
    """A snake_case name of ASCII letters, digits and underscores; '' where nothing is left."""
    joined = anyascii("_".join(words)).lower().replace("e-mail", "email").replace("'s", "")
    return re.sub(r"_+", "_", re.sub(r"[^a-z0-9]+", "_", joined)).strip("_")


def pascal(words: Sequence[str]) -> str:
    """A PascalCase name."""
    return "".join(part.capitalize() for part in snake(words).split("_"))


def kebab(words: Sequence[str]) -> str:
    """A kebab-case name."""
    return snake(words).replace("_", "-")


def label(words: Sequence[str]) -> str:
    """Words as a person reads them: first letter upper, the rest as written."""
    text = " ".join(words).replace("_", " ").replace("-and-", " and ").strip()
    return text[:1].upper() + text[1:]
