"""Sets of words, written as a text with spaces."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of the text."""
    return frozenset(text.split())
