"""One item of an attribute list, read: 'an optional description', 'hours (0.25 to 12)'."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from streams.agents.business_analyzer import closed_words as closed
from streams.agents.business_analyzer import words
from streams.agents.business_analyzer.clauses import join
from streams.agents.business_analyzer.phrases import Phrase, noun_phrases, split_list
from streams.agents.business_analyzer.tokens import Token, tokenise

_QUANTIFIER = re.compile(
    r"^(?:one or (?:more|several)|at least \w+|up to \w+|zero or more|a list of|lists? of|an? (?:ordered"
    r" )?(?:set|series"
    r"|number) of(?= \w+s\b.*\beach\b)|several|multiple|many|any number of|a collection of|some|various)\s+"
)
_PARTS = frozenset(
    "start end first last middle check-in check-out opening closing departure arrival pickup pick-up"
    " drop-off dropoff return billing shipping delivery minimum maximum min max home work old new"
    " begin purchase selling sale buying planned actual estimated issue due from to birth hire net"
    " gross unit hourly daily given family expiry production source target loading".split()
)


# What these are for is part of their name: 'areas for improvement', 'price for adults'.
_MEANT_FOR = frozenset("area reason price fee rate cost capacity idea ground potential".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A piece of data that the requirement names for an entity."""

    words: tuple[str, ...]
    written: str
    plural: bool = False
    listed: bool = False
    determiner: str = ""
    flags: tuple[str, ...] = ()
    detail: str = ""
    tail: str = ""
    optional: bool | None = None

    @property
    def head(self) -> str:
        """The last word, in the singular."""
        return self.words[-1]

    @property
    def text(self) -> str:
        """The words with spaces."""
        return " ".join(self.words)


def attributes(tokens: tuple[Token, ...]) -> list[Attribute]:
    """The attributes of a list; items that are no noun phrases are left out."""
    items = [item for item in split_list(tokens) if any(token.tag != "P" for token in item)]
    found: list[Attribute] = []
    for number, item in enumerate(items):
        following = items[number + 1] if number + 1 < len(items) else ()
        if item[0].low == "for" and len(item) == 2 and found and "for" in found[-1].words[1:-1]:
            parts = found[-1].words
            parts = (*parts[: parts.index("for") + 1], item[1].low)
            found.append(replace(found[-1], words=parts, written=parts[-1]))
            continue
        shared = _shared_head(item, following)
        attribute = _attribute((*item, *shared) if shared else item)
        if attribute is not None:
            found.append(attribute)
    return found


def _shared_head(item: tuple[Token, ...], following: tuple[Token, ...]) -> tuple[Token, ...]:
    """For 'start' in 'a start and end date': the 'date'; nothing where the next has its own article."""
    content = [token for token in item if token.tag not in ("DET", "POSS")]
    if len(content) != 1 or content[0].low not in _PARTS or not following:
        return ()
    if following[0].tag in ("DET", "POSS") or following[0].low not in _PARTS:
        return ()
    nouns = [token for token in following[1:] if token.tag in ("N", "TO") and not token.group]
    return tuple(nouns[:1])


def _attribute(item: tuple[Token, ...]) -> Attribute | None:
    text = join(item)
    if re.match(r"^whether\b", text):
        return _flag(item)
    listed = bool(_QUANTIFIER.match(text + " "))
    if listed:
        rest = _QUANTIFIER.sub("", text + " ").strip()
        item = tokenise(rest)
    start = next(
        (i for i, t in enumerate(item) if t.tag in ("N", "ADJ", "VBN", "VBG", "DET", "POSS", "NUM", "V")),
        None,
    )
    if start is None or any(token.tag == "PRON" for token in item[:1]):
        return None
    item = _verbs_as_nouns(item[start:])
    phrases = noun_phrases(item)
    if not phrases or phrases[0].start > 1:
        return None
    return _complete(phrases[0], item, listed)


def _verbs_as_nouns(item: tuple[Token, ...]) -> tuple[Token, ...]:
    """In a list of attributes 'start' and 'end' are nouns, and so is an adjective by itself."""
    changed = list(item)
    for index, token in enumerate(item):
        alone = index + 1 == len(item) or item[index + 1].tag in ("P", "PREP") or item[index + 1].group
        if (token.tag == "V" or (token.tag in ("ADJ", "VBN") and alone)) and not token.group:
            changed[index] = replace(token, tag="N")
        if token.tag == "SUB":
            break
    return tuple(changed)


