"""What 'it' and 'they' at the start of a sentence stand for: the subject of the sentence before."""

from __future__ import annotations

import re
from dataclasses import replace

from streams.agents.business_analyzer import lexicon, words
from streams.agents.business_analyzer.clauses import clauses
from streams.agents.business_analyzer.document import Document, Sentence
from streams.agents.business_analyzer.phrases import noun_phrases

_START = re.compile(
    r"^(?P<pronoun>it|they|each|both|these|those|each of them|every one)\s+"
    r"(?=(?:also |always |then |only |never )?(?:has|have|is|are|can|cannot|must|may|should|will|shall"
    r"|contains?|includes?"
    r"|belongs?|consists?|needs?|stores?|records?|gets?|starts?|ends?|lasts?|refers?|concerns?|carr(?:y"
    r"|ies)|holds?|says?|tells?|mentions?|gives?|comes?|costs?|can't|requires?|lies?|belong|goes)\b)",
    re.IGNORECASE,
)


def resolved(document: Document) -> Document:
    """The document with these pronouns replaced."""
    done: list[Sentence] = []
    for sentence in document.sentences:
        match = _START.match(sentence.text)
        subject = _subject(done[-1].text) if match and done else ""
        if match and subject:
            sentence = replace(
                sentence, text=f"{_named(match['pronoun'].lower(), subject)} {sentence.text[match.end() :]}"
            )
        done.append(sentence)
    return replace(document, sentences=tuple(done))


def _named(pronoun: str, subject: str) -> str:
    parts = subject.split()
    one = " ".join((*parts[:-1], words.singular(parts[-1])))
    if pronoun in ("they", "both", "these", "those"):
        return subject[:1].upper() + subject[1:]
    return f"{'Each' if pronoun.startswith('e') else 'The'} {one}"


def _subject(text: str) -> str:
    """The noun of the subject as written, '' where it is no thing."""
    found = clauses(text)
    if not found:
        return ""
    phrases = noun_phrases(found[0].subject)
    if not phrases or phrases[-1].head in lexicon.CONTAINERS or len(phrases) > 1:
        return ""
    last = found[0].subject[: phrases[-1].end][-1]
    return " ".join((*phrases[-1].words[:-1], last.low if last.low.isalpha() else phrases[-1].head))
