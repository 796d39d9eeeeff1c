"""Noun phrases and lists of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from streams.agents.business_analyzer import field_types, words
from streams.agents.business_analyzer.tokens import Token

_FLAGS = frozenset(
    "optional required mandatory unique compulsory own same other new existing different given certain"
    " following specific single whole such several many multiple limited valid current respective actual"
    " individual own more further additional various available possible corresponding own exact"
    " overall particular simple nullable non-empty small large big free-text".split()
)
# These say which one of several where a thing follows ('available rooms'), and belong to the name where
# a value does ('available quantity', 'given name').
_PART_OF_VALUE = frozenset(
    "available current given actual valid individual overall specific additional".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A noun phrase: `words` are its nouns and adjectives, the last one in the singular."""

    words: tuple[str, ...]
    plural: bool = False
    determiner: str = ""
    flags: tuple[str, ...] = ()
    detail: str = ""
    tail: str = ""
    start: int = 0
    end: int = 0

    @property
    def head(self) -> str:
        """The last noun."""
        return self.words[-1]

    @property
    def text(self) -> str:
        """The words with spaces."""
        return " ".join(self.words)


def noun_phrases(tokens: tuple[Token, ...]) -> list[Phrase]:
    """All noun phrases outside parentheses, in order; what stands in parentheses is their detail."""
    found: list[Phrase] = []
    index = 0
    while index < len(tokens):
        if tokens[index].group or tokens[index].tag not in ("N", "ADJ", "VBN", "VBG", "DET", "POSS", "NUM"):
            index += 1
            continue
        phrase = _phrase_at(tokens, index)
        if phrase is None:
            index += 1
            continue
        found.append(phrase)
        index = phrase.end
    return found


def _phrase_at(tokens: tuple[Token, ...], start: int) -> Phrase | None:
    index = start
    determiner = ""
    flags: list[str] = []
    while index < len(tokens) and tokens[index].tag in ("DET", "POSS", "NUM", "ADV"):
        determiner = tokens[index].low
        index += 1
    content: list[Token] = []
    while index < len(tokens) and not tokens[index].group:
        token = tokens[index]
        if token.tag not in ("N", "ADJ", "VBN", "VBG"):
            break
        if token.low in _FLAGS and (token.tag != "N" or not content) and not _of_value(tokens, index):
            flags.append(token.low)
        else:
            content.append(token)
        index += 1
    nouns = [position for position, token in enumerate(content) if token.tag in ("N", "VBG")]
    if not nouns:
        return None
    content = content[: nouns[-1] + 1]
    content = _one_thing(determiner, content)
    index -= _dropped(tokens, index, content)
    names = tuple(token.low for token in content)
    detail, end = _detail(tokens, index)
    return Phrase(
        words=(*names[:-1], words.singular(names[-1])),
        plural=words.is_plural(names[-1]),
        determiner=determiner,
        flags=tuple(flags),
        detail=detail,
        start=start,
        end=end,
    )


def _one_thing(determiner: str, content: list[Token]) -> list[Token]:
    """'during a meeting decisions are taken': a plural after 'a meeting' begins the next phrase."""
    if determiner not in ("a", "an", "each", "every", "one") or len(content) < 2:
        return content
    before = content[-2]
    splits = (
        words.is_plural(content[-1].low)
        and content[-1].low not in words.UNCOUNTED
        and before.tag in ("N", "VBG")
    )
    return content[:-1] if splits and not words.is_plural(before.low) else content


def _dropped(tokens: tuple[Token, ...], index: int, content: list[Token]) -> int:
    """How many tokens before `index` stand after the last one of the phrase."""
    back = 0
    while tokens[index - back - 1] is not content[-1]:
        back += 1
    return back


def _of_value(tokens: tuple[Token, ...], index: int) -> bool:
    """Whether the qualifier at `index` is part of the name of a value."""
    if tokens[index].low not in _PART_OF_VALUE or index + 1 >= len(tokens):
        return False
    following = tokens[index + 1]
    return following.tag == "N" and field_types.is_data_head(words.singular(following.low))


def _detail(tokens: tuple[Token, ...], index: int) -> tuple[str, int]:
    if index >= len(tokens) or tokens[index].low not in "([":
        return "", index
    end, depth = index + 1, 1
    while end < len(tokens) and tokens[end].group:
        depth += (tokens[end].low in ("(", "[")) - (tokens[end].low in (")", "]"))
        if not depth:
            break
        end += 1
    inside = " ".join(token.low for token in tokens[index + 1 : end])
    return inside, min(end + 1, len(tokens))


def split_list(tokens: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """The items of 'a, b (x, y) and c', with numbers kept together ('15, 30 or 60 minutes')."""
    items: list[list[Token]] = [[]]
    for index, token in enumerate(tokens):
        separator = not token.group and (token.low in (",", "/") or token.tag == "CC" or token.low == "plus")
        if separator and _joins_numbers(tokens, index):
            items[-1].append(token)
        elif separator:
            items.append([])
        else:
            items[-1].append(token)
    return [tuple(item) for item in items if item]


def _joins_numbers(tokens: tuple[Token, ...], index: int) -> bool:
    before = tokens[index - 1] if index else None
    following = next((token for token in tokens[index + 1 :] if token.tag not in ("CC", "ADV")), None)
    return before is not None and following is not None and before.tag == "NUM" and following.tag == "NUM"


_RANGE = re.compile(
    r"(?:between|from)?\s*(?P<low>-?\d+(?:\.\d+)?)\s*(?:to|and|-|until|through"
    r"|\.\.)\s*(?P<high>-?\d+(?:\.\d+)?)"
)


def number_range(text: str) -> tuple[str, str] | None:
    """('0.25', '12') for '0.25 to 12' or 'between 0.25 and 12', None without a range."""
    match = _RANGE.search(text)
    return (match["low"], match["high"]) if match else None
