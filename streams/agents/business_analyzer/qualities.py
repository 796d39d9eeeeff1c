"""Qualities that the requirement asks for, beside what the service does."""

from __future__ import annotations

import re

from streams.agents.business_analyzer.document import Document

_KINDS: tuple[tuple[str, str], ...] = (
    ("performance",
        r"\b(response time|responses? within|within \d+ ?(?:ms|milliseconds)|latency|fast|concurrent"
        r"|throughput|scal\w+|requests per second|load)\b"),
    ("precision", r"\b(exact|decimals?|rounding|rounded|precision|cents)\b"),
    ("security",
        r"\b(encrypt\w*|gdpr|hipaa|secure|security|privacy|password hash\w*|authenticat\w+|audit\w*)\b"),
    ("availability", r"\b(availability|uptime|24/7|99(?:\.\d+)?\s?%|backups?|failover)\b"),
    ("usability",
        r"\b(easy to use|intuitive|responsive|mobile|accessib\w+|wcag|user[- ]friendly|tablets?"
        r"|keyboard)\b"),
)  # fmt: skip
_SURE = re.compile(
    r"\b(within \d+ ?(?:ms|milliseconds|seconds)|exact to|two decimals|response times?|encrypted|gdpr"
    r"|uptime|99(?:\.\d+)?\s?%"
    r"|concurrent users|easy to use|backed up|responsive|wcag|must be secure|must be fast)\b",
    re.I,
)


def kind_of(text: str) -> str:
    """performance, precision, security, availability, usability or other."""
    low = text.lower()
    return next((kind for kind, pattern in _KINDS if re.search(pattern, low)), "other")


def of_document(document: Document) -> list[tuple[str, str]]:
    """Texts and kinds: those under their own heading, and sentences that plainly speak of qualities."""
    texts = list(document.non_functional)
    texts.extend(sentence.text for sentence in document.sentences if _SURE.search(sentence.text))
    return [(text[:500], kind_of(text)) for text in dict.fromkeys(texts)][:50]
