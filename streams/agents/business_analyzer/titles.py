"""What the service is called, and its summary."""

from __future__ import annotations

import re

from streams.agents.business_analyzer import words
from streams.agents.business_analyzer.draft import Draft
from streams.agents.business_analyzer.phrases import noun_phrases

_PRODUCTS = frozenset(
    "tool system service app application platform portal tracker manager planner program website"
    " software register database shop store marketplace calendar ledger directory catalogue catalog"
    " inventory".split()
)
_PLAIN = frozenset(
    "small simple web new online internal little basic good easy modern own custom digital".split()
)


def title(draft: Draft) -> str:
    """The title of the document, the product that the text names, or the first entity's service."""
    given = re.sub(r"[^\w\s&-]", " ", draft.document.title)
    given = " ".join(given.split())[:60].strip()
    if (
        given
        and re.search(r"[A-Za-z]", given)
        and not re.match(r"(requirements?|overview|summary|goals?)$", given, re.I)
    ):
        return given
    for sentence in draft.document.sentences[:3]:
        for phrase in noun_phrases(sentence.tokens):
            names = tuple(word for word in phrase.words if word not in _PLAIN)
            if names and names[-1] in _PRODUCTS and len(names) > 1 and len(names) <= 4:
                return words.label(names)[:60]
    first = next((e for e in draft.entities if e.declared), draft.entities[0])
    return f"{first.label} service"


def summary(draft: Draft) -> str:
    """The first sentence or two of the requirement."""
    texts = [sentence.text for sentence in draft.document.sentences[:2]]
    text = ". ".join(texts) or f"Keeps {', '.join(e.label.lower() for e in draft.entities)}"
    text = text.strip(". ")
    return f"{text[:400]}."
