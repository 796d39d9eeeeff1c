"""Named lists: overdue invoices, upcoming visits, tickets that breach a deadline; exports and searches."""

from __future__ import annotations

import re

from schemas.specification import Condition, Export, Listing, Search
from streams.agents.business_analyzer import words
from streams.agents.business_analyzer.clauses import Clause
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_conditions import (
    deadline,
    of_time,
    of_word,
    on_today,
    start_field,
    unfinished,
)
from streams.agents.business_analyzer.rule_fields import TEXTS, TIMES
from streams.agents.business_analyzer.rule_scenes import (
    Mention,
    Scene,
    entity_in,
    field_named,
    mentions,
    referring,
    rule_id,
    scenes,
)
from streams.agents.business_analyzer.word_sets import word_set

_SHOWS = word_set("list show see view display find check filter report print remind")
_LEADS = re.compile(
    r"^(?:list|show|display|an? (?:list|overview) of|overview of|view|see|there (?:is|should be"
    r"|must be) an? (?:list|overview) of|print|give)\b|\b(?:list|overview) of\b"
)
_BREACH = re.compile(
    r"\b(?:list|show|see|find|display)s? (?:all |the |those )*(?P<what>[\w\-]+) (?:that|which) (?:breach"
    r"|miss|violate|exceed|break|are late|are overdue|are too late|have missed|missed|were not"
    r"|have not been answered in time)\b"
)
_WHOSE = re.compile(
    r"\b(?P<what>[\w\-]+) (?:whose|with|where the|that have an?) (?P<field>[\w\- ]+?) (?:is|are|that is"
    r"|has been)? ?(?P<why>due|overdue|in the past|over|expired|passed|missing|empty|reached)\b"
)
_THAT_ARE = re.compile(
    r"\b(?:list|show|see|find|display)s? (?:all |the |those )*(?P<what>[\w\-]+) (?:that|which) (?:is"
    r"|are) (?:still |already |currently )?(?P<why>[a-z]+(?:[ -][a-z]+)?)\b"
)
_CSV = re.compile(r"\b(?:csv|spreadsheet|excel)\b")
_EXPORTS = re.compile(r"\b(?:export\w*|download\w*)\b")
_SEARCH = re.compile(
    r"\b(?:search|look up|find|look for|searched|found|searchable|looked up"
    r"|searching)\b(?: for)? ?(?P<what>[\w\- ]*?)? ?\bby (?:the |their |its "
    r"|an? )?(?P<fields>[\w\-, ]+?)(?= so that| and (?:export|sort|filter|see|view|list)|$|[.;(])"
)
_FULL_TEXT = re.compile(
    r"\b(?:search (?:for |in |through )?(?:all |the )?(?P<what>[\w\-]+)|full[- ]text search (?:for|of|in"
    r"|over) (?P<what2>[\w\-]+)|(?P<what3>[\w\-]+) (?:can be searched|are searchable"
    r"|is searchable))\b(?! by)"
)


def find(draft: Draft) -> None:
    """Add the named lists."""
    for scene in scenes(draft):
        if (
            _soon(draft, scene)
            or _events(draft, scene)
            or _deadlines(draft, scene)
            or _whose(draft, scene)
            or re.search(r"\b(?:sum|total|number|count|average|kilomet\w+) of\b", scene.text)
        ):
            continue
        for clause in scene.clauses:
            if set(clause.verbs) & _SHOWS and not clause.negative and clause.lead not in ("if", "when"):
                _clause(draft, clause)
        if _LEADS.search(scene.text) and not scene.clauses:
            for mention in scene.mentions:
                _mention(draft, mention, scene.text)


_SOON = re.compile(
    r"\b(?P<what>[\w\-]+) (?:that|which|whose [\w ]+?) (?:expires?|ends?|runs? out|(?:is|are) due"
    r"|falls? due|starts?|begins?|become due)"
    r" (?:in|within|during) the (?:next|coming) (?P<n>\d+) ?(?P<unit>day|week|month)s?"
)


