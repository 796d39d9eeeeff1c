"""Capacities and quotas: how many, or how much, for each group."""

from __future__ import annotations

import re
from dataclasses import replace

from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.limit_making import amount, write
from streams.agents.business_analyzer.rule_fields import NUMBERS, as_number
from streams.agents.business_analyzer.rule_scenes import (
    Scene,
    entity_in,
    field_named,
    path_named,
    reachable,
    referring,
    scenes,
)
from streams.agents.business_analyzer.state_words import NOUN_OF

_AT_MOST = (
    r"(?:no more than|not more than|at most|a maximum of|maximum|max|up to|never more than|more than|only"
    r"|limited to|as many as)"
)
_PER = (
    r"(?:per|for each|for every|for one|in one|each|every|a|on one|in a single|by each|for the same"
    r"|with the same)"
)
_NUMBERED = re.compile(
    rf"\b(?P<most>{_AT_MOST}) (?P<n>\d+(?:\.\d+)?) (?P<what>[\w\- ]+?)(?: (?:is|are|can be"
    rf"|may be) (?:allowed|booked|made|taken|reserved|possible"
    rf"|borrowed))? {_PER} (?P<groups>[\w\- ,]+?)(?:$|[.;])"
)
_MAY_HAVE = re.compile(
    rf"\b(?P<who>[\w\- ]+?) (?:may|can|must|cannot|should|is allowed to|are allowed to)(?: not"
    rf"| only)? (?:have|borrow|book|hold|own|take|reserve|make|log|rent|attend|record|work|enter|register"
    rf"|report|request|claim|buy|order|issue|spend"
    rf"|place)(?: only)? (?P<most>{_AT_MOST}) (?P<n>\d+) (?P<what>[\w\- ]+?)(?: at (?:once|the same time"
    rf"|a time)| simultaneously| in total| (?:per|a|in a|each) (?P<period>day|week|month|year|date)"
    rf"| on (?:the same|one|a) (?P<period2>day|date))?$"
)
_PATH = re.compile(
    r"\b(?:no more|not more|never more|more|fewer) (?P<what>[\w\-]+(?: [\w\-]+)?) than (?:there are |its "
    r"|the |their |available )*(?P<limit>[\w\- ]+?)(?: (?:are )?(?:available|left|in total))?(?:$|[,;])"
)
_SELL = re.compile(
    r"\b(?:never|not|cannot|do not) (?P<verb>sell|book|reserve|register|accept|admit|overbook|assign|lend"
    r"|give out)(?: [\w\-]+)? more (?:[\w\-]+ )?than (?P<limits>[\w\- ,]+)$"
)
_EXCEED = re.compile(
    r"\b(?:number of|count of|total|sum of(?: the)?|total number of) (?P<what>[\w\- ]+?) (?:must|may|can"
    r"|should|shall|is)?(?:not| never|not) ?(?:be )?(?:exceed|greater than|more than|larger than"
    r"|higher than|above) (?:the |its |their )?(?P<limit>[\w\- ]+)$"
)
_CANNOT_EXCEED = re.compile(
    r"\b(?:number of|count of|total number of) (?P<what>[\w\- ]+?) (?:cannot|must not|may not|should not"
    r"|must never|can never|may never) (?:be )?(?:exceed|greater than|more than|larger than|higher than"
    r"|above) (?:the |its |their )?(?P<limit>[\w\- ]+)$"
)


PERIODS = {"day", "date"}


_LEADING = re.compile(r"^(?:per|each|every|in one|on one) (?P<period>day|week|month|year),? (?P<rest>.+)$")


def find(draft: Draft) -> None:
    """Add limits and combined uniqueness."""
    from streams.agents.business_analyzer import rule_uniques

    for scene in scenes(draft):
        leading = _LEADING.match(scene.text)
        if leading:
            scene = replace(scene, text=f"{leading['rest']} per {leading['period']}")
        if rule_uniques.read(draft, scene):
            continue
        if not _may_have(draft, scene):
            _numbered(draft, scene)
        _paths(draft, scene)


def split_groups(groups: str) -> list[str]:
    """The groups of 'per person and day'."""
    return [part.strip() for part in re.split(r",| and | or ", groups) if part.strip()]


def group_paths(draft: Draft, entity: EntityDraft, groups: list[str]) -> tuple[str, ...]:
    """The fields that the groups name, () where one of them cannot be found or expressed."""
    found: list[str] = []
    for group in groups:
        bare = re.sub(r"^(?:an?|the|each|every|one|same|single)\s+", "", group)
        if bare in PERIODS:
            dates = [f.name for f in entity.fields.values() if f.type == "date" and not f.read_only]
            path = dates[0] if dates else ""
        elif bare in ("week", "month", "year", "hour"):
            return ()
        else:
            other = entity_in(draft, bare)
            path = entity.reference_to(other) if other is not None and other is not entity else ""
            path = path or path_named(draft, entity, bare)
            path = path or next(
                (prefix for prefix, reached in reachable(draft, entity) if reached is other), ""
            )
        if not path:
            return ()
        found.append(path)
    return tuple(dict.fromkeys(found))


def _measured(draft: Draft, scene: Scene, what: str) -> list[tuple[EntityDraft, str]]:
    """Entities with what is counted or summed: records of that name, or a number field."""
    named = entity_in(draft, what)
    options: list[tuple[EntityDraft, str]] = []
    near = [*scene.entities, *([scene.topic] if scene.topic else []), *draft.entities]
    if named is not None:
        options.append((named, "count"))
    for entity in near:
        field = field_named(entity, what, NUMBERS)
        if field is not None and (entity, field.name) not in [(e, f) for e, f in options if e is entity]:
            options.append((entity, field.name))
    return options


