"""Records that can no longer be changed: by their state, by that of their whole, by a locked period."""

from __future__ import annotations

import itertools
import re

from schemas.specification import Field, Lock, PeriodLock, Permission
from schemas.specification.rules import WriteOperation
from streams.agents.business_analyzer import lexicon, people, words
from streams.agents.business_analyzer.clauses import clauses
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.phrases import noun_phrases
from streams.agents.business_analyzer.rule_fields import date_field, drop_mere_name
from streams.agents.business_analyzer.rule_scenes import Scene, entity_in, referring, rule_id, scenes
from streams.agents.business_analyzer.rule_states import machine_of
from streams.agents.business_analyzer.state_words import matching

_CHANGE = r"(?:changed|edited|modified|updated|altered|amended|corrected|touched|adjusted)"
_ONLY = re.compile(
    rf"\bonly (?P<what>[\w\- ,]+?) (?:can|may) (?:still )?be (?P<verbs>{_CHANGE}|deleted|removed)(?: (?:and"
    rf"|or) (?P<more>{_CHANGE}|deleted|removed))?"
)
_ACTIVE_ONLY = re.compile(r"\b(?:change|edit|modify|update|delete)s? only (?P<what>[\w\- ]+)")
_NOT = re.compile(
    rf"\b(?:(?:cannot|can no longer|may not|may no longer|must not|must no longer|can never|must never"
    rf"|may never|shall not|should not|is not|are not)"
    rf"(?: be)?(?: any ?more| anymore)? (?P<verbs>{_CHANGE}|deleted|removed)(?:,? (?:and|or"
    rf"|nor) (?P<more>{_CHANGE}|deleted|removed))?"
    rf"|(?:is|are|becomes?|stays?|remains?) (?:then )?(?P<fixed>read[- ]only|immutable|locked|final|frozen"
    rf"|unchangeable|not editable|not changeable|protected))\b"
)
_AFTER = re.compile(
    r"\b(?:once|after|when|as soon as|if) (?:it|they|an? [\w ]+?|the [\w ]+?|[\w]+)?(?: (?:is|are|has been"
    r"|have been|was|were|being))? ?(?P<state>[a-z]+)(?:,| it\b| they\b| no\b| the\b|$)"
)
_REFUSED = re.compile(
    r"\b(?P<what>[\w\-]+) (?:to|on|for|of|in) (?P<state>[a-z]+) (?P<whole>[\w\- ]+?) (?:is|are) (?:refused"
    r"|rejected|not (?:allowed|accepted|possible)|forbidden|impossible)"
)
_NO_MORE = re.compile(
    r"\bno (?:more |new |further )?(?P<what>[\w\-]+) (?:can be added |may be added )?(?:to|on|for"
    r"|in) (?:an? )?(?P<state>[a-z]+) (?P<whole>[\w\-]+)"
)
_CANNOT_ADD = re.compile(
    r"\b(?:cannot|must not|may not) be (?:added|attached) to (?:an? )?(?P<state>[a-z]+) (?P<whole>[\w\-]+)"
)
_KEEPS = re.compile(
    r"\b(?P<state>[a-z]+) (?P<what>[\w\-]+) (?:keeps? (?:its|their) records?|(?:is|are) kept"
    r"|stays? (?:on record|in the (?:system|records?|history))|remains? (?:on record|visible|stored"
    r"|in the (?:system|records?|history))|(?:is|are) not (?:deleted|removed))\b"
)
_EXTEND = re.compile(
    r"\bonly (?:be )?(?:extended|added to|supplemented|extend)\b|\bcan (?:still )?be extended\b|\bonly "
    r"add\w*\b"
)
_PARTS = lexicon.GENERIC_PARTS | {"reply", "comment", "note", "message", "attachment", "answer"}
_ALL: tuple[WriteOperation, ...] = ("create", "update", "delete")


def find(draft: Draft) -> None:
    """Add the locks that states give."""
    for scene in scenes(draft):
        _only(draft, scene)
        _never(draft, scene)
        _parts_of_closed(draft, scene)
        _kept(draft, scene)


