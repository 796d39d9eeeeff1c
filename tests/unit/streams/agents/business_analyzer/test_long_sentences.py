"""No sentence takes long to read, whatever it is made of."""

from __future__ import annotations

import time

import pytest

from streams.agents.business_analyzer import declarations as read
from streams.agents.business_analyzer.restating import restate
from streams.agents.business_analyzer.text_reader import MAX_SENTENCE, clean, split_sentences

# Pieces that the forms of restating begin with, repeated until the sentence is as long as one is read.
_PIECES = (
    "a ", "the x ", "and ", ", ", "who ", "who took it, ", "when it was bought and ", "whether it is ",
    "for each x ", "of whom we know ", "how many ", "x: ", "a - ", "each x has a y, ", "the x's y, ",
    "is kept with ", "one or more ", "between 1 and ", "where it is ", "if any, ", "the date it was ",
    "a-b-", "(", "(a, ", "1 ", "has has ", "a customer books a room for a night, with ", "x/y/", "whose x ",
    "if known, the ", "from a start to an end ", "what it ", "they are ", "we store a ", "for x for y ",
)  # fmt: skip
_ALLOWED_SECONDS = 2.0


@pytest.mark.parametrize("piece", _PIECES)
@pytest.mark.parametrize("start", ["", "Each order has a name and ", "We keep "])
def test_given_a_long_sentence_when_read_then_it_takes_little_time(piece: str, start: str) -> None:
    text = (start + piece * MAX_SENTENCE)[:MAX_SENTENCE]
    restate.cache_clear()
    began = time.process_time()
    for sentence in split_sentences(clean(text)):
        restate(sentence)
        read.declarations(sentence, 0)
    assert time.process_time() - began < _ALLOWED_SECONDS
