"""Data that the text names only in passing: 'lasts 15, 30 or 60 minutes', 'under its reorder level'."""

from __future__ import annotations

import re

from schemas.specification import Field
from streams.agents.business_analyzer import field_making, field_types, lexicon, naming, people, words
from streams.agents.business_analyzer.attributes import attributes
from streams.agents.business_analyzer.clauses import Clause, clauses
from streams.agents.business_analyzer.declarations import objects, subject_words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.entity_fields import put
from streams.agents.business_analyzer.field_statements import field_of
from streams.agents.business_analyzer.phrases import noun_phrases
from streams.agents.business_analyzer.relations import subject_entity
from streams.agents.business_analyzer.tokens import tokenise

_LASTS = frozenset({"last", "take"})
_UNITS = {"minute": "minutes", "hour": "hours", "day": "days"}
_OPENING = frozenset(
    "open submit create place send raise report file register post make start book reserve request".split()
)
_LEVELS = frozenset("level limit threshold minimum maximum capacity budget deadline quota target".split())
_AT_TIME = re.compile(
    r"\b(?:at|for) (?:a (?:given |certain |specific |fixed )?|the )?(?:point in )?(?P<what>time|date and"
    r" time|date)\b(?! of)"
)
_OWN_LEVEL = re.compile(
    r"\b(?:its|their|the|his|her) (?P<what>(?:[a-z-]+ ){0,2}(?:level|limit|threshold|minimum|maximum"
    r"|capacity|budget|deadline|quota|target))\b"
)


def find(draft: Draft) -> None:
    """Add fields that sentences need and name, though no list of data has them."""
    for sentence in draft.document.sentences:
        for clause in clauses(sentence.text):
            _lasting(draft, clause)
            _at_a_time(draft, clause)
            _by_data(draft, clause)
            _for_something(draft, clause)
            _actor(draft, clause)
        _levels(draft, sentence.low)
    for entity in draft.entities:
        if not entity.declared and not any(f.type != "reference" for f in entity.fields.values()):
            _compounds(draft, entity)


def _lasting(draft: Draft, clause: Clause) -> None:
    """'An appointment lasts 15, 30 or 60 minutes' gives it a duration."""
    entity = subject_entity(draft, clause)
    verb = next((v for v in clause.verbs if v in _LASTS), "")
    text = clause.rest_text
    unit = re.search(r"\d\s*(?:or more )?-?(minute|hour|day)s?\b", text)
    if (
        entity is None
        or not verb
        or clause.passive
        or not unit
        or (verb == "take" and not text[:1].isdigit())
    ):
        return
    if any(re.search(r"duration|length", name) or name in ("end", "end_time") for name in entity.fields):
        return
    plain = re.sub(r"\b(?:minute|hour|day)s?\b.*$", "", text).strip()
    name = f"duration_{_UNITS[unit[1]]}"
    made = Field(
        name=name, label=f"Duration in {_UNITS[unit[1]]}", type="integer", required=True, minimum="1"
    )
    values = [value for value in re.split(r"[ ,]+(?:or |and )?| or | and ", plain) if value.isdigit()]
    if len(values) > 1 and not re.search(r"\b(?:to|between|from)\b|-", plain):
        made = field_making.with_choices(made, values)
    elif len(values) > 1 or re.search(r"at most|up to|at least|maximum|minimum", plain):
        made = field_making.constrained(made, plain)
    elif values:
        made = Field(
            name=name, label=made.label, type="integer", required=False, minimum="1", default=values[0]
        )
    entity.put(made)


def _at_a_time(draft: Draft, clause: Clause) -> None:
    """'connects a patient and a doctor at a time' gives it a start."""
    entity = subject_entity(draft, clause)
    match = _AT_TIME.search(clause.rest_text)
    if (
        entity is None
        or not match
        or clause.negative
        or clause.modal == "cannot"
        or people.is_person(entity.words[-1])
    ):
        return
    if clause.verbs[0] not in (
        "connect",
        "link",
        "join",
        "be",
        "book",
        "schedule",
        "make",
        "take",
        "match",
        "bring",
        "have",
        "pair",
    ):
        return
    if any(f.type in ("date", "datetime") for f in entity.fields.values()):
        return
    plain_date = match["what"] == "date"
    name = "date" if plain_date else "start"
    entity.put(
        Field(name=name, label=words.label((name,)), type="date" if plain_date else "datetime", required=True)
    )


