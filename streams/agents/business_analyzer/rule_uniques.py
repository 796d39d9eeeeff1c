"""What there may be only one of: combinations that are unique."""

from __future__ import annotations

import re

from schemas.specification import Unique
from streams.agents.business_analyzer import words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_limits import PERIODS, group_paths, split_groups
from streams.agents.business_analyzer.rule_scenes import (
    Scene,
    entity_in,
    field_named,
    referring,
    rule_id,
)
from streams.agents.business_analyzer.rule_states import states_of
from streams.agents.business_analyzer.state_words import NEGATIVE

_ONLY_ONE = re.compile(
    r"\b(?:only|at most|no more than|not more than|exactly) (?:one|1) (?P<what>[\w\- ]+?) (?:per|for each"
    r"|for the same|for every|with the same|each) (?P<groups>[\w\- ,]+)$"
)
_ONCE_PER = re.compile(
    r"\b(?P<what>[\w\- ]+?) (?:can|may|must|cannot|is|are"
    r"|should)(?: not)?(?: only)?(?: be)? (?P<verb>[a-z]+)(?: [\w\- ]+?)? (?:only once|once|twice"
    r"|more than once|at most once|only one time) (?:per|for each|for the same|for every|in the same|for"
    r"|in each|in) (?:the same |an? |one |each )?(?P<groups>[\w\- ,]+)$"
)
_SAME_TWICE = re.compile(
    r"\b(?:the )?same (?P<what>[\w\- ]+?) (?:of|in|at|on|for) (?:an? |the "
    r"|one )?(?P<whole>[\w\-]+) (?:cannot|must not|may not|can only|may only) be (?P<verb>[a-z]+) (?:twice"
    r"|more than once|once|again)"
)
_COMBINATION = re.compile(
    r"\b(?:the )?combination of (?P<groups>[\w\- ,]+?) (?:is|must be|has to be|should be) unique"
)


def read(draft: Draft, scene: Scene) -> bool:
    """Add the unique combination that the sentence tells of; whether there is one."""
    if _person_once(draft, scene):
        return True
    for pattern in (_COMBINATION, _SAME_TWICE, _ONLY_ONE, _ONCE_PER):
        match = pattern.search(scene.text)
        if match and _unique_of(draft, scene, match):
            return True
    return _register_twice(draft, scene)


def _unique_of(draft: Draft, scene: Scene, match: re.Match[str]) -> bool:
    groups = split_groups(match["groups"]) if "groups" in match.re.groupindex else [match["whole"]]
    what = match["what"] if "what" in match.re.groupindex else ""
    if re.search(r"\btime\b", " ".join(groups)) or any(g in ("week", "month", "year") for g in groups):
        return False
    named = entity_in(draft, what) if what else None
    near = [
        *([named] if named else []),
        *scene.entities,
        *([scene.topic] if scene.topic else []),
        *draft.entities,
    ]
    for entity in near:
        fields = group_paths(draft, entity, groups)
        own = field_named(entity, what) if what and named is not entity else None
        if named is not None and named is not entity and own is None:
            via = entity.reference_to(named)
            own = entity.fields.get(via) if via else None
        kept = tuple(dict.fromkeys((*fields, *([own.name] if own is not None else []))))
        if fields and len(kept) > 1 and all("." not in name for name in kept):
            _write_unique(draft, entity, kept)
            return True
    return False


_EACH_ONE = re.compile(
    r"^(?:each|every|an?|no) (?P<who>[\w\-]+) (?:has|can have|may have|gets|can give|may give|can write"
    r"|may write|can submit) (?:only|at most|exactly|more than) (?:one|1) (?P<what>[\w\-]+) (?:per|for each"
    r"|for the same|in each|for an?|for every) (?P<groups>[\w\- ]+)$"
)
_PAYS_ONCE = re.compile(
    r"^(?:each|every|an?) (?P<who>[\w\-]+) (?:can |may |must )?(?:only )?(?P<verb>[a-z]+) (?:only )?once "
    r"(?:per|for each|in each|for every) (?P<groups>[\w\-]+)$"
)