def _soon(draft: Draft, scene: Scene) -> bool:
    """'medicines that expire in the next 30 days'."""
    match = _SOON.search(scene.text)
    entity = entity_in(draft, match["what"]) if match else None
    if not match or entity is None:
        return False
    starts = re.search(r"\b(?:starts?|begins?)\b", match[0])
    field = start_field(entity) if starts else deadline(entity)
    if field is None:
        return False
    days = int(match["n"]) * {"day": 1, "week": 7, "month": 30}[match["unit"]]
    base = "today" if field.type == "date" else "now"
    where = (
        Condition(left=field.name, operator="ge", right=base),
        Condition(left=field.name, operator="le", right=f"{base}+{days}d"),
    )
    write(draft, entity, "starting soon" if starts else "due soon", where)
    return True


_EVENTS = re.compile(
    r"\b(?P<noun>arrival|departure|check-in|check-out|return|pickup|delivery|appointment|booking)s? (?:of "
    r"|for |due )?(?:today|tonight)\b|\btoday's (?P<noun2>[a-z\-]+)s\b"
)


def _events(draft: Draft, scene: Scene) -> bool:
    """'arrivals of today': records whose date of that name is today."""
    match = _EVENTS.search(scene.text)
    noun = (match["noun"] or match["noun2"]) if match else ""
    for entity in draft.entities if noun else []:
        field = next(
            (f for f in entity.fields.values() if f.type in TIMES and noun.replace("-", "_") in f.name), None
        )
        if field is not None:
            write(draft, entity, f"{words.plural(noun)} today", on_today(field))
            return True
    return False


def _clause(draft: Draft, clause: Clause) -> None:
    for mention in mentions(draft, clause.rest if not clause.passive else clause.subject):
        _mention(draft, mention, clause.rest_text)


def _mention(draft: Draft, mention: Mention, text: str) -> None:
    """'overdue loans', 'arrivals of today': the words around the entity pick its records."""
    entity = mention.entity
    for word in mention.before:
        where = of_word(draft, entity, word)
        if where:
            write(draft, entity, word, where)
            return
    after = re.search(
        rf"\b{re.escape(words.plural(entity.words[-1]))} (?P<state>(?:in|on|under|out of) [a-z]+)\b", text
    )
    where = of_word(draft, entity, after["state"]) if after else ()
    if after and where:
        write(draft, entity, after["state"], where)
        return
    late = next((word for word in mention.before if word in ("overdue", "late", "due")), "")
    for child, _ in referring(draft, entity) if late else []:
        inner = of_word(draft, child, late)
        if inner:
            write(draft, child, late, inner)
            return
    where = of_time(entity, text)
    if where:
        name = re.sub(
            r"[^a-z0-9]+",
            " ",
            (re.search(r"\b(?:today|(?:last|past|next|coming) \w+(?: \w+)?)\b", text) or ["recent"])[0],
        )
        write(draft, entity, name, where)


def write(draft: Draft, entity: EntityDraft, word: str, where: tuple[Condition, ...]) -> None:
    """One named list; a name that an action has already gets 'all' in front."""
    name = words.kebab(word.split()) or "selected"
    taken = {
        getattr(a, "name", "")
        for a in draft.rules.get("actions", [])
        if getattr(a, "entity", "") == entity.name
    }
    name = f"all-{name}" if name in taken or not name[0].isalpha() else name
    several = words.plural(entity.words[-1])
    label = words.label((*word.split(), *entity.words[:-1], several))
    draft.rule(
        "listings",
        Listing(
            id=rule_id(entity.name, "list", name), name=name, label=label, entity=entity.name, where=where
        ),
    )


