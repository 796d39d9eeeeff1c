"""Tokens and parts of speech of a sentence: the lexicon's readings, chosen by neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from streams.agents.business_analyzer import closed_words as closed
from streams.agents.business_analyzer import words

Tag = Literal[
    "DET", "POSS", "PRON", "PREP", "CC", "SUB", "MD", "BE", "HAVE", "DO", "NEG", "ADV", "NUM", "TO",
    "N", "V", "VBN", "VBG", "ADJ", "P",
]  # fmt: skip

_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*(?:\s?%)?|[A-Za-zÀ-ÿ]+(?:[-'_/][A-Za-zÀ-ÿ0-9]+)*[0-9]*|[^\sA-Za-zÀ-ÿ0-9]"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign; `group` is true inside parentheses."""

    text: str
    low: str
    tag: Tag
    group: bool = False

    @property
    def lemma(self) -> str:
        """Infinitive for a verb, singular for a noun, the word for others."""
        if self.tag in ("V", "VBN", "VBG"):
            return words.verb_lemma(self.low) or self.low
        return words.singular(self.low) if self.tag == "N" else self.low


@lru_cache(maxsize=4_000)
def tokenise(text: str) -> tuple[Token, ...]:
    """Tokens of one sentence, tagged."""
    raw = [match.group(0) for match in _TOKEN.finditer(text)]
    tokens: list[Token] = []
    depth = 0
    for index, word in enumerate(raw):
        depth += word in "([" and len(word) == 1
        low = word.lower().replace("’", "'")
        tag = _tag(low, tokens, raw[index + 1 :][:2])
        tokens.append(Token(text=word, low=low, tag=tag, group=depth > 0))
        depth -= word in ")]" and len(word) == 1 and depth > 0
    return tuple(_settle(tokens))


_CLOSED: tuple[tuple[frozenset[str], Tag], ...] = (
    (closed.MODALS, "MD"),
    (closed.BE_FORMS, "BE"),
    (closed.HAVE_FORMS, "HAVE"),
    (closed.DO_FORMS, "DO"),
    (frozenset({"not"}), "NEG"),
    (closed.POSSESSIVES, "POSS"),
    (frozenset({"and", "or", "but", "nor", "&"}), "CC"),
    (frozenset({"to"}), "TO"),
    (closed.PRONOUNS, "PRON"),
)


def _tag(low: str, before: list[Token], after: list[str]) -> Tag:
    if not re.match(r"[a-zà-ÿ0-9]", low):
        return "CC" if low == "&" else "P"
    if low[0].isdigit() or low in closed.NUMBER_WORDS:
        return "NUM"
    for group, tag in _CLOSED:
        if low in group:
            return tag
    if low in ("that", "this", "which", "who"):
        return _demonstrative(low, before, after)
    if low == "once" and (not after or not after[0][:1].isalpha() or after[0].lower() in ("per", "in")):
        return "ADV"
    if low in closed.SUBORDINATORS:
        return "SUB"
    if low in closed.DETERMINERS:
        return "DET"
    if _qualifies_noun(low, after):
        return "ADJ"
    if low in ("last", "lasts") and after and (after[0][0].isdigit() or after[0].lower() in _LASTING):
        return "V"
    if low in closed.ADVERBS:
        return "ADV"
    if low in closed.PREPOSITIONS:
        return "PREP"
    return _open_class(low, before, after)


_TEMPORAL = frozenset(["when", "if", "once", "whenever", "after", "before"])
_LASTING = frozenset(["between", "from", "at", "up", *closed.NUMBER_WORDS])


def _qualifies_noun(low: str, after: list[str]) -> bool:
    """'first name', 'nightly rate', 'first and last name': adverbs by form, adjectives by place."""
    if low not in closed.ADJECTIVE_ADVERBS or not after:
        return False
    following = after[0].lower()
    if following in ("and", "or", "/", ",") and len(after) > 1:
        return after[1].lower() in closed.ADJECTIVE_ADVERBS or after[1].lower() in ("middle", "family")
    return "NOUN" in words.readings(following) and following not in closed.DETERMINERS | closed.PREPOSITIONS


def _demonstrative(low: str, before: list[Token], after: list[str]) -> Tag:
    if low in ("which", "who"):
        return "SUB"
    if before and before[-1].tag in ("N", "P", "VBN") and before[-1].low not in "(:;":
        return "SUB" if low == "that" else "DET"
    following = words.readings(after[0].lower()) if after else {}
    return "DET" if "NOUN" in following else "PRON"