def _person_once(draft: Draft, scene: Scene) -> bool:
    """'Each student has only one result per exam', 'a pupil pays once per collection'."""
    match = _EACH_ONE.search(scene.text) or _PAYS_ONCE.search(scene.text)
    if not match:
        return False
    named = entity_in(draft, match["what"]) if match.re is _EACH_ONE else None
    whole = entity_in(draft, match["groups"])
    children = (
        [named]
        if named is not None
        else [child for child, _ in referring(draft, whole)]
        if whole is not None
        else []
    )
    if not children and match["groups"] in PERIODS:
        children = [
            entity for entity in draft.entities if any(f.type == "date" for f in entity.fields.values())
        ]
    for child in children:
        who = entity_in(draft, match["who"])
        own = child.reference_to(who) if who is not None and who is not child else ""
        own = own or (f.name if (f := field_named(child, match["who"])) is not None else "")
        groups = group_paths(draft, child, [match["groups"]])
        if own and groups and own not in groups and all("." not in group for group in groups):
            _write_unique(draft, child, (own, *groups))
            return True
    return False


_TWICE = re.compile(
    r"\b(?:nobody|no [\w]+|(?P<who>[\w\- ]+?)) (?:can|may|must"
    r"|cannot)?(?: not)? ?(?P<verb>[a-z]+)(?: [\w\- ]+?)? (?:twice|more than once|only once"
    r"|once)\b(?: (?:for|in|at|to|per|on) (?:the same |an? |one |each )?(?P<whole>[\w\-]+))?"
)
_ONCE_IN = re.compile(
    r"\b(?P<who>[\w\- ]+?) (?:can|may|must) (?:only )?(?P<verb>[a-z]+)(?: up)? (?:for|in|at|to|on)"
    r" (?:the same |an? |one |each |any )?(?P<whole>[\w\-]+)"
    r" (?:only once|once only|just once|at most once|once)$"
)
_VERBED = {
    "register": "registration",
    "enrol": "enrolment",
    "enroll": "enrollment",
    "book": "booking",
    "vote": "vote",
    "apply": "application",
    "rate": "rating",
    "review": "review",
    "sign": "registration",
    "join": "membership",
    "subscribe": "subscription",
    "reserve": "reservation",
}


def _register_twice(draft: Draft, scene: Scene) -> bool:
    """'Nobody may register twice for the same course': the course with the e-mail of who registers."""
    match = _ONCE_IN.search(scene.text) or _TWICE.search(scene.text)
    if not match or not match["whole"] or match["whole"] in ("time", "day", "period", "night"):
        return False
    whole = entity_in(draft, match["whole"])
    noun = _VERBED.get(match["verb"], "")
    entity = (
        next((e for e, _ in referring(draft, whole) if e.words[-1] == noun), None)
        if whole is not None
        else None
    )
    if whole is None or entity is None:
        return False
    person = next((f.name for f in entity.fields.values() if f.type == "email"), "")
    person = person or next(
        (f.name for f in entity.fields.values() if f.references and f.references != whole.name), ""
    )
    person = person or next((f.name for f in entity.fields.values() if f.type == "text"), "")
    if not person:
        return False
    _write_unique(draft, entity, (entity.reference_to(whole), person))
    return True


def _write_unique(draft: Draft, entity: EntityDraft, fields: tuple[str, ...]) -> None:
    ignoring = tuple(state for state in states_of(draft, entity) if state in NEGATIVE)
    listed = " and ".join(words.label(field.removesuffix("_id").split("_")).lower() for field in fields)
    draft.rule(
        "uniques",
        Unique(
            id=rule_id(entity.name, "unique", *fields),
            entity=entity.name,
            fields=fields,
            ignoring_states=ignoring,
            message=f"There is one with the same {listed} already.",
        ),
    )