def _numbered(draft: Draft, scene: Scene) -> None:
    match = _NUMBERED.search(scene.text)
    if not match or (
        match["most"] == "more than" and not re.search(r"\b(?:not|cannot|never|nobody|no)\b", scene.text)
    ):
        return
    groups = split_groups(match["groups"])
    groups = [g for g in groups if g]
    for entity, measure in _measured(draft, scene, match["what"]):
        paths = group_paths(draft, entity, groups)
        if paths and measure not in paths:
            write(draft, entity, measure, paths, f"={match['n']}", match["what"])
            return
    if any(re.search(r"\b(?:week|month|year)\b", group) for group in groups):
        _open(draft, scene)


def _may_have(draft: Draft, scene: Scene) -> bool:
    match = _MAY_HAVE.search(scene.text)
    if not match:
        return False
    period = match["period"] or match["period2"]
    if period in ("week", "month", "year"):
        _open(draft, scene)
        return True
    who = entity_in(draft, match["who"])
    made = _made_of(scene, match["what"]) if who is not None else None
    if made is not None and who is not None and made.reference_to(who) and not period:
        write(draft, made, "count", (made.reference_to(who),), f"={match['n']}", "open")
        return True
    for entity, measure in _measured(draft, scene, match["what"]):
        via = entity.reference_to(who) if who is not None else _person(entity, match["who"])
        days = group_paths(draft, entity, [period]) if period else ()
        if period and via and not days:
            _open(draft, scene)
            return True
        groups = (via, *days) if via else (via,)
        if via and entity is not who:
            write(draft, entity, measure, groups, f"={match['n']}", match["what"])
            return True
    return False


def _made_of(scene: Scene, what: str) -> EntityDraft | None:
    """The loans that 'borrow at most 3 tools' counts."""
    thing = entity_in(scene.draft, what)
    for clause in scene.clauses:
        for verb in clause.verbs:
            made = scene.draft.resolve((NOUN_OF[verb],)) if verb in NOUN_OF else None
            if made is not None and thing is not None and made is not thing and made.reference_to(thing):
                return made
    return None


def _person(entity: EntityDraft, who: str) -> str:
    """The field that holds the person: 'member name' for 'a member'."""
    field = field_named(entity, who)
    return field.name if field is not None and field.type in ("text", "email") else ""


def _open(draft: Draft, scene: Scene) -> None:
    sentence = draft.document.sentences[scene.index].text
    draft.assume(
        f"How should this limit be kept: {sentence}?",
        "The limit is not kept, as limits are counted by day or by record, not by week, month or year.",
        sentence,
    )


def _paths(draft: Draft, scene: Scene) -> None:
    """'Never sell more than the seats or the quota', 'no more enrolments than its capacity'."""
    refuses = re.search(r"\b(?:no|not|never|cannot)\b", scene.text)
    if refuses and _total(draft, scene):
        return
    for pattern in (_PATH, _EXCEED, _CANNOT_EXCEED):
        match = pattern.search(scene.text)
        if match and refuses:
            counted = entity_in(draft, match["what"])
            field = next(
                (True for e in scene.entities if field_named(e, f"number of {match['what']}", NUMBERS)), False
            )
            if counted is not None and not field:
                _capacity(draft, counted, match["limit"])
                return
    sell = _SELL.search(scene.text)
    if sell:
        counted = _sold(draft, scene)
        if counted is not None:
            for limit in split_groups(sell["limits"]):
                _capacity(draft, counted, re.sub(r"^(?:the|its|their|available)\s+", "", limit))


_TOTAL = re.compile(
    r"\b(?:total|sum|total number)(?: of)?(?: the)? (?P<what>[\w\- ]+?) (?:of|in|for|per) (?:an? |one "
    r"|each |the )?(?P<whole>[\w\-]+) (?:must|may|can|should|cannot)(?: not| never)? (?:be )?(?:exceed"
    r"|greater than|more than|larger than|higher than|above) (?:the |its |their )?(?P<limit>[\w\- ]+)$"
)


def _total(draft: Draft, scene: Scene) -> bool:
    """'The total number of persons of a crossing may not exceed its capacity'."""
    match = _TOTAL.search(scene.text)
    whole = entity_in(draft, match["whole"]) if match else None
    top = field_named(whole, match["limit"], NUMBERS) if match and whole is not None else None
    for child, via in referring(draft, whole) if whole is not None and top is not None else []:
        field = field_named(child, match["what"] if match else "", NUMBERS)
        if field is not None and top is not None:
            write(draft, child, field.name, (via,), f"{via}.{top.name}", top.name)
            return True
    return False


def _sold(draft: Draft, scene: Scene) -> EntityDraft | None:
    """What is sold or booked one by one: the record furthest from what has the capacity."""
    options = [*scene.entities, *([scene.topic] if scene.topic else [])]
    leaves = [e for e in draft.entities if reachable(draft, e) and not referring(draft, e)]
    return next((e for e in options if e in leaves), leaves[0] if leaves else None)


def _capacity(draft: Draft, counted: EntityDraft, limit: str) -> None:
    for prefix, whole in reachable(draft, counted):
        field = field_named(whole, limit, NUMBERS)
        text = field_named(whole, limit, frozenset({"text"})) if field is None else None
        field = as_number(whole, text) if text is not None else field
        field = field if field is not None and field.type in NUMBERS else None
        if field is not None:
            maximum = f"{prefix}.{field.name}"
            write(draft, counted, amount(counted), (prefix,), maximum, limit)
            return
    inner = field_named(counted, limit, NUMBERS)
    if inner is None:
        for other, via in referring(draft, counted):
            field = field_named(counted, limit, NUMBERS)
            if field is not None:
                write(draft, other, "count", (via,), f"{via}.{field.name}", limit)