def _open_class(low: str, before: list[Token], after: list[str]) -> Tag:
    found = words.readings(low)
    can_verb = "VERB" in found
    can_noun = "NOUN" in found or not found or low in closed.NOUN_FIRST
    if not found and before and before[-1].tag == "MD" and low.isalpha():
        return "V"
    if low.endswith("ly") and "ADV" in found:
        return "ADV"
    after_be = bool(before) and (_content_before(before) or before[-1]).tag == "BE"
    if words.is_participle(low) and (after_be or not (can_noun and found and "NOUN" in found)):
        return "VBN"
    if before and before[-1].tag in ("DET", "POSS") and not low.endswith("ing") and "ADJ" not in found:
        return "N"
    if low.endswith("ing") and can_verb and words.verb_lemma(low) != low:
        return "N" if "NOUN" in found and not _verb_place(before) else "VBG"
    if can_verb and _is_verb(low, before, after, can_noun):
        return "V"
    if "ADJ" in found and (not can_noun or _adjective_place(low, after)):
        return "ADJ"
    if can_noun:
        return "N"
    return "V" if can_verb else "ADJ" if "ADJ" in found else "ADV" if "ADV" in found else "N"


def _adjective_place(low: str, after: list[str]) -> bool:
    if not after or not after[0][:1].isalpha():
        return False
    following = words.readings(after[0].lower())
    # 'due date' and 'low stock' have a noun after the adjective; 'staff record' has no adjective.
    return "NOUN" in following and low not in closed.NOUN_FIRST and words.singular(low) == low


def _verb_place(before: list[Token]) -> bool:
    return bool(before) and before[-1].tag in ("MD", "TO", "BE", "DO")


def _is_verb(low: str, before: list[Token], after: list[str], can_noun: bool) -> bool:
    previous = _content_before(before)
    base = words.verb_lemma(low) == low
    if previous is None or (previous.tag == "P" and previous.low in (":", ";")):
        return base and (low in closed.IMPERATIVES or low not in closed.NOUN_FIRST) and (
            (_object_follows(after) and not (can_noun and _compound_follows(after)))
            or low in closed.IMPERATIVES
        )  # fmt: skip
    if previous.tag == "TO" and len(before) > 1 and before[-2].low in closed.TIED and can_noun:
        return False
    if previous.tag in ("MD", "TO", "DO"):
        return base or not can_noun
    if previous.tag in ("DET", "POSS", "NUM", "ADJ", "PREP"):
        return not can_noun and "ADJ" not in words.readings(low)
    if previous.low in ("which", "what") and can_noun and after and not base:
        return after[0].lower() not in closed.PRONOUNS | closed.BE_FORMS | closed.MODALS | closed.HAVE_FORMS
    if previous.tag in ("PRON", "SUB") and previous.low not in ("them", "it", "him", "us", "me"):
        return low not in closed.NOUN_FIRST or previous.tag == "PRON"
    if previous.tag == "CC" or previous.low in (",", ";", ":"):
        return _coordinated(low, base, before, after, can_noun)
    if previous.tag == "VBN" and len(before) > 1 and before[-2].tag in ("DET", "POSS", "PREP", "V"):
        return not can_noun
    if previous.tag in ("N", "VBN"):
        return _after_subject(low, base, previous, before, after, can_noun)
    return not can_noun


def _content_before(before: list[Token]) -> Token | None:
    for token in reversed(before):
        if token.tag not in ("ADV", "NEG"):
            return token
    return None


def _object_follows(after: list[str]) -> bool:
    if not after or not after[0][:1].isalnum():
        return bool(after) and after[0] == ","
    following = after[0].lower()
    if following in closed.DETERMINERS or following in closed.POSSESSIVES or following[0].isdigit():
        return True
    if following in closed.PREPOSITIONS or following in closed.BE_FORMS or following in closed.HAVE_FORMS:
        return False
    if following in closed.MODALS or following in closed.CONJUNCTIONS:
        return following == "and"
    found = words.readings(following)
    return "VERB" not in found or "NOUN" in found or "ADJ" in found or words.is_participle(following)


def _compound_follows(after: list[str]) -> bool:
    """'talk title', 'leave management': one noun after another is a name, not an order."""
    following = after[0].lower() if after else ""
    finite = closed.MODALS | closed.BE_FORMS | closed.HAVE_FORMS
    then = after[1].lower() if len(after) > 1 else ""
    acts = then in finite or (set(words.readings(then)) == {"VERB"} and words.verb_lemma(then) == then)
    return (
        "NOUN" in words.readings(following)
        and (acts or not words.is_plural(following))
        and following not in closed.DETERMINERS | closed.POSSESSIVES | closed.PREPOSITIONS
    )


