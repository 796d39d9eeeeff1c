"""Clauses of a sentence: who does or is what, with the rest of the words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from streams.agents.business_analyzer import closed_words as closed
from streams.agents.business_analyzer.tokens import Token, tokenise

_VERBAL = ("MD", "BE", "HAVE", "DO", "V")
_WITHIN = ("MD", "BE", "HAVE", "DO", "V", "NEG", "ADV")
_SEMI_MODALS = frozenset(["need", "want", "wish", "like", "have", "has"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Subject, verbs and rest of one clause; `verbs` are infinitives of coordinated verbs."""

    subject: tuple[Token, ...]
    verbs: tuple[str, ...]
    rest: tuple[Token, ...]
    modal: str = ""
    negative: bool = False
    passive: bool = False
    adverbs: tuple[str, ...] = ()
    lead: str = ""

    @property
    def text(self) -> str:
        """The words of the clause."""
        return " ".join(token.low for token in (*self.subject, *self.rest))

    @property
    def rest_text(self) -> str:
        """The words after the verbs, in lower case."""
        return join(self.rest)

    @property
    def subject_text(self) -> str:
        """The words of the subject, in lower case."""
        return join(self.subject)


def join(tokens: tuple[Token, ...]) -> str:
    """Tokens as text in lower case."""
    return " ".join(token.low for token in tokens)


@dataclass(slots=True)
class _Group:
    start: int
    end: int
    verbs: tuple[str, ...]
    passive: bool