def _flag(item: tuple[Token, ...]) -> Attribute | None:
    """'whether it is vegetarian' is a yes or no."""
    content = tuple(t.low for t in item[1:] if t.tag in ("N", "ADJ", "VBN", "V") and not t.group)[:4]
    if not content:
        return None
    return Attribute(
        words=("is", *content) if len(content) < 3 else content, written=content[-1], detail="boolean"
    )


def _complete(phrase: Phrase, item: tuple[Token, ...], listed: bool) -> Attribute:
    names = phrase.words
    written = next(
        (t.low for t in reversed(item[: phrase.end]) if t.tag in ("N", "VBG") and not t.group), names[-1]
    )
    plural = phrase.plural
    detail = phrase.detail
    rest = item[phrase.end :]
    if rest and rest[0].low == "of":
        inner = noun_phrases(rest[1:])
        if inner and inner[0].start == 0:
            names, written, plural, listed = _of(phrase, inner[0], rest, listed)
            detail = detail or inner[0].detail
            rest = rest[1 + inner[0].end :]
    elif len(rest) > 1 and rest[0].low == "to" and names[-1] in ("link", "url", "path", "reference"):
        inner = noun_phrases(rest[1:])
        if inner and inner[0].start == 0:
            names, rest = (*inner[0].words, names[-1]), rest[1 + inner[0].end :]
            names = tuple(name for name in names if name not in closed.POSSESSIVES)
    if (
        len(rest) > 1
        and rest[0].tag == "TO"
        and words.verb_lemma(rest[1].low) == rest[1].low
        and len(rest) == 2
    ):
        names = (*names[:-1], written, "to", rest[1].low)
        written, plural = rest[1].low, False
    elif len(rest) == 1 and rest[0].low in ("on", "at", "by") and words.is_participle(names[-1]):
        names, written, plural = (*names, rest[0].low), rest[0].low, False
    told = names[-1] in _MEANT_FOR
    if (
        told
        and len(rest) == 2
        and rest[0].low == "for"
        and rest[1].tag == "N"
        and rest[1].low not in closed.PRONOUNS
    ):
        names, plural = (*names[:-1], written, "for", rest[1].low), False
        written, rest = rest[1].low, ()
    if len(rest) > 1 and rest[0].low == "per" and rest[1].tag in ("N", "DET"):
        counted = (*names[:-1], written) if plural else names
        names = (*counted, "per", *(token.low for token in rest[1:3] if token.tag == "N"))
        written, plural = names[-1], False
    elif len(rest) > 1 and join(rest[:2]) in ("in stock", "on hand", "in hand", "on order"):
        names, written, plural = (*names[:-1], written, *(t.low for t in rest[:2])), names[-1], False
    if re.search(r"\bboolean\b", detail):
        names = tuple(part for name in names for part in name.split("-") if part)
        written = names[-1]
    return Attribute(
        words=names,
        written=written,
        plural=plural,
        listed=listed,
        determiner=phrase.determiner,
        flags=phrase.flags,
        detail=detail or _choices_after(rest),
        tail=join(tuple(token for token in rest if not token.group)),
        optional=_optional(phrase),
    )


def _of(
    phrase: Phrase, inner: Phrase, rest: tuple[Token, ...], listed: bool
) -> tuple[tuple[str, ...], str, bool, bool]:
    last = next(
        (t.low for t in reversed(rest[1 : 1 + inner.end]) if t.tag in ("N", "VBG") and not t.group),
        inner.head,
    )
    if phrase.head in ("list", "set", "collection", "choice"):
        return inner.words, last, True, True
    if inner.determiner in ("the", "a", "an") or inner.determiner in closed.POSSESSIVES:
        return (*inner.words, *phrase.words), phrase.head, phrase.plural, listed
    if phrase.head in ("number", "count", "amount", "quantity"):
        many = (*phrase.words, "of", *inner.words[:-1], last)
        return many, phrase.head, False, listed
    return (*phrase.words, "of", *inner.words[:-1], last), last, False, listed


def _optional(phrase: Phrase) -> bool | None:
    if "optional" in phrase.flags or "nullable" in phrase.flags:
        return True
    if {"required", "mandatory", "compulsory"} & set(phrase.flags):
        return False
    return None


def _choices_after(rest: tuple[Token, ...]) -> str:
    """Details that follow without parentheses are read from the tail elsewhere."""
    inside = [token.low for token in rest if token.group and token.low not in "()[]"]
    return " ".join(inside)


def singular_words(text: str) -> tuple[str, ...]:
    """Words of a name with the last one in the singular."""
    parts = [part for part in re.split(r"[\s_/]+", text.strip().lower()) if part]
    return (*parts[:-1], words.singular(parts[-1])) if parts else ()
