"""Records that verbs make: who signs up for a class leaves a sign-up, who rates a recipe a rating."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from schemas.specification import Field
from streams.agents.business_analyzer import field_types, lexicon, naming, people, words
from streams.agents.business_analyzer.attributes import Attribute, attributes
from streams.agents.business_analyzer.clauses import Clause, clauses
from streams.agents.business_analyzer.declarations import objects, subject_words
from streams.agents.business_analyzer.draft import Draft, EntityDraft, Words
from streams.agents.business_analyzer.entity_fields import put, refer
from streams.agents.business_analyzer.phrases import Phrase, noun_phrases
from streams.agents.business_analyzer.restating import restate
from streams.agents.business_analyzer.tokens import Token, tokenise


@dataclass(frozen=True, slots=True)
class Deed:
    """A verb, the words before its object ('' for none), and the record it leaves.

    Attributes:
        like: other names of such a record; where one is known, the deed leaves that.
        several: the object in the plural is counted by a quantity.
    """

    verb: str
    after: tuple[str, ...]
    record: Words
    like: frozenset[str] = frozenset()
    several: bool = False


_BOOKINGS = frozenset("booking reservation appointment rental hire session visit".split())
_ORDERS = frozenset("order purchase sale request requisition".split())
_SIGN_UPS = frozenset(
    "sign-up signup registration enrolment enrollment subscription participation booking membership".split()
)
_REVIEWS = frozenset("rating review feedback evaluation".split())
_DEEDS = (
    Deed("sign", ("up for", "up to", "up at"), ("sign-up",), _SIGN_UPS),
    Deed("register", ("for",), ("registration",), _SIGN_UPS),
    Deed("enrol", ("in", "for", "on"), ("enrolment",), _SIGN_UPS),
    Deed("enroll", ("in", "for"), ("enrollment",), _SIGN_UPS),
    Deed("subscribe", ("to",), ("subscription",), _SIGN_UPS),
    Deed("apply", ("for", "to"), ("application",), frozenset({"application"})),
    Deed("rate", ("",), ("rating",), _REVIEWS),
    Deed("answer", ("",), ("answer",), frozenset({"answer", "response", "reply", "submission"})),
    Deed("comment", ("on",), ("comment",), frozenset({"comment", "note", "reply"})),
    Deed("vote", ("for", "on"), ("vote",), frozenset({"vote", "ballot"})),
    Deed("bid", ("on", "for"), ("bid",), frozenset({"bid", "offer"})),
    Deed("donate", ("to", "for"), ("donation",), frozenset({"donation"})),
    Deed("reserve", ("",), ("reservation",), _BOOKINGS, several=True),
    Deed("book", ("",), ("booking",), _BOOKINGS | _SIGN_UPS, several=True),
    Deed("rent", ("",), ("rental",), _BOOKINGS | frozenset({"loan"})),
    Deed("order", ("",), ("order",), _ORDERS, several=True),
    Deed("buy", ("",), ("purchase",), _ORDERS | _BOOKINGS, several=True),
    Deed("purchase", ("",), ("purchase",), _ORDERS | _BOOKINGS, several=True),
)  # fmt: skip
_USUAL: dict[str, tuple[Field, ...]] = {
    "rating": (Field(name="stars", label="Stars", type="integer", required=True, minimum="1", maximum="5"),),
    "answer": (Field(name="text", label="Text", type="long_text", required=True),),
    "comment": (Field(name="text", label="Text", type="long_text", required=True),),
    "bid": (Field(name="amount", label="Amount", type="money", required=True, minimum="0"),),
    "donation": (Field(name="amount", label="Amount", type="money", required=True, minimum="0"),),
}
_COUNTED = re.compile(r"(^|_)(stock|quota|seats?|capacity|quantity|copies|places|available)(_|$)")
_LATER_FIELDS = re.compile(
    r"\b(?:leave|add|write|give|post) (?:an? |their )?(?:optional )?(comment|note|message|review)\b"
)


_STORED = re.compile(
    r"^(?:when|whenever|if|once|after) (?P<deed>[^,]+), (?P<list>.+?) (?:is|are|gets?) (?:also |then"
    r" )?(?:stored|recorded|noted|saved|kept"
    r"|registered|logged|written down|captured|documented|entered)$",
    re.IGNORECASE,
)
_FILLED_LATER = re.compile(
    r"^(?:the |its |their )?(?P<list>[\w\- ]{3,40}?) (?:is|are|will be|gets?) (?:only )?(?:filled in|set"
    r"|added|entered|recorded|stored|noted)"
    r" (?:later|when|once|after|as soon as)\b",
    re.IGNORECASE,
)
_LOAN = Deed("borrow", ("",), ("loan",), frozenset({"loan", "lending", "borrowing", "rental"}))


def find(draft: Draft) -> None:
    """Add the records that deeds leave, where the text names no such record."""
    latest: EntityDraft | None = None
    for sentence in draft.document.sentences:
        latest = _stored(draft, sentence.text, latest)
        for statement in restate(sentence.text):
            for clause in clauses(statement):
                if (
                    clause.passive
                    or clause.negative
                    or clause.lead in ("if", "when", "unless", "before", "after", "whether")
                ):
                    continue
                for deed in _DEEDS:
                    if deed.verb in clause.verbs:
                        _leave(draft, deed, clause, sentence.text)


def _stored(draft: Draft, text: str, latest: EntityDraft | None) -> EntityDraft | None:
    """'When a reader borrows a copy, the loan date is stored': data of the record that the deed leaves."""
    stored = _STORED.match(text)
    for clause in clauses(stored["deed"]) if stored else ():
        for deed in (_LOAN, *_DEEDS):
            found = _object(draft, deed, clause) if deed.verb in clause.verbs else None
            if found is None or stored is None:
                continue
            record = _known(draft, deed, found[0]) or draft.add(deed.record)
            if record is not None:
                refer(record, found[0], True) if not record.reference_to(found[0]) else None
                for attribute in attributes(tokenise(stored["list"])):
                    put(draft, record, attribute)
                return record
    later = _FILLED_LATER.match(text)
    listed = attributes(tokenise(later["list"])) if later else []
    named = later and any(words.snake(a.words) in e.fields for a in listed for e in draft.entities)
    if latest is not None and later and not named:
        for attribute in listed:
            put(draft, latest, replace(attribute, optional=True))
    return latest


def _leave(draft: Draft, deed: Deed, clause: Clause, text: str) -> None:
    actor = _actor(clause)
    found = _object(draft, deed, clause)
    if actor is not None and found is None:
        _of_its_own(draft, deed, clause, text)
    if actor is None or found is None:
        return
    thing, phrase = found
    known = _known(draft, deed, thing)
    doer = draft.resolve(actor)
    if known is not None:
        for attribute in _with(clause):
            put(draft, known, attribute)
        if (
            doer is None
            and not any(f.references for f in known.fields.values() if f.references != thing.name)
            and not known.declared
        ):
            _doer(draft, known, actor, doer)
        if doer is not None and known is not doer and known is not thing and not doer.reference_to(known):
            refer(known, doer, True) if not known.reference_to(doer) else None
        return
    if doer is thing or thing.words[-1] in deed.like:
        return
    record = draft.add(deed.record)
    if record is None or record.explicit:
        return
    record.source = record.source or text
    _fill(draft, record, deed, clause, phrase, thing, text)
    whom = next((draft.resolve(subject_words(p)) for p in objects(clause)), None) if any(deed.after) else None
    if whom is not None and whom is not thing and whom is not record:
        refer(record, whom, True)
    else:
        _doer(draft, record, actor, doer)


def _of_its_own(draft: Draft, deed: Deed, clause: Clause, text: str) -> None:
    """'Applicants apply for a grant with a title and a sum': no grants are kept, but what is told of each."""
    told = [a for a in _with(clause) if field_types.is_data_head(a.head) or a.detail]
    if len(told) < 2 or not any(_mark(clause.rest, after.split()) is not None for after in deed.after):
        return
    kinds = deed.like | {deed.record[-1]}
    known = [e for e in draft.entities if e.words[-1] in kinds]
    record = known[0] if known else draft.add(deed.record)
    if record is None or record.explicit:
        return
    record.source, record.declared = record.source or text, True
    for attribute in _with(clause):
        put(draft, record, attribute)


def _actor(clause: Clause) -> Words | None:
    phrases = noun_phrases(clause.subject)
    if clause.subject and clause.subject[-1].low in ("everyone", "everybody", "anyone", "anybody"):
        return (clause.subject[-1].low,)
    if not phrases:
        return None
    parts = subject_words(phrases[-1])
    return (
        parts
        if people.is_person(parts[-1]) or parts[-1] in ("user", "group", "restaurant", "company")
        else None
    )


def _object(draft: Draft, deed: Deed, clause: Clause) -> tuple[EntityDraft, Phrase] | None:
    """The known thing that the deed is done to: the object, or what follows its preposition."""
    rest = clause.rest
    for after in deed.after:
        marks = after.split()
        start = _mark(rest, marks)
        if start is None:
            continue
        tokens: tuple[Token, ...] = rest[start + len(marks) :]
        phrases = noun_phrases(tokens)
        if phrases and phrases[0].start == 0:
            return _thing(draft, deed, phrases)
    return None


def _mark(rest: tuple[Token, ...], marks: list[str]) -> int | None:
    """Where the preposition of the deed is: first, or after whom it is done for ('enrol children in')."""
    lows = [token.low for token in rest]
    if lows[: len(marks)] == marks:
        return 0
    phrases = noun_phrases(rest)
    if (
        marks
        and phrases
        and phrases[0].start == 0
        and lows[phrases[0].end : phrases[0].end + len(marks)] == marks
    ):
        return phrases[0].end
    return None


def _thing(draft: Draft, deed: Deed, phrases: list[Phrase]) -> tuple[EntityDraft, Phrase] | None:
    first = phrases[0]
    entity = draft.resolve(subject_words(first))
    if entity is not None and deed.several:
        typed = next((e for e in draft.entities if e.words == (*entity.words, "type")), None)
        if typed is not None:
            return typed, first
    seat = first.head in ("spot", "seat", "place", "slot", "ticket")
    if entity is None and deed.several and (first.plural or seat) and len(phrases) > 1:
        entity = draft.resolve(subject_words(phrases[1]))
    return (entity, first) if entity is not None else None


def _known(draft: Draft, deed: Deed, thing: EntityDraft) -> EntityDraft | None:
    """A record of this kind that the text names itself."""
    kinds = deed.like | {deed.record[-1]}
    same = [e for e in draft.entities if e.words[-1] in kinds and e is not thing]
    about = [e for e in same if e.reference_to(thing)]
    if about:
        return about[0]
    bare = [
        e for e in same if (e.declared or not e.fields) and not any(f.references for f in e.fields.values())
    ]
    if bare:
        refer(bare[0], thing, True)
        return bare[0]
    return None


def _fill(
    draft: Draft,
    record: EntityDraft,
    deed: Deed,
    clause: Clause,
    phrase: Phrase,
    thing: EntityDraft,
    text: str,
) -> None:
    refer(record, thing, True)
    for attribute in _with(clause):
        put(draft, record, attribute)
    for usual in _USUAL.get(deed.record[-1], ()):
        stars = deed.record[-1] == "rating" and any(
            f.type in ("integer", "decimal") for f in record.fields.values()
        )
        if not stars:
            record.put(usual)
    for match in _LATER_FIELDS.finditer(text.lower()):
        if match[1] not in record.words:
            record.put(Field(name=match[1], label=words.label((match[1],)), type="long_text"))
    counted = any(_COUNTED.search(name) for name in thing.fields)
    has_number = any("quantity" in name or "number_of" in name for name in record.fields)
    if deed.several and not has_number and (phrase.plural or counted):
        label = (
            ("number", "of", words.plural(phrase.head))
            if phrase.words != thing.words and phrase.head in ("seat", "place", "spot")
            else ("quantity",)
        )
        record.put(
            Field(
                name=words.snake(label),
                label=words.label(label),
                type="integer",
                required=True,
                minimum="1",
                default="1",
            )
        )


def _with(clause: Clause) -> list[Attribute]:
    """'with their name and phone', 'with stars (1 to 5)'; without these 'on a start date'."""
    lows = [token.low for token in clause.rest]
    for index, token in enumerate(clause.rest):
        if token.low in ("with", "including") and not token.group:
            told = [replace(a, words=_own(a.words)) for a in attributes(clause.rest[index + 1 :])]
            return [*_when(clause.rest[:index]), *told]
    if any(t.low in ("from", "until") for t in clause.rest):
        return _when(clause.rest)
    for index in range(len(lows) - 2):
        if lows[index] in ("on", "for", "at") and lows[index + 1] in ("a", "an"):
            listed = attributes(clause.rest[index + 1 :])
            if listed and field_types.infer(listed[0].words)[0] in ("date", "datetime"):
                return listed
    return []


def _when(tokens: tuple[Token, ...]) -> list[Attribute]:
    """'from a start time to an end time'."""
    return [
        Attribute(words=phrase.words, written=phrase.head)
        for phrase in noun_phrases(tokens)
        if phrase.start
        and phrase.determiner in ("a", "an")
        and tokens[phrase.start - 1].low in ("from", "to", "until", "on", "at", "for")
        and field_types.infer(phrase.words)[0] in ("date", "datetime", "time")
    ]


def _own(parts: Words) -> Words:
    """'link to their CV' is the link of the CV."""
    return tuple(part for part in parts if part not in ("their", "his", "her", "its"))


def _doer(draft: Draft, record: EntityDraft, actor: Words, doer: EntityDraft | None) -> None:
    """Who did it: a reference where data of them are kept, else how they are named."""
    if doer is not None:
        if not record.reference_to(doer):
            refer(record, doer, True)
        return
    named = any(f.type == "email" or f.name.split("_")[-1] == "name" for f in record.fields.values())
    if named or actor[-1] in lexicon.ANYONE or actor[-1] in ("user", "staff"):
        return
    text = " ".join(sentence.low for sentence in draft.document.sentences)
    mailed = re.search(r"\be-?mail\b", text) and not any(
        f.type == "email" for e in draft.entities for f in e.fields.values()
    )
    actor = ("author",) if record.words[-1] == "comment" else actor
    parts = (*actor, "e-mail") if mailed else actor
    name = naming.field_name(parts, record.words)
    if name:
        record.put(
            Field(name=name, label=words.label(parts), type="email" if mailed else "text", required=True)
        )
