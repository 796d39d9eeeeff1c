"""Data told in a relative clause: 'assigned to a technician, of whom we know name and phone'."""

from __future__ import annotations

import re

from streams.agents.business_analyzer.lexicon import KEEPING
from streams.agents.business_analyzer.phrases import noun_phrases
from streams.agents.business_analyzer.tokens import tokenise

_KEEP = rf"(?:{'|'.join(sorted({*KEEPING, 'know', 'have'}))})s?"
_WHO = r"(?:we|they|you|i|staff|it|the \w+)"
_AUXILIARY = r"(?:should |must |will |also |want to |need to |have to |has to )*"
_KEPT = r"(?:is|are|should be|must be) (?:recorded|stored|registered|saved|kept|captured|known|noted)"
_TAIL = r"(?:, (?P<after>(?!and\b|or\b|an?\b|the\b|optionally\b)[a-z][^,]*))?$"
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?P<head>[^,:]{{3,120}}),? (?:of|for|about|from|on) (?:whom|which|each of (?:whom|which))"
        rf" {_WHO} {_AUXILIARY}{_KEEP} (?P<list>.+?(?: and|,) [^,]+?){_TAIL}",
        r"^(?P<head>[^,:]{3,60}), (?:who|which) (?:all |each |also )?(?:have|has) (?P<list>[^:]+? and"
        r" [^,:]+), "
        r"(?P<after>(?!and\b|or\b|an?\b|the\b|optionally\b)[a-z].*)$",
        rf"^(?P<head>[^,:]{{3,120}}),? whose (?P<list>[^.;]+?),? {_WHO} {_AUXILIARY}{_KEEP}{_TAIL}",
        rf"^(?P<head>[^,:]{{3,120}}),? whose (?P<list>[^.;]+?),? {_KEPT}{_TAIL}",
    )
)


def told_apart(text: str) -> list[str]:
    """The sentence without such a clause, and what the clause says; just the sentence where it has none."""
    for pattern in _FORMS:
        match = pattern.match(text)
        phrases = noun_phrases(tokenise(match["head"])) if match else []
        if match is None or not phrases:
            continue
        after = match["after"] or ""
        first = f"{match['head']} {after}".strip()
        return [first, f"each {phrases[-1].text} has {match['list'].strip(' ,')}"]
    return [text]
