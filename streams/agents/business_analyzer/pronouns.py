"""What 'it' and 'they' at the start of a sentence stand for: the subject of the sentence before."""

from __future__ import annotations

import re
from dataclasses import replace

from streams.agents.business_analyzer import field_types, lexicon, words
from streams.agents.business_analyzer.attributes import attributes
from streams.agents.business_analyzer.clauses import clauses
from streams.agents.business_analyzer.colon_lists import placed
from streams.agents.business_analyzer.document import Document, Sentence
from streams.agents.business_analyzer.inline_constraints import in_parentheses
from streams.agents.business_analyzer.phrases import noun_phrases
from streams.agents.business_analyzer.tokens import Token, tokenise

_START = re.compile(
    r"^(?P<pronoun>(?:it|they)(?= [a-z])(?! would\b)|each|both|these|those|each of them|every one)\s+"
    r"(?:(?<=it )|(?<=they )|(?=(?:also |always |then |only |never )?(?:has|have|is|are|can|cannot|must|may"
    r"|should|will|shall|contains?|includes?|belongs?|consists?|needs?|stores?|gets?|refers?|concerns?"
    r"|carr(?:y|ies)|holds?|says?|gives?|comes?|costs?)\b))",
    re.IGNORECASE,
)
# 'contains order lines', 'is placed by a customer': a statement without its subject.
_BARE = re.compile(
    r"^(?:also )?(?:contains|includes|has|have|belongs|belong|consists"
    r"|refers)\b",
    re.IGNORECASE,
)
# 'Name, age and size are asked for': data of what was spoken of.
_ASKED = re.compile(
    r"^(?!when\b|if\b|for\b|once\b|after\b|before\b|on\b|at\b|in\b|of\b)(?:the )?(?P<list>[^:;]+?) (?:is"
    r"|are|must be|should be|have to be|has to be) (?:asked for|needed|recorded|stored|kept|saved|noted"
    r"|required|registered|captured|entered|collected)$",
    re.IGNORECASE,
)


# 'We store where it started, the mileage and the load': data of what was spoken of.
_STORED = re.compile(
    r"^(?:we|the system|it|they|you|users?|staff)(?: (?:should|must|also|will|want to|need to|have to"
    r"|has to))* (?:store|keep|record|note"
    r"|save|register|log|capture|need|know)s? (?P<list>(?!the [\w\-]+'s |track\b|an? (?:list|overview"
    r"|record)\b)[^:;]+)$",
    re.IGNORECASE,
)


def resolved(document: Document) -> Document:
    """The document with these pronouns replaced."""
    done: list[Sentence] = []
    for sentence in document.sentences:
        sentence = replace(sentence, text=placed(sentence.text))
        match = _START.match(sentence.text)
        without = match is None and bool(_BARE.match(sentence.text) or _asked(sentence.text))
        subject = _subject(done[-1].text) if (match or without) and done else ""
        if subject and without:
            sentence = replace(sentence, text=_with_subject(sentence.text, subject))
        if match and subject:
            sentence = replace(
                sentence, text=f"{_named(match['pronoun'].lower(), subject)} {sentence.text[match.end() :]}"
            )
        done.append(sentence)
    return replace(document, sentences=tuple(done))


def _asked(text: str) -> re.Match[str] | None:
    found = _ASKED.match(text) or _STORED.match(text)
    return (
        None
        if found
        and re.search(
            r"\b(?:for|of|about) (?:each|every|all"
            r"|our)\b",
            found["list"],
        )
        else found
    )


def _with_subject(text: str, subject: str) -> str:
    parts = subject.split()
    one = " ".join((*parts[:-1], words.singular(parts[-1])))
    asked = _asked(text)
    if asked is None:
        return f"The {one} {text[:1].lower()}{text[1:]}"
    listed = attributes(tokenise(in_parentheses(asked["list"])))
    data = [a for a in listed if field_types.is_data_head(a.head) or field_types.is_data_head(a.written)]
    if len(listed) < 3 or len(data) * 2 < len(listed):
        return text
    return f"Each {one} has {asked['list']}"


def _named(pronoun: str, subject: str) -> str:
    parts = subject.split()
    one = " ".join((*parts[:-1], words.singular(parts[-1])))
    if pronoun in ("they", "both", "these", "those"):
        return subject[:1].upper() + subject[1:]
    return f"{'Each' if pronoun.startswith('e') else 'The'} {one}"


_LABEL = re.compile(r"^(?P<name>[A-Za-z][\w\-]*(?: [\w\-]+)?): ", re.IGNORECASE)


def _of(subject: tuple[Token, ...]) -> bool:
    """'A batch of wine' is spoken of as the batch."""
    return any(token.low in ("of", "in") for token in subject) and not any(
        token.tag == "CC" for token in subject
    )


def _subject(text: str) -> str:
    """The noun of the subject as written, '' where it is no thing."""
    label = _LABEL.match(text)
    if label and label["name"].lower().split()[-1] not in lexicon.CONTAINERS:
        return label["name"].lower()
    found = clauses(text)
    if not found:
        return ""
    phrases = noun_phrases(found[0].subject)
    if (
        not phrases
        or phrases[-1].head in lexicon.CONTAINERS
        or (len(phrases) > 1 and not _of(found[0].subject))
    ):
        return ""
    phrases = phrases[:1]
    last = found[0].subject[: phrases[-1].end][-1]
    return " ".join((*phrases[-1].words[:-1], last.low if last.low.isalpha() else phrases[-1].head))