def _by_data(draft: Draft, clause: Clause) -> None:
    """'Customers open tickets by e-mail address' tells how the ticket names its customer."""
    if clause.passive or not set(clause.verbs) & _OPENING:
        return
    things = [draft.resolve(subject_words(phrase)) for phrase in objects(clause)]
    actor = next(iter(noun_phrases(clause.subject)), None)
    thing = next((item for item in things if item is not None), None)
    match = re.search(
        r"\bby (?:their |an? )?(e-?mail(?: address)?|phone(?: number)?|name)\b", clause.rest_text
    )
    if thing is None or actor is None or not match or not people.is_person(actor.head):
        return
    who = draft.resolve(subject_words(actor))
    if who is not None and thing.reference_to(who):
        return
    kind = "e-mail" if "mail" in match[1] else match[1]
    parts = (*subject_words(actor), *kind.split())
    name = naming.field_name(parts, thing.words)
    type_, _ = field_types.infer(parts)
    if name and not any(f.type == type_ == "email" for f in thing.fields.values()):
        thing.put(Field(name=name, label=words.label(parts), type=type_, required=True))


def _for_something(draft: Draft, clause: Clause) -> None:
    """'A waiter opens an order for a table': the order names its table."""
    if (
        clause.passive
        or clause.negative
        or not set(clause.verbs) & _OPENING
        or clause.lead in ("if", "when", "unless")
    ):
        return
    things = [draft.resolve(subject_words(phrase)) for phrase in objects(clause)]
    if len(things) != 1 or things[0] is None or things[0].explicit:
        return
    for phrase in noun_phrases(clause.rest):
        before = clause.rest[phrase.start - 1].low if phrase.start else ""
        parts = subject_words(phrase)
        if (
            before != "for"
            or phrase.plural
            or phrase.determiner not in ("a", "an")
            or draft.resolve(parts) is not None
        ):
            continue
        if (
            people.is_person(parts[-1])
            or words.snake(parts) in things[0].fields
            or parts[-1] in lexicon.NOT_THINGS
        ):
            continue
        name = naming.field_name(parts, things[0].words)
        if name and len(parts) <= 2:
            things[0].put(Field(name=name, label=words.label(parts), type="text", required=True))


def _actor(draft: Draft, clause: Clause) -> None:
    """'Drivers start trips', 'an employee submits an expense': who did it is kept by name."""
    if clause.passive or clause.negative or clause.modal or clause.lead in ("if", "when", "unless"):
        return
    if not set(clause.verbs) & {"start", "begin", "submit", "file", "report", "request", "log"}:
        return
    phrases = noun_phrases(clause.subject)
    things = [draft.resolve(subject_words(phrase)) for phrase in objects(clause)]
    if len(phrases) != 1 or len(things) != 1 or things[0] is None or things[0].explicit:
        return
    parts, thing = subject_words(phrases[0]), things[0]
    if not people.is_person(parts[-1]) or parts[-1] in _NO_ACTORS or draft.resolve(parts) is not None:
        return
    if any(
        name.startswith(words.snake(parts)) or name in ("person", "owner", "author", "name")
        for name in thing.fields
    ):
        return
    name = naming.field_name(parts, thing.words)
    if name:
        thing.put(Field(name=name, label=words.label(parts), type="text"))


_NO_ACTORS = lexicon.ANYONE | {"user", "staff", "admin", "administrator", "team"}


def _levels(draft: Draft, text: str) -> None:
    """'When the stock of a product falls under its reorder level': the product has one."""
    for match in _OWN_LEVEL.finditer(text):
        named = [
            e
            for phrase in noun_phrases(tokenise(text[: match.start()]))
            if (e := draft.resolve(phrase.words)) is not None
        ]
        what = match["what"].split()
        if not named or (len(what) < 2 and match[0].startswith("the ")):
            continue
        if any(field_of(entity, match["what"]) or _ends_alike(entity, what[-1]) for entity in draft.entities):
            continue
        if match[0].startswith("the ") or named[-1].explicit or what[0] in _IDLE:
            continue
        found = attributes(tokenise(match["what"]))
        if found:
            made = put(draft, named[-1], found[0])
            if made is not None:
                named[-1].change(made.name, required=False)


_IDLE = frozenset("maximum minimum same upper lower first second own new next given set other".split())


def _ends_alike(entity: EntityDraft, head: str) -> bool:
    return any(name.split("_")[-1] == head or head in name.split("_") for name in entity.fields)


def _compounds(draft: Draft, entity: EntityDraft) -> None:
    """'Each ticket code is accepted once': a thing without known data has what its compounds name."""
    one = re.escape(" ".join(entity.words))
    for sentence in draft.document.sentences:
        for match in re.finditer(
            rf"\b{one}(?:'s)? (?P<data>code|number|name|title|date|price|amount|text|e-?mail)s?\b",
            sentence.low,
        ):
            found = attributes(tokenise(match["data"]))
            if found:
                made = put(draft, entity, found[0])
                if made is not None and match["data"] in ("code", "number"):
                    entity.change(made.name, unique=True)
