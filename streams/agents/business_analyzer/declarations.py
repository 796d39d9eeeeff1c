"""What the sentences say of data: 'X has a, b and c' in the many ways of saying it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from streams.agents.business_analyzer import closed_words as closed
from streams.agents.business_analyzer import field_types, people, words
from streams.agents.business_analyzer.attributes import Attribute, attributes
from streams.agents.business_analyzer.clauses import Clause, clauses, join
from streams.agents.business_analyzer.lexicon import CONTAINERS, DATA_THINGS, GENERIC_PARTS
from streams.agents.business_analyzer.phrases import Phrase, noun_phrases
from streams.agents.business_analyzer.restating import restate
from streams.agents.business_analyzer.tokens import Token, tokenise

_HAVING = frozenset(
    "have say tell mention contain include comprise carry hold store specify require need get receive"
    " record show feature"
    " bear track keep list state note name provide give supply enter indicate carry save log".split()
)
# Verbs that declare data of their subject only where their objects plainly are data.
_WEAK = frozenset(
    "get receive require need record show track keep list hold state note name store provide give supply"
    " enter indicate carry save log".split()
)
# What people do with data of something else.
_ACTS = frozenset(
    "record show track keep list store note enter save log give supply receive get need require".split()
)
_KEPT_PLACES = frozenset(
    "team user client store hotel restaurant shop company list club clinic hospital school page form"
    " screen warehouse menu module office agency".split()
)
_NO_DATA = frozenset(
    "access right permission control ability option possibility opportunity overview view need choice"
    " chance responsibility account problem way day-to-day".split()
)
_WITH = frozenset({"with", "including", "containing", "having", "featuring", "comprising"})
_NO_WITH_VERBS = frozenset(
    "approve reject decide search filter sort list find see view pay compare replace help show display"
    " export print calculate compute count notify remind highlight mark rate vote bid order buy purchase"
    " reserve book rent borrow connect link join relate match pair associate combine tie assign"
    " attach".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """Attributes of one thing.

    Attributes:
        owner: the thing that it is a part of, () for none.
        weak: it tells data of a thing that something else has to name.
        nested: the thing is the object of the sentence, as in 'adds dishes with quantities'.
    """

    subject: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    sentence: int
    owner: tuple[str, ...] = ()
    weak: bool = False
    nested: bool = False


def declarations(text: str, sentence: int) -> list[Declaration]:
    """The declarations of one sentence."""
    found: list[Declaration] = []
    for statement in restate(text):
        for clause in clauses(statement):
            found.extend(_of_clause(clause, sentence))
        if not clauses(statement):
            found.extend(_with_lists(tokenise(statement), sentence, (), False))
            found.extend(_detail_lists(tokenise(statement), sentence))
    return found


def _of_clause(clause: Clause, sentence: int) -> list[Declaration]:
    if clause.lead in ("if", "when", "unless", "whenever", "while"):
        return []
    verb = clause.verbs[0]
    if verb == "consist" and clause.rest[:1] and clause.rest[0].low == "of":
        clause, verb = replace(clause, verbs=("have",), rest=clause.rest[1:]), "have"
    nested, rest = _nested(clause.rest)
    found: list[Declaration] = []
    subject = _subject(clause)
    counted = re.match(
        r"(?:only|at most|no more than|up to|exactly) (?:one|two|three|five|ten|\d+)\b",
        " ".join((*(adverb for adverb in clause.adverbs if adverb == "only"), clause.rest_text)),
    )
    has = (
        not (counted and clause.modal)
        and verb in _HAVING
        and not clause.negative
        and not clause.passive
        and len(clause.verbs) == 1
    )
    if has and subject:
        listed = [*_kinds(clause), *_without_counts(attributes(rest))]
        weak = verb in _WEAK or clause.modal in ("can", "may")
        optional = clause.modal in ("can", "may", "might", "could") or "optionally" in clause.adverbs
        if optional:
            listed = [replace(a, optional=True if a.optional is None else a.optional) for a in listed]
        thing_records = (
            verb in ("record", "store", "hold") and len(listed) > 1 and not people.is_person(subject[-1])
        )
        if listed and (thing_records or not (weak and verb in _WEAK and not _plainly_data(listed, verb))):
            whole = _whole_of_part(clause, subject)
            found.append(
                Declaration(
                    subject=subject,
                    attributes=tuple(listed),
                    sentence=sentence,
                    owner=whole,
                    weak=_is_weak(verb, subject) and not (rest and rest[0].tag == "POSS"),
                )
            )
    for owner_words, tokens in nested:
        listed = _without_counts(attributes(tokens))
        if listed and verb not in _NO_WITH_VERBS:
            owner = subject if has and subject else _possessor(clause.rest, owner_words)
            found.append(
                Declaration(
                    subject=owner_words, attributes=tuple(listed), sentence=sentence, owner=owner, nested=True
                )
            )
    found.extend(_detail_lists(clause.rest, sentence))
    if verb not in _HAVING or clause.passive:
        found.extend(_detail_lists(clause.subject, sentence))
    return found


def _possessor(tokens: tuple[Token, ...], thing: tuple[str, ...]) -> tuple[str, ...]:
    """'a patient's vital signs' are part of the patient."""
    for phrase in noun_phrases(tokens):
        if phrase.words[0].endswith("'s") and phrase.words[1:] == thing:
            return (words.singular(phrase.words[0][:-2]),)
    return ()