def _deadlines(draft: Draft, scene: Scene) -> bool:
    """'the tickets that breach this': their computed deadline has passed before it was met."""
    match = _BREACH.search(scene.text) or _THAT_ARE.search(scene.text)
    entity = entity_in(draft, match["what"]) if match else None
    if not match or entity is None:
        return False
    why = match["why"] if "why" in match.re.groupindex else "overdue" if "overdue" in match[0] else "late"
    known = next(
        (d for d in draft.rules.get("_deadlines", []) if isinstance(d, tuple) and d[0] == entity.name), None
    )
    if known is not None and (match.re is _BREACH or why in ("late", "overdue", "too late")):
        _, due, done = known
        breach = (
            Condition(left=due, operator="lt", right="now"),
            Condition(left=done, operator="gt", right=due),
        )
        write(draft, entity, "late", breach)
        return True
    where = of_word(draft, entity, why)
    if where:
        write(draft, entity, why, where)
    return bool(where)


def _whose(draft: Draft, scene: Scene) -> bool:
    match = _WHOSE.search(scene.text)
    entity = entity_in(draft, match["what"]) if match else None
    shown = any(
        set(clause.verbs) & _SHOWS and not clause.negative for clause in scene.clauses
    ) or _LEADS.search(scene.text)
    if not match or entity is None or not shown:
        return False
    field = (
        field_named(entity, match["field"], TIMES)
        or field_named(entity, f"{match['field']} date", TIMES)
        or deadline(entity)
    )
    if field is None:
        return False
    today = "today" if field.type == "date" else "now"
    operator = "le" if match["why"] in ("due", "reached") else "lt"
    where = (Condition(left=field.name, operator=operator, right=today), *unfinished(draft, entity))  # type: ignore[arg-type]
    write(draft, entity, match["why"] if match["why"] in ("due", "overdue", "expired") else "due", where)
    return True


def find_exports(draft: Draft) -> None:
    """Add CSV exports of what the text wants as a file."""
    for scene in scenes(draft):
        if not (
            _EXPORTS.search(scene.text)
            or (_CSV.search(scene.text) and re.search(r"\bas\b|\bto\b|\bfile\b", scene.text))
        ):
            continue
        named = [
            m.entity
            for m in scene.mentions
            if not m.start or scene.tokens[m.start - 1].low not in ("by", "per", "for", "each")
        ]
        for clause in scene.clauses:
            if {"export", "download"} & set(clause.verbs):
                inner = [m.entity for m in mentions(draft, clause.subject if clause.passive else clause.rest)]
                pronoun = any(t.low in ("them", "it") for t in clause.rest[:1])
                named = inner or ([scene.topic] if pronoun and scene.topic else named)
        if re.search(r"\b(?:everything|all data|all records|any list|all lists|each list)\b", scene.text):
            named = list(draft.entities)
        for entity in named or ([scene.topic] if scene.topic else []):
            draft.rule("exports", Export(id=rule_id(entity.name, "export"), entity=entity.name))


def find_searches(draft: Draft) -> None:
    """Add text searches."""
    for scene in scenes(draft):
        match = _SEARCH.search(scene.text)
        if match and not re.search(r"\bfilter\w* [\w ]*by\b", match[0]):
            entity = (entity_in(draft, match["what"]) if match["what"] else None) or next(
                iter(scene.entities), scene.topic
            )
            if entity is not None:
                _search(draft, entity, re.split(r",| or | and ", match["fields"]))
            continue
        whole = _FULL_TEXT.search(scene.text)
        entity = entity_in(draft, whole["what"] or whole["what2"] or whole["what3"]) if whole else None
        if entity is not None:
            _search(draft, entity, [])


def _search(draft: Draft, entity: EntityDraft, names: list[str]) -> None:
    texts = frozenset(TEXTS)
    found = [
        f.name
        for name in names
        if name.strip() and (f := field_named(entity, name.strip(), texts)) is not None and not f.many
    ]
    if not names:
        found = [
            f.name for f in entity.fields.values() if f.type in ("text", "long_text", "email") and not f.many
        ][:4]
    if found:
        draft.rule(
            "searches",
            Search(id=rule_id(entity.name, "search"), entity=entity.name, fields=tuple(dict.fromkeys(found))),
        )
