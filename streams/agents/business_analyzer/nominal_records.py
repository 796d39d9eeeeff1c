"""Records that a verb makes and the text names: who prescribes medication enters a prescription."""

from __future__ import annotations

import re
from dataclasses import replace

from streams.agents.business_analyzer import people, words
from streams.agents.business_analyzer.document import Document, Sentence

_DONE = re.compile(
    r"^(?P<who>(?:(?:an?|the|every|each) )?[A-Za-z\-]+(?: [a-z\-]+)?) (?:can |may |must )?(?P<verb>[a-z\-]+)"
    r" (?P<object>[a-z\-]+(?: [a-z\-]+)?)(?P<rest>(?: (?:for|to|from|on|in|at) [\w\- ]+?)?)"
    r" with (?P<list>[^:]+(?:,| and )[^:]+)$",
    re.IGNORECASE,
)


def resolved(document: Document) -> Document:
    """The document with such sentences restated as entering a record."""
    text = " ".join(sentence.low for sentence in document.sentences)
    return replace(document, sentences=tuple(_restated(sentence, text) for sentence in document.sentences))


def _restated(sentence: Sentence, text: str) -> Sentence:
    match = _DONE.match(sentence.text)
    if match is None or not people.is_person(words.singular(match["who"].split()[-1].lower())):
        return sentence
    noun = _named(match["verb"].lower(), text)
    if (
        not noun
        or noun in match["object"].lower()
        or match["object"].split()[0].lower() in ("a", "an", "the")
    ):
        return sentence
    article = "an" if noun[0] in "aeiou" else "a"
    told = f"{match['who']} enter {article} {noun}{match['rest']} with {match['list']}"
    return replace(sentence, text=told)


def _named(verb: str, text: str) -> str:
    """The noun of the verb that the text uses for a record, '' for none."""
    lemma = words.verb_lemma(verb)
    if not lemma:
        return ""
    for noun in nouns_of(lemma):
        if re.search(rf"\b(?:an?|the|each|every) {noun}\b|\b{words.plural(noun)}\b", text):
            return noun
    return ""


def nouns_of(verb: str) -> tuple[str, ...]:
    """What a record of the deed may be called: prescribe -> prescription, treat -> treatment."""
    stem = verb.removesuffix("e")
    made = [f"{verb}ment", f"{stem}ation", f"{stem}ion", f"{stem}ition"]
    if verb.endswith("ibe"):
        made.append(f"{verb[:-3]}iption")
    if verb.endswith("y"):
        made.append(f"{verb[:-1]}ication")
    if verb.endswith("er"):
        made.append(f"{verb}ral" if verb.endswith("fer") else f"{verb}y")
    if verb.endswith("mit"):
        made.append(f"{verb[:-1]}ssion")
    return tuple(made)
