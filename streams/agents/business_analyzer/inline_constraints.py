"""Constraints that follow a name in the running text, put into parentheses: 'price greater than zero'."""

from __future__ import annotations

import re
from collections.abc import Callable

from streams.agents.business_analyzer.embedded_clauses import as_names

_Change = str | Callable[[re.Match[str]], str]
_NUMBER = r"-?\d+(?:[.,]\d+)*"
_AMOUNT = rf"(?:{_NUMBER}|zero|one|two|three|ten)"
_UNTIL = r"[^,.;()]*?(?=$|[,.;)]| and (?:an?|the|has|its|their)\b)"
_FORMS: tuple[tuple[str, _Change], ...] = (
    # 'the time they were taken', 'the patient they belong to', 'the store where it was bought'
    (
        r"\b(the \w+) (?:they|it|he|she) (?:belongs?|refers?|relates?|is for|are for|is about) ?(?:to)?\b",
        r"\1",
    ),
    (
        r"\b(the (?:date|time|day)) (?:when |on which |at which )?(?:they|it|he|she) (?:was|were|is|are)"
        r" (\w+)\b", r"\1 \2"),
    (rf"\b(the \w+) (?:where|in which|from which|at which) (?:it|they|he|she){_UNTIL}", r"\1"),
    (r"(?<=[a-z])(?<!\bif)(?<!\bwhen)(?<!\bthat)(?<!\bso)(?<!\band)(?<!\bor)(?<!\bonce)(?<!\bthen)(?<!\bbut)(?<!\bas)(?<!\buntil)(?<!\bbefore)(?<!\bafter)(?<!\bwhere)(?<!\bwhat)(?<!\bwhich)(?<!\bbecause)(?<!\bunless)(?<!\bwhile)"
     r" (?:they|he|she) (?:can |may |must |will )?(?!are\b|is\b|have\b|has\b|can\b|must\b|may\b"
     r"|should\b)[a-z]+(?= and [a-z]+|$|[,.;)])", ""),
    (r"\b(?:one or (?:more|several|many)|zero or more|any number of|at least one|a number of(?= \w+s\b,?"
     r" each\b))\b",
     "several"),
    (r",? as well as (?=an?\b|the\b|its\b|their\b|optional|[\w\-]+(?: [\w\-]+)?$)", " and "),
    # 'a number that must be unique', 'a code, which is unique', 'a grade, which may be empty until'
    (r",? (?:that|which) (?:must|has to|have to|should|needs? to|shall) be unique\b", " (unique)"),
    (r",? (?:that|which) (?:is|are) (unique|optional|required|mandatory)\b", r" (\1)"),
    (
        r",? (?:that|which) (?:must|has to|have to|should) be (?:given|filled in|present|entered|provided)\b",
        " (required)",
    ),
    (
        rf",? (?:that|which) (?:may|can|might|could) (?:be |stay |remain )?(?:left |also be )?(?:empty"
        rf"|blank|missing|omitted|optional){_UNTIL}", " (optional)"),
    (r"\((?:must be|has to be|is|should be|always) (unique|optional|required|mandatory)\)", r"(\1)"),
    (
        r",? (?:that|which) (?:must|has to|should|may) (?:not )?(?:be )?((?:between|at least|at most"
        r"|greater|more|less|over|above|positive|not negative)[^,.;()]*)", r" (\1)"),
    # 'a description of up to 500 characters', 'price greater than zero', 'a year from 1 to 13'
    (
        r" (?:of|with|has|having)? ?(?:up to|at most|no more than|a maximum of|max(?:imum)?\.?(?: of)?"
        r"|limited to) (\d+) (characters|letters|chars)\b", r" (at most \1 \2)"),
    (r" (?:of|with)? ?((?:between|from)? ?\d+ (?:and|to|-) \d+ (?:characters|letters|chars))\b", r" (\1)"),
    (
        rf"(?<=[a-z]) ((?:greater|larger|higher|more|bigger) than {_AMOUNT})\b(?! \w+s? (?:need|must|can))",
        r" (\1)",
    ),
    (
        rf"(?<=[a-z]) (?:of |in the range |ranging )?((?:between|from) {_NUMBER} (?:and|to)"
        rf" {_NUMBER})(?: (?!and\b|or\b)[a-z]+(?=$|[,.;]| and\b))?", r" (\1)"),
    (rf"\bwith ({_NUMBER}) ?(?:to|-) ?({_NUMBER}) (\w+)", r"with \3 (\1 to \2)"),
    (
        rf"(?<=[,d] )(?:at most|up to|no more than|a maximum of) ({_NUMBER}) ([a-z]+)(?=$|[,.;]| and\b)",
        r"\2 (at most \1)",
    ),
    # 'is uniquely identified by its number'
    (
        r"\b(?:is|are) (?:uniquely )?identified by (?:(?:its|their|the|an?|a unique|its unique) )?([\w\-"
        r" ]+?)(?=$|[,.;]| and | with )", r"has \1 (unique)"),
    (r"\b(?:a |an )?(?:unique|mandatory|required) and (unique|mandatory|required) ", r"\1 "),
    (r"\bget (\w+(?:ed|en))\b", r"are \1"),
    (r"\bgets (\w+(?:ed|en))\b", r"is \1"),
    (r"(?<=[a-z]) (?:consisting|comprised|made up|composed) of\b", " with"),
    (
        r"(?<=[a-z]s) (?:they|he|she)"
        r" (?:want|wants|need|needs|like|wish|would like) to [a-z]+(?=,| with\b)", ""),
    (r"^((?:the )?[\w\-]+(?: [\w\-]+)?) are numbered\b(?=,| and| )", r"\1 have a number"),
    (r"(?<=[(,]) ?([\w\-]+(?: [\w\-]+)?): ([\w\-]+(?:/[\w\-]+)+)(?=[,)])",
     lambda match: f" {match[1]} ({match[2].replace('/', ', ')})"),
    (r"\b(?:is|are) in one of (?:these|the following) (\w+?)s: ([^.;:]+)$", r"has a \1 (\2)"),
    (r"\bdate and time\b", "date-and-time"),
    (r"(?:, )?\b(and |or )?,? ?optionally,? (?=an? )(an?) ", r" \1\2 optional "),
    (r"\btakes? place (?:at|in) (?=an?\b|the\b)", "has "),
    (r"\bflag (?:for|whether|if) (?:it is |they are |being )?([a-z]+)", r"\1 flag"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), change) for pattern, change in _FORMS)


def in_parentheses(text: str) -> str:
    """The sentence with constraints in parentheses after the names that they are about."""
    text = as_names(text)
    for pattern, change in _COMPILED:
        text = pattern.sub(change, text)
    return re.sub(r"\) ?\(", ", ", text)