def _coordinated(low: str, base: bool, before: list[Token], after: list[str], can_noun: bool) -> bool:
    """'create, list and delete tasks', 'adds dishes, and sends it': a verb beside a verb."""
    verbs = [index for index, token in enumerate(before) if token.tag == "V" or token.low == "has"]
    if not verbs:
        return not can_noun
    between = [token for token in before[verbs[-1] + 1 :] if token.low not in (",", "and", "or", "then")]
    earlier = before[verbs[-1]].low
    same_form = base == (earlier != "has" and words.verb_lemma(earlier) == earlier)
    if not between:
        return (same_form and low not in closed.NOUN_FIRST) or not can_noun
    if low in closed.NOUN_FIRST or not after:
        return not can_noun
    if before[-1].tag == "CC" and low in closed.IMPERATIVES:
        return _object_follows(after)
    following = after[0].lower()
    if before[-1].low == "," and "ADJ" in words.readings(low) and "NOUN" in words.readings(following):
        return False
    points = following in closed.DETERMINERS | closed.POSSESSIVES | closed.PRONOUNS or following[0].isdigit()
    return (same_form and points) or not can_noun


def _after_subject(
    low: str, base: bool, previous: Token, before: list[Token], after: list[str], can_noun: bool
) -> bool:
    acts_on = bool(after) and (
        after[0].lower() in ("a", "an", "the", "one", "each", "every") or _several_follow(after, before)
    )
    previous = _head_before(before) or previous
    if not base and can_noun and not (after and after[0][:1].isalnum()) and not _named_one(before):
        return False
    if low in closed.NOUN_FIRST and not (acts_on and base and can_noun and words.is_plural(previous.low)):
        return False
    clause = _clause_so_far(before)
    if any(token.tag in ("V", "BE", "HAVE", "MD") for token in clause):
        led = len(clause) < len(before) and before[len(before) - len(clause) - 1].low in _TEMPORAL
        return not can_noun or (led and acts_on and not base and _named_one(before))
    if not can_noun:
        return True
    agrees = words.is_plural(previous.low) == base
    follows = not after or not after[0][:1].isalpha() or _object_follows(after) or after[0].lower() in (
        closed.PREPOSITIONS | closed.PRONOUNS | {"and", "when", "to", "which", "only"}
    )  # fmt: skip
    return agrees and follows


def _several_follow(after: list[str], before: list[Token]) -> bool:
    """'attendees rate talks': the plural after it is an object, where nothing else stands before it."""
    following = after[0].lower()
    return len(before) == 1 and words.is_plural(following) and "NOUN" in words.readings(following)


def _named_one(before: list[Token]) -> bool:
    """Whether the noun phrase before has an article: 'the order ships', but 'and maintenance jobs'."""
    for token in reversed(before):
        if token.tag not in ("N", "ADJ", "VBN", "ADV"):
            return token.tag in ("DET", "POSS")
    return False


def _head_before(before: list[Token]) -> Token | None:
    """'members' of 'members of the gym', which the verb agrees with."""
    index = len(before) - 1
    while index >= 0 and before[index].tag in ("N", "ADJ", "DET", "POSS", "VBN"):
        index -= 1
    if index < 1 or before[index].tag != "PREP" or before[index - 1].tag != "N":
        return None
    return before[index - 1]


def _clause_so_far(before: list[Token]) -> list[Token]:
    for index in range(len(before) - 1, -1, -1):
        if before[index].low in (";", ":") or before[index].tag == "SUB":
            return before[index + 1 :]
    return before


def _settle(tokens: list[Token]) -> list[Token]:
    """A participle after a determiner is an adjective of the noun that follows, else a verb form."""
    settled = list(tokens)
    for index in range(1, len(tokens) - 1):
        if (
            tokens[index].low == "open"
            and tokens[index].tag == "V"
            and tokens[index - 1].tag == "V"
            and tokens[index + 1].tag == "N"
        ):
            settled[index] = replace(tokens[index], tag="ADJ")
    for index, token in enumerate(tokens):
        if token.tag == "ADJ" and token.low == "open" and index and tokens[index - 1].tag == "N":
            following = tokens[index + 1].tag if index + 1 < len(tokens) else "P"
            if following in ("DET", "N", "ADJ") and words.is_plural(tokens[index - 1].low):
                settled[index] = replace(token, tag="V")
    return settled
