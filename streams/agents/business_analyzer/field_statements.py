"""Sentences about one field: 'the code must be unique', 'an e-mail address is optional'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from schemas.specification import Field
from streams.agents.business_analyzer import closed_words, field_making, words
from streams.agents.business_analyzer.attributes import attributes
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.entity_fields import put
from streams.agents.business_analyzer.tokens import tokenise

_BE = (
    r"(?:is|are|must be|has to be|have to be|should be|shall be|must always be|must stay|must remain"
    r"|needs? to be)"
)
_MAY = r"(?:may|can|might|could)"
_OBJECT = r"(?P<what>[\w\- ']{2,60}?)"
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("unique", rf"^{_OBJECT} {_BE} (?:required and |mandatory and )?(?:globally )?unique\b"),
        ("unique",
            rf"^(?:no two [\w\- ]+ (?:{_MAY}|must|should|shall|have|share)|two [\w\- ]+ (?:{_MAY}|must"
            rf"|should|shall) (?:not|never))(?: have| share| use)? the same (?P<what>[\w\- ]+?)$"),
        ("unique",
            r"^no (?:two )?[\w\- ]+ (?:may|can|shall|must) (?:have|share|use) the same (?P<what>[\w\-"
            r" ]+)$"),
        ("shared",
            rf"\b(?:several|two|multiple|different|many|some)(?: different)? (?P<of>[\w\- ]+?) (?:{_MAY}"
            rf" )?(?:have|share|use)(?: the| a)? same (?P<what>[\w\- ]+)$"),
        ("shared",
            rf"^{_OBJECT} (?:(?:{_MAY} be|is|are) (?:shared|duplicated|used (?:twice|several times|more"
            rf" than once)|repeated)|{_MAY} (?:repeat|occur (?:twice|several times|more than once))|does"
            rf" not (?:have|need) to be unique|need not be unique|is not unique)\b"),
        ("required",
            rf"^{_OBJECT} (?:{_BE} (?:always )?(?:unique and |an? )?(?:required|mandatory|compulsory"
            rf"|obligatory)|must (?:always )?(?:be (?:given|filled in|provided|present|entered|set"
            rf"|specified)|not be (?:empty|blank|missing|left (?:empty|blank|out)))|cannot be (?:empty"
            rf"|blank|missing|left (?:empty|blank|out))|(?:may|can) (?:not|never) be (?:empty|blank"
            rf"|missing|left (?:empty|blank|out)))\b"),
        ("optional",
            rf"^{_OBJECT} (?:{_BE} (?:an? )?optional|{_MAY} be (?:empty|blank|missing|omitted|left"
            rf" (?:empty|blank|out|open)|unknown|null)|(?:is|are) (?:not (?:required|mandatory|needed)"
            rf"|voluntary)|need not be (?:given|filled in|provided)|does not have to be (?:given|filled"
            rf" in|provided))\b"),
        ("required",
            r"^(?P<of>[\w\- ]+?) (?:must|have to|has to|need to|needs to) (?:always )?(?:have|give"
            r"|provide|enter|state|supply|specify) (?P<what>(?:an?|their|its|the) [\w\- ]+)$"),
        ("optional",
            rf"^(?P<of>[\w\- ]+?) (?:{_MAY}) (?:also )?(?:[a-z]+ ){{0,4}}without (?:an? |any |giving an?"
            rf" |their |the )?(?P<what>[\w\- ]+)$"),
        ("optional",
            r"^(?P<of>[\w\- ]+?) (?:do not|does not|don't|need not) (?:have to|need to)? ?(?:have|give"
            r"|provide|enter|state) (?:an? |their )?(?P<what>[\w\- ]+)$"),
        ("bounds",
            rf"^{_OBJECT} (?:{_BE}|must|cannot be|may not be|must not be|must never be|can be|may be"
            rf"|must have|has|have|can have|ranges?|goes|lies|must lie) (?P<bounds>(?:always |only |in"
            rf" the range )?(?:between|from|at least|at most|no more than|not more than|up to|greater"
            rf" than|more than|less than|lower than|above|below|over|under|negative|positive"
            rf"|non-negative|not negative|zero or|a maximum of|a minimum of|less|longer than|a positive)"
            rf" ?[^,;]*)$"),
        ("bounds",
            r"^(?P<what>[\w\- ]{2,40}?) (?P<bounds>(?:is|are) (?:not|never) negative|(?:may|must|can"
            r"|should|shall) (?:not|never) (?:be negative|fall below zero|be below zero|drop below zero"
            r"|go below zero|be less than zero))$"),
        ("choices",
            rf"^{_OBJECT} (?:{_BE}|can be|may be|is always|are always)(?: either)? (?:one of"
            rf" )?:?\s*(?P<list>\w[\w\- ]*(?:, \w[\w\- ]*)*,? or \w[\w\- ]*)$"),
        ("default",
            rf"^{_OBJECT} (?:defaults? to|is by default|are by default|is (?P<x>\w+) by default)"
            rf" ?(?P<value>[\w\-]*)$"),
    )
)  # fmt: skip
_ARTICLE = re.compile(r"^(?:(?:an?|the|each|every|all|its|their|any|both|same)\s+)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one sentence says of one field (`kind` as in the forms), with its words."""

    kind: str
    entity: EntityDraft
    field: str
    sentence: str
    value: str = ""