def _only(draft: Draft, scene: Scene) -> None:
    match = _ONLY.search(scene.text)
    entity = (entity_in(draft, match["what"]) if match else None) or scene.topic
    machine = machine_of(draft, entity) if entity is not None else None
    if not match or machine is None or entity is None:
        return
    allowed = _states(machine.states, match["what"])
    locked = tuple(state for state in machine.states if state not in allowed)
    if allowed and locked:
        _lock(draft, entity, locked, _writes(match["verbs"], match["more"]), extendable=False)


def _never(draft: Draft, scene: Scene) -> None:
    match = _NOT.search(scene.text)
    if not match or _ONLY.search(scene.text):
        return
    before, after = scene.text[: match.start()], scene.text[match.end() :]
    entity = entity_in(draft, before) or scene.topic
    machine = machine_of(draft, entity) if entity is not None else None
    if machine is None or entity is None:
        return
    states = _states(machine.states, before)
    if not states:
        states = tuple(s for m in _AFTER.finditer(f"{after} ") for s in _states(machine.states, m["state"]))
    if match["fixed"] and any(matching(machine.states, word) for word in (match["fixed"],)):
        return
    if states:
        _lock(
            draft,
            entity,
            states,
            _writes(match["verbs"] or "changed", match["more"]),
            bool(_EXTEND.search(scene.text)),
        )


def _states(known: tuple[str, ...], text: str) -> tuple[str, ...]:
    """The states that the words name; 'drafts' is the state draft, 'submission' the state submitted."""
    tokens = re.findall(r"[a-z][a-z\-]*", text.lower())
    pairs = ["_".join(pair) for pair in itertools.pairwise(tokens)]
    named = {
        matching(known, word) for word in (*pairs, *tokens, *(words.singular(token) for token in tokens))
    }
    nouns = {
        "approval": "approved",
        "submission": "submitted",
        "payment": "paid",
        "completion": "completed",
        "publication": "published",
        "cancellation": "cancelled",
        "confirmation": "confirmed",
        "sending": "sent",
        "closing": "closed",
        "acceptance": "accepted",
    }
    named |= {matching(known, nouns[token]) for token in tokens if token in nouns}
    return tuple(state for state in known if state in named)


def _writes(first: str, more: str | None) -> tuple[WriteOperation, ...]:
    verbs = {first, more or first}
    if verbs <= {"edited", "corrected", "amended"}:
        return ("update",)
    changes = bool(verbs - {"deleted", "removed"})
    return ("update", "delete") if changes else ("delete",)


def _lock(
    draft: Draft,
    entity: EntityDraft,
    states: tuple[str, ...],
    refused: tuple[WriteOperation, ...],
    extendable: bool,
) -> None:
    listed = " or ".join(state.replace("_", " ") for state in states)
    message = f"A {entity.label.lower()} that is {listed} cannot be changed."
    draft.rule(
        "locks",
        Lock(
            id=rule_id(entity.name, "lock", *states),
            entity=entity.name,
            states=states,
            refused=refused,
            message=message,
        ),
    )
    if refused == ("delete",):
        return
    for part, via in referring(draft, entity):
        if part.parent == via or part.words[-1] in _PARTS:
            writes: tuple[WriteOperation, ...] = ("update", "delete") if extendable else _ALL
            draft.rule(
                "locks",
                Lock(
                    id=rule_id(part.name, "lock of", entity.name, *states),
                    entity=part.name,
                    via=via,
                    states=states,
                    refused=writes,
                    message=message,
                ),
            )


def _parts_of_closed(draft: Draft, scene: Scene) -> None:
    """'Answers to closed surveys are refused'."""
    match = _REFUSED.search(scene.text) or _NO_MORE.search(scene.text) or _CANNOT_ADD.search(scene.text)
    whole = entity_in(draft, match["whole"]) if match else None
    machine = machine_of(draft, whole) if whole is not None else None
    if not match or whole is None or machine is None:
        return
    what = match["what"] if "what" in match.re.groupindex else scene.text[: match.start()]
    part = entity_in(draft, what)
    states = _states(machine.states, match["state"])
    via = part.reference_to(whole) if part is not None else ""
    if part is not None and via and states:
        message = f"The {whole.label.lower()} is {' or '.join(states)}."
        draft.rule(
            "locks",
            Lock(
                id=rule_id(part.name, "closed by", whole.name, *states),
                entity=part.name,
                via=via,
                states=states,
                refused=("create",),
                message=message,
            ),
        )