@lru_cache(maxsize=2_000)
def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a sentence, in order; one without subject has that of the clause before."""
    tokens = tokenise(text)
    groups = _groups(tokens)
    found: list[Clause] = []
    for number, group in enumerate(groups):
        after_previous = groups[number - 1].end if number else 0
        start = _subject_start(tokens, after_previous, group.start, number == 0)
        end = len(tokens)
        if number + 1 < len(groups):
            end = _subject_start(tokens, group.end, groups[number + 1].start, False)
        found.append(_clause(tokens, start, group, end, found))
    return tuple(found)


def _clause(tokens: tuple[Token, ...], start: int, group: _Group, end: int, before: list[Clause]) -> Clause:
    verbal = tokens[group.start : group.end]
    subject = _trim(tokens[start : group.start])
    while subject and subject[0].tag == "ADV":
        subject = _trim(subject[1:])
    lead = _lead(tokens, start)
    if subject and subject[0].tag == "SUB":
        lead, subject = subject[0].low, subject[1:]
    if not subject and not before and lead in ("which", "that", "who"):
        subject = _trim(tokens[: max(0, start - 1)])
    if not subject and before:
        subject = _antecedent(before[-1], lead)
    return Clause(
        subject=subject,
        verbs=group.verbs,
        rest=_trim(tokens[group.end : end]),
        modal=next((token.low for token in verbal if token.tag == "MD"), ""),
        negative=any(token.low in closed.NEGATIVE_FORMS for token in verbal)
        or any(token.low in ("no", "nobody", "never") for token in subject[:1]),
        passive=group.passive,
        adverbs=tuple(token.low for token in verbal if token.tag == "ADV"),
        lead=lead,
    )


def _lead(tokens: tuple[Token, ...], start: int) -> str:
    before = tokens[start - 1] if start else None
    return before.low if before is not None and before.tag == "SUB" else ""


def _antecedent(previous: Clause, lead: str) -> tuple[Token, ...]:
    """For 'which' the last noun phrase before, else the subject of the clause before."""
    if lead not in ("which", "that", "who"):
        return previous.subject
    source = previous.rest if any(token.tag == "N" for token in previous.rest) else previous.subject
    for index in range(len(source) - 1, -1, -1):
        if source[index].tag == "N" and not source[index].group:
            start = index
            while start and source[start - 1].tag in ("N", "ADJ", "VBN", "DET"):
                start -= 1
            return source[start : index + 1]
    return previous.subject


def _trim(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    start, end = 0, len(tokens)
    while start < end and (tokens[start].low in (",", ";", ":") or tokens[start].tag == "CC"):
        start += 1
    while end > start and (tokens[end - 1].low in (",", ";", ":") or tokens[end - 1].tag in ("CC", "SUB")):
        end -= 1
    return tokens[start:end]


def _groups(tokens: tuple[Token, ...]) -> list[_Group]:
    groups: list[_Group] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        before = tokens[index - 1] if index else None
        finite = token.tag in _VERBAL and not (token.tag == "V" and before is not None and before.tag == "TO")
        if not finite or token.group:
            index += 1
            continue
        groups.append(_group(tokens, index))
        index = max(groups[-1].end, index + 1)
    return groups


def _group(tokens: tuple[Token, ...], start: int) -> _Group:
    index = start
    verbs: list[str] = []
    passive = False
    main = ""
    while index < len(tokens) and not tokens[index].group:
        token = tokens[index]
        if token.tag in ("V", "VBN") and (token.tag == "V" or main in ("be", "have")):
            passive = passive or (token.tag == "VBN" and main == "be")
            verbs.append(token.lemma)
            index = _coordinated(tokens, index + 1, token.tag, verbs)
            break
        if token.tag not in _WITHIN:
            break
        main = {"BE": "be", "HAVE": "have", "DO": "do"}.get(token.tag, main)
        index += 1
    if not verbs:
        verbs.append(main or tokens[start].lemma)
    if verbs[-1] in ("need", "want", "wish", "like", "have") and _to_verb(tokens, index):
        inner = _group(tokens, index + 1)
        return _Group(start, inner.end, inner.verbs, inner.passive)
    return _Group(start, max(index, start + 1), tuple(verbs), passive)


def _to_verb(tokens: tuple[Token, ...], index: int) -> bool:
    pair = tokens[index : index + 2]
    return len(pair) == 2 and pair[0].tag == "TO" and pair[1].tag in ("V", "BE", "HAVE", "DO")


def _coordinated(tokens: tuple[Token, ...], index: int, tag: str, verbs: list[str]) -> int:
    """Takes ', list, update and delete' into the verbs; the index after them."""
    while index < len(tokens):
        ahead = index
        while ahead < len(tokens) and (
            tokens[ahead].low in (",", "/")
            or tokens[ahead].tag in ("CC", "ADV")
            or tokens[ahead].low == "then"
        ):
            ahead += 1
        if ahead == index or ahead >= len(tokens) or tokens[ahead].tag != tag:
            return index
        if all(token.tag == "ADV" for token in tokens[index:ahead]):
            return index
        verbs.append(tokens[ahead].lemma)
        index = ahead + 1
    return index


def _subject_start(tokens: tuple[Token, ...], low: int, high: int, first: bool) -> int:
    """Where the subject of the verb group at `high` begins, at or after `low`."""
    depth_zero = [index for index in range(low, high) if not tokens[index].group]
    for index in reversed(depth_zero):
        if tokens[index].low in (";", ":") or (tokens[index].tag == "SUB"):
            return index + 1
    boundary = low if first else high
    for index in reversed(depth_zero):
        token = tokens[index]
        if token.tag == "CC" and not first:
            boundary = index + 1
            break
        if token.low == ",":
            boundary = index + 1
            break
    if boundary == high and not first:
        boundary = _phrase_start(tokens, low, high)
    return _extend_over_list(tokens, low, boundary, first)


def _phrase_start(tokens: tuple[Token, ...], low: int, high: int) -> int:
    """Where 'the chef' begins in 'when goods arrive the chef books a delivery'; `high` for no such phrase."""
    index = high
    while index > low and tokens[index - 1].tag in ("N", "ADJ", "VBN") and not tokens[index - 1].group:
        index -= 1
    determined = low < index < high and tokens[index - 1].tag == "DET"
    return index - 1 if determined and index - 1 > low else high


def _extend_over_list(tokens: tuple[Token, ...], low: int, boundary: int, first: bool) -> int:
    """A first subject may be a list: 'Patients, doctors and nurses can ...'."""
    if not first:
        return boundary
    head = tokens[low:boundary]
    listed = all(token.tag in ("N", "DET", "ADJ", "CC", "POSS") or token.low == "," for token in head)
    return low if listed else boundary