def apply(draft: Draft) -> None:
    """Change the fields as the sentences say."""
    for statement in statements(draft):
        known = statement.entity.fields.get(statement.field)
        if known is not None:
            statement.entity.fields[statement.field] = _changed(known, statement)


def statements(draft: Draft) -> list[Statement]:
    """All sentences about single fields, in order; a field that nothing named before becomes known by it."""
    found: list[Statement] = []
    last: EntityDraft | None = None
    for sentence in draft.document.sentences:
        for part in parts(sentence.text):
            named = list(_of_part(draft, part, last))
            found.extend(named)
        last = _topic(draft, sentence.text) or last
    return found


def parts(text: str) -> list[str]:
    """The statements of a sentence: 'the e-mail is required and unique' says two things of the e-mail."""
    text = " ".join(text.split()).rstrip(".")
    both = re.match(
        r"^(.*?\b(?:is|are|must be|should be)) (required|mandatory|optional|unique) and (?:must be"
        r" )?(unique|required|mandatory|optional)$",
        text,
        re.IGNORECASE,
    )
    if both:
        return [f"{both[1]} {both[2]}", f"{both[1]} {both[3]}"]
    pieces = re.split(
        r"(?:,? and |, |; )(?=(?:the |its |their |an? )[\w\- ]{2,30} (?:is|are|must|may|can|has)\b)", text
    )
    return [piece.strip() for piece in pieces if piece.strip()]


def _of_part(draft: Draft, text: str, last: EntityDraft | None) -> Iterator[Statement]:
    for kind, pattern in _FORMS:
        match = pattern.search(text)
        if not match:
            continue
        groups = match.groupdict()
        if kind == "required" and _of_some(groups.get("of") or ""):
            continue
        if kind == "bounds" and not _is_bound(groups.get("bounds") or ""):
            continue
        for entity, name in _fields_named(draft, match["what"], groups.get("of") or text, last, kind):
            value = groups.get("bounds") or groups.get("list") or groups.get("value") or groups.get("x") or ""
            yield Statement(kind=kind, entity=entity, field=name, sentence=text, value=value)
        return


def _of_some(subject: str) -> bool:
    """'A finished ride must have a fare' does not say it of all rides."""
    first = next(iter(_ARTICLE.sub("", subject).split()), "").lower()
    return len(_ARTICLE.sub("", subject).split()) > 1 and words.is_participle(first)


def _is_bound(bounds: str) -> bool:
    number = bool(re.search(r"\d|\bzero\b|negative|positive", bounds)) or any(
        w in closed_words.NUMBER_WORDS for w in bounds.split()
    )
    return number and not re.search(
        r"\b(?:hours?|days?|weeks?|months?|years?|minutes?|per|for|times|%) ?(?:before|after|ago|in"
        r" advance|per|old|for|of)?\b",
        bounds,
    )