def _whole_of_part(clause: Clause, subject: tuple[str, ...]) -> tuple[str, ...]:
    """The list of 'items on a list', for parts with a name that says little."""
    phrases = noun_phrases(clause.subject)
    if subject[-1] not in GENERIC_PARTS or len(subject) > 1 or not _placed(clause, phrases):
        return ()
    return subject_words(phrases[1])


def _kinds(clause: Clause) -> list[Attribute]:
    """'activities (call, e-mail or meeting) have a date': an activity is of one of these types."""
    phrases = noun_phrases(clause.subject)
    detail = phrases[-1].detail if phrases else ""
    values = [value.strip() for value in re.split(r",|/|\bor\b|\band\b", detail) if value.strip()]
    data = [value for value in values if field_types.is_data_head(words.singular(value.split()[-1]))]
    if data and len(data) * 2 >= len(values):
        return attributes(tokenise(detail))
    if (
        len(values) < 2
        or any(len(value.split()) > 3 for value in values)
        or re.match(r"e ?g\b|like|such", detail)
    ):
        return []
    return [Attribute(words=("type",), written="type", detail=detail)]


def _is_weak(verb: str, subject: tuple[str, ...]) -> bool:
    """'A reader holds a card number' names a thing; 'staff record names' does not make one of staff."""
    return verb in _ACTS and (
        people.is_person(subject[-1])
        or verb in ("show", "track", "list", "log", "save", "keep", "give", "supply")
    )


def _plainly_data(listed: list[Attribute], verb: str) -> bool:
    """A 'weak' verb like 'need' declares data only where most of its objects are usual data."""
    data = [a for a in listed if is_data(a)]
    if verb in ("get", "receive") or (verb in ("carry", "bear", "hold") and len(listed) == 1):
        return len(data) == len(listed)
    return len(listed) >= 2 and len(data) * 2 >= len(listed)


def is_data(attribute: Attribute) -> bool:
    heads = field_types.is_data_head(attribute.head) or field_types.is_data_head(attribute.written)
    return heads or bool(attribute.detail) or attribute.words[0] in ("date", "time", "number", "name")


def _subject(clause: Clause) -> tuple[str, ...]:
    phrases = noun_phrases(clause.subject)
    if not phrases:
        return ()
    phrase = phrases[0] if _placed(clause, phrases) else phrases[-1]
    one_of_many = phrase.determiner in ("a", "an", "each", "every", "all") or phrase.plural
    if (
        phrase.head in CONTAINERS
        and not one_of_many
        and (phrase.head not in _KEPT_PLACES or _keeps_things(clause))
    ):
        return ()
    return subject_words(phrase)


def _keeps_things(clause: Clause) -> bool:
    """'The sports club has departments': of the one who asks, only what there is several of is told."""
    phrases = noun_phrases(clause.rest)
    return bool(phrases) and all(p.plural and not field_types.is_data_head(p.head) for p in phrases)


def _placed(clause: Clause, phrases: list[Phrase]) -> bool:
    """'Items on a list', 'the lines of an invoice': the first noun is meant."""
    between = clause.subject[phrases[0].end : phrases[1].start] if len(phrases) > 1 else ()
    return any(token.low in ("of", "on", "in", "at", "for", "from", "by") for token in between)


_QUALIFIERS = frozenset(
    "cancelled approved rejected closed open new done sent paid unpaid overdue active inactive own late"
    " urgent completed finished pending submitted draft archived expired returned solved resolved"
    " registered existing refused accepted declined confirmed delivered shipped".split()
)


def subject_words(phrase: Phrase) -> tuple[str, ...]:
    """The words of the phrase without participles and states that only qualify it."""
    names = list(phrase.words)
    while len(names) > 1 and names[0].endswith(("'s", "s'")):
        names.pop(0)
    while len(names) > 1 and (names[0] in _QUALIFIERS or names[0] in closed.ADVERBS):
        names.pop(0)
    return tuple(names)


_COUNTS = frozenset(["no", "two", "three", "four", "five", "ten", "another", "other"])