def _kept(draft: Draft, scene: Scene) -> None:
    match = _KEEPS.search(scene.text)
    entity = entity_in(draft, match["what"]) if match else None
    machine = machine_of(draft, entity) if entity is not None else None
    if match and entity is not None and machine is not None:
        states = _states(machine.states, match["state"])
        if states:
            message = f"A {entity.label.lower()} that is {states[0]} is kept."
            draft.rule(
                "locks",
                Lock(
                    id=rule_id(entity.name, "kept", *states),
                    entity=entity.name,
                    states=states,
                    refused=("delete",),
                    message=message,
                ),
            )


_LOCKS = re.compile(
    r"\bpublish(?:es)? (?:the |an? )?(?:plan|schedule|roster|rota) (?:of|for) (?:an? |the "
    r"|each )?(?P<period4>day|week|month)\b|"
    r"\b(?:locks?|closes?|freezes?|lock and unlock|locked|closed|seals?) (?:an? |the |each |past "
    r"|whole )?(?P<period>day|week|month)s?\b|\b(?:locked|closed|frozen) (?P<period2>day|week"
    r"|month)s?\b|\b(?P<period3>day|week|month)s? (?:is|are|can be|has been|was) (?:locked|closed|frozen)\b"
)


def find_periods(draft: Draft) -> None:
    """Add the locks of days, weeks and months, each with an entity whose records lock one."""
    found = [(scene, match) for scene in scenes(draft) if (match := _LOCKS.search(scene.text))]
    roles = tuple(dict.fromkeys(role for scene, _ in found for role in _lockers(scene)))
    for scene, match in found:
        period = match["period"] or match["period2"] or match["period3"] or match["period4"]
        locked = _dated(draft, scene)
        lock = draft.add((period, "lock")) if locked is not None else None
        if locked is None or lock is None:
            continue
        _write_period(draft, scene, locked, lock, period, roles)
        return


def _dated(draft: Draft, scene: Scene) -> EntityDraft | None:
    near = [*scene.entities, *([scene.topic] if scene.topic else []), *draft.entities]
    dated = [e for e in near if e.words[-1] != "lock" and date_field(e) is not None]
    leaf = [e for e in dated if not referring(draft, e)]
    return next(iter(leaf or dated), None)


def _lockers(scene: Scene) -> list[str]:
    return [
        people.role_name(phrase.words)
        for clause in clauses(scene.text)
        if {"lock", "close", "freeze", "publish"} & set(clause.verbs) and not clause.passive
        for phrase in noun_phrases(clause.subject)
        if people.is_person(phrase.head)
    ]


def _write_period(
    draft: Draft, scene: Scene, locked: EntityDraft, lock: EntityDraft, period: str, roles: tuple[str, ...]
) -> None:
    drop_mere_name(lock)
    lock.source = lock.source or scene.text
    name = f"{period}_date" if period != "day" else "date"
    lock.put(Field(name=name, label=f"Any date in the {period}", type="date", required=True))
    day = date_field(locked)
    assert day is not None
    draft.rule(
        "period_locks",
        PeriodLock(
            id=rule_id(locked.name, period, "lock"),
            entity=locked.name,
            date_field=day.name,
            period=period,  # type: ignore[arg-type]
            lock_entity=lock.name,
            lock_date_field=name,
            message=f"The {period} is locked.",
        ),
    )
    for role in roles:
        if role not in draft.roles:
            draft.roles.append(role)
        operations = ("create", "update", "delete")
        draft.rule(
            "permissions",
            Permission(
                id=rule_id(role, "may lock", lock.name), role=role, entity=lock.name, operations=operations
            ),
        )