def _fields_named(
    draft: Draft, what: str, context: str, last: EntityDraft | None, kind: str
) -> list[tuple[EntityDraft, str]]:
    """The fields that the words name: 'the capacity of a room', 'a room's capacity', 'capacity'."""
    what = _ARTICLE.sub("", what.strip().lower())
    if len(what.split()) > 6 or re.search(r"\b(?:which|that|who|whose)\b", what):
        return []
    of = re.match(
        r"^(?P<field>[\w\- ]+?) (?:of|for) (?:an?|the|each|every|all|any)? ?(?P<entity>[\w\- ]+)$", what
    )
    own = re.match(r"^(?P<entity>[\w\- ]+?)'s? (?P<field>[\w\- ]+)$", what)
    for match in (of, own):
        if match:
            entity = draft.resolve(tuple(match["entity"].split()))
            if entity is not None:
                name = field_of(entity, match["field"])
                return [(entity, name)] if name else []
    mentioned = draft.resolve(tuple(_ARTICLE.sub("", context.lower()).split()[:3])) or _topic(draft, context)
    for entity in (mentioned, last, *draft.entities):
        if entity is None:
            continue
        name = field_of(entity, what)
        if name:
            return [(entity, name)]
    target = mentioned or last
    if kind in ("optional", "required", "unique") and target is not None:
        return _new(draft, target, what)
    return []


def field_of(entity: EntityDraft, phrase: str) -> str:
    """The name of the entity's field that the words name, '' for none: exactly, or by a clear ending."""
    parts = tuple(_ARTICLE.sub("", phrase.strip().lower()).split())
    if not parts:
        return ""
    if parts[: len(entity.words)] == entity.words and len(parts) > len(entity.words):
        parts = parts[len(entity.words) :]
    forms = {words.snake(parts), words.snake((*parts[:-1], words.singular(parts[-1])))}
    for form in forms:
        if form in entity.fields:
            return form
        if f"{form}_id" in entity.fields:
            return f"{form}_id"
    same = {form.replace("email_address", "email") for form in forms}
    ends = [
        name
        for name in entity.fields
        if any(
            name.replace("email_address", "email") == f
            or name.replace("email_address", "email").endswith("_" + f)
            for f in same
            if f
        )
    ]
    starts = [
        name
        for name in entity.fields
        if any(
            name.startswith(f + "_") and name.split("_")[-1] in ("in", "minutes", "hours", "number", "value")
            for f in forms
            if f
        )
    ]
    return ends[0] if len(ends) == 1 else starts[0] if len(starts) == 1 else ""


def _new(draft: Draft, entity: EntityDraft, what: str) -> list[tuple[EntityDraft, str]]:
    """'an e-mail address is optional': the thing spoken of has one."""
    found = attributes(tokenise(what))
    if len(found) != 1 or len(found[0].words) > 3 or entity.explicit:
        return []
    from streams.agents.business_analyzer import field_types

    if not (field_types.is_data_head(found[0].head) or field_types.is_data_head(found[0].written)):
        return []
    made = put(draft, entity, found[0])
    return [(entity, made.name)] if made is not None else []


def _topic(draft: Draft, text: str) -> EntityDraft | None:
    """The first known entity that the sentence names."""
    from streams.agents.business_analyzer.phrases import noun_phrases

    for phrase in noun_phrases(tokenise(text)):
        entity = draft.resolve(phrase.words)
        if entity is not None:
            return entity
    return None


def _changed(known: Field, statement: Statement) -> Field:
    if statement.kind == "unique":
        return replace(known, unique=known.type != "boolean" and not known.many)
    if statement.kind in ("required", "optional"):
        return replace(known, required=statement.kind == "required")
    if statement.kind == "bounds":
        return _bounded(known, statement)
    if statement.kind == "choices" and known.type in ("text", "choice") and not known.choices:
        values = [
            value.strip()
            for value in re.split(r",| or ", re.sub(r"\bor\b", ",", statement.value))
            if value.strip()
        ]
        if len(values) > 1 and all(len(value.split()) <= 3 for value in values):
            return field_making.with_choices(known, values)
    if statement.kind == "default" and statement.value in known.choices:
        return replace(known, default=statement.value)
    return known


def _bounded(known: Field, statement: Statement) -> Field:
    if known.type not in ("integer", "decimal", "money", "text", "long_text") or known.choices:
        return known
    low = statement.value.lower()
    negated = re.search(
        r"\b(?:cannot|may not|must not|must never|can not|never|not) (?:be|exceed)\b",
        statement.sentence.lower(),
    )
    if re.search(r"\bnegative|below zero|less than zero", low) and not re.search(r"non-negative", low):
        return replace(known, minimum="0") if known.type in ("integer", "decimal", "money") else known
    if negated:
        low = re.sub(r"(?:more|greater|higher|longer) than|above|over", "at most", low)
        low = re.sub(r"(?:less|lower|fewer|shorter) than|below|under", "at least", low)
    if known.type in ("text", "long_text") and not re.search(r"characters|chars|letters", low):
        return known
    return field_making.constrained(known, low)