def _without_counts(listed: list[Attribute]) -> list[Attribute]:
    return [
        a
        for a in listed
        if (a.head not in _NO_DATA or (a.head == "account" and len(a.words) > 1))
        and not re.fullmatch(r"\d+(\.\d+)?", a.determiner)
        and a.determiner not in _COUNTS
    ]


def _nested(
    tokens: tuple[Token, ...],
) -> tuple[list[tuple[tuple[str, ...], tuple[Token, ...]]], tuple[Token, ...]]:
    """'dishes with a name and a price': what has attributes of its own, and the tokens before."""
    for index, token in enumerate(tokens):
        if token.group or token.low not in _WITH or index == 0 or index + 1 >= len(tokens):
            continue
        before = tokens[:index]
        if before and before[-1].low in ("each", "together", "along"):
            before = before[:-1]
        phrases = noun_phrases(before)
        if not phrases or (
            phrases[-1].end < len(before)
            and not all(t.low == "," or t.tag == "P" for t in before[phrases[-1].end :])
        ):
            continue
        owner = _with_owner(phrases, before)
        if owner is None or (field_types.is_data_head(owner.head) and owner.head not in DATA_THINGS):
            continue
        return [(subject_words(owner), tokens[index + 1 :])], before
    return [], tokens


_GATHERED = frozenset("list number set track record collection series history catalogue kind type".split())


def _with_owner(phrases: list[Phrase], before: tuple[Token, ...]) -> Phrase | None:
    """What 'with' belongs to: the object, also over 'by e-mail address with'; not a place or an agent."""
    last = phrases[-1]
    preposition = before[last.start - 1].low if last.start else ""
    if preposition in ("by", "in", "at", "to", "on", "for", "from", "through", "against", "as"):
        if preposition == "by" and len(phrases) > 1 and field_types.is_data_head(last.head):
            return phrases[-2]
        if preposition in ("for", "to", "in", "on", "from", "at", "against") and len(phrases) > 1:
            return phrases[0]
        return None
    if (
        preposition == "of"
        and len(phrases) > 1
        and last.determiner in ("a", "an", "the", "each", "every")
        and not last.plural
        and phrases[-2].end == last.start - 1
        and phrases[-2].head not in _GATHERED
    ):
        return phrases[-2]
    if (
        preposition == "of"
        and len(phrases) > 1
        and phrases[-2].head in ("list", "number", "set", "track", "record", "collection")
    ):
        return last
    return last


def _with_lists(
    tokens: tuple[Token, ...], sentence: int, owner: tuple[str, ...], weak: bool
) -> list[Declaration]:
    nested, _ = _nested(tokens)
    return [
        Declaration(subject=subject, attributes=tuple(listed), sentence=sentence, owner=owner, weak=weak)
        for subject, inner in nested
        if (listed := _without_counts(attributes(inner)))
    ]


def _detail_lists(tokens: tuple[Token, ...], sentence: int) -> list[Declaration]:
    """'manage recipes (title, servings, preparation time)'."""
    found = []
    for phrase in noun_phrases(tokens):
        if not phrase.detail or field_types.is_data_head(phrase.head):
            continue
        phrase = _made_for(tokens, phrase)
        inner = attributes(tokenise(phrase.detail))
        data = [a for a in inner if field_types.is_data_head(a.head) or field_types.is_data_head(a.written)]
        alone = not phrase.start and phrase.end == len(tokens) and len(inner) > 2 and data
        if len(inner) >= 2 and (alone or len(data) * 2 >= len(inner)):
            found.append(
                Declaration(subject=subject_words(phrase), attributes=tuple(inner), sentence=sentence)
            )
    return found


def _made_for(tokens: tuple[Token, ...], phrase: Phrase) -> Phrase:
    """'payments to a child (date, amount)' are data of the payment: what stands before the preposition."""
    before = tokens[phrase.start - 1].low if phrase.start else ""
    if (
        before not in ("to", "for", "from", "on", "by", "against", "in")
        or phrase.plural
        or not phrase.determiner
    ):
        return phrase
    earlier = [other for other in noun_phrases(tokens[: phrase.start]) if other.end == phrase.start - 1]
    return replace(earlier[-1], detail=phrase.detail) if earlier and not earlier[-1].detail else phrase


def objects(clause: Clause) -> list[Phrase]:
    """The direct objects of the clause: noun phrases before the first preposition."""
    stop = next(
        (
            i
            for i, t in enumerate(clause.rest)
            if (t.tag in ("PREP", "TO", "SUB") or t.low == ":") and not t.group
        ),
        None,
    )
    return noun_phrases(clause.rest[:stop])


def rest_of(clause: Clause, preposition: str) -> str:
    """The words after the preposition, '' where there is none."""
    for index, token in enumerate(clause.rest):
        if token.low == preposition and not token.group:
            return join(clause.rest[index + 1 :])
    return ""
