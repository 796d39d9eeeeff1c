"""Actions that keep the state: move, assign, transfer, extend; and how often an action may be done."""

from __future__ import annotations

import re
from dataclasses import replace

from schemas.specification import Action, Condition, Effect, Field
from streams.agents.business_analyzer import people, words
from streams.agents.business_analyzer.clauses import Clause
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.phrases import Phrase, noun_phrases
from streams.agents.business_analyzer.rule_fields import TIMES, ensure
from streams.agents.business_analyzer.rule_scenes import Scene, mentions, rule_id, scenes
from streams.agents.business_analyzer.rule_state_steps import NOBODY, line_of
from streams.agents.business_analyzer.rule_states import machine_of
from streams.agents.business_analyzer.state_words import FINAL, NOUN_OF, ONCE, USES, state_of

_MOVES = frozenset({"move", "reschedule", "postpone"})
_TRANSFER = frozenset({"transfer", "hand-over", "forward", "pass"})
_EXTENDS = frozenset({"renew", "extend", "prolong"})
_EXPIRED = re.compile(
    r"\b(?P<word>expired|outdated|overdue|lapsed) (?P<what>[\w\-]+) (?:cannot|must not|may not"
    r"|can no longer|are not|is not) be (?P<verb>[a-z]+)"
)


_AFTER_DATE = re.compile(
    r"\bafter (?:the|its|their) (?P<what>[\w\- ]+?),? (?:it|they|an? [\w\-]+|the [\w\-]+"
    r"|[\w\-]+s) (?:cannot|can no longer|must not|may not|are not|is not) be (?P<verb>[a-z]+)"
)


def find(draft: Draft) -> None:
    """Add actions without a state of their own, and how often they may be done."""
    for scene in scenes(draft):
        for clause in scene.clauses:
            if clause.negative or clause.lead in ("if", "when", "unless", "before", "after"):
                continue
            _moves(draft, scene, clause)
            _assigns(draft, scene, clause)
            _transfers(draft, scene, clause)
            _once(draft, scene, clause)
    for scene in scenes(draft):
        _not_expired(draft, scene)


def _object(scene: Scene, clause: Clause) -> EntityDraft | None:
    tokens = clause.subject if clause.passive else clause.rest
    stop = next(
        (i for i, t in enumerate(tokens) if t.tag in ("PREP", "TO", "SUB") and not clause.passive),
        len(tokens),
    )
    named = [m.entity for m in mentions(scene.draft, tokens[:stop])]
    if named:
        return named[0]
    pronoun = any(token.low in ("it", "them", "they") for token in tokens[: stop or 1])
    return scene.topic if pronoun or (clause.passive and not tokens) else None


def roles_of(clause: Clause) -> tuple[str, ...]:
    """People who are the subject of the clause."""
    phrases = noun_phrases(clause.subject) if not clause.passive else _by(clause)
    return tuple(
        role
        for p in phrases
        if people.is_person(p.head) and (role := people.role_name(p.words)) not in NOBODY
    )


def _by(clause: Clause) -> list[Phrase]:
    start = next((i for i, t in enumerate(clause.rest) if t.low == "by"), None)
    return noun_phrases(clause.rest[start + 1 :]) if start is not None else []


def living(draft: Draft, entity: EntityDraft) -> tuple[str, ...]:
    """States in which a record can still be worked on, () where there are none or all."""
    machine = machine_of(draft, entity)
    if machine is None:
        return ()
    open_states = tuple(
        s
        for s in machine.states
        if s not in FINAL | {"closed", "done", "completed", "finished", "returned", "ended"}
    )
    return open_states if len(open_states) < len(machine.states) else ()


def _add(
    draft: Draft,
    entity: EntityDraft,
    name: str,
    inputs: tuple[str, ...],
    roles: tuple[str, ...],
    at_most: int = 0,
    required: tuple[str, ...] | None = None,
) -> None:
    known = [
        a
        for a in draft.rules.get("actions", [])
        if isinstance(a, Action) and a.entity == entity.name and a.name == name
    ]
    if known:
        _limit(draft, known, at_most)
        _extend(draft, known, inputs)
        return
    draft.rule(
        "actions",
        Action(
            id=rule_id(entity.name, name),
            entity=entity.name,
            name=name,
            label=words.label(name.split("-")),
            sources=living(draft, entity),
            inputs=inputs,
            required_inputs=inputs[:1] if required is None else required,
            roles=roles,
            at_most=at_most,
            message=f"This {entity.label.lower()} cannot be changed in this way now."
            if not at_most
            else f"Only {at_most} time{'s' if at_most > 1 else ''}.",
        ),
    )


def _limit(draft: Draft, known: list[Action], at_most: int) -> None:
    if not at_most:
        return
    kept = draft.rules["actions"]
    for action in known:
        kept[kept.index(action)] = replace(action, at_most=at_most)


def _extend(draft: Draft, known: list[Action], inputs: tuple[str, ...]) -> None:
    """A step between states that also sets data: an asset is assigned to somebody."""
    kept = draft.rules["actions"]
    for action in known:
        if inputs and not action.inputs and action.target:
            kept[kept.index(action)] = replace(action, inputs=inputs, required_inputs=inputs[:1])


def _moves(draft: Draft, scene: Scene, clause: Clause) -> None:
    """'move appointments': new times for a record with times."""
    verb = next((verb for verb in clause.verbs if verb in _MOVES), "")
    entity = _object(scene, clause) if verb else None
    if entity is None or re.search(r"\bto (?:the|its|their) next\b", scene.text):
        return
    times = [f.name for f in entity.fields.values() if f.type in TIMES and not f.read_only and _is_plan(f)]
    if times:
        _add(draft, entity, verb, tuple(times[:2]), roles_of(clause))


def _is_plan(field: Field) -> bool:
    return bool(
        set(field.name.split("_"))
        & {"start", "end", "date", "time", "day", "slot", "from", "to", "until", "begin"}
    )


def _assigns(draft: Draft, scene: Scene, clause: Clause) -> None:
    """'Tickets are assigned to agents': the record gets a person."""
    verb = next((verb for verb in clause.verbs if verb in ("assign", "reassign", "allocate")), "")
    entity = _object(scene, clause) if verb else None
    to = next((i for i, t in enumerate(clause.rest) if t.low == "to"), None)
    if entity is None or to is None:
        return
    phrases = noun_phrases(clause.rest[to + 1 :])
    if not phrases or not (
        people.is_person(phrases[0].head) or phrases[0].head in ("team", "department", "group")
    ):
        return
    person = draft.resolve(phrases[0].words)
    name = words.snake(phrases[0].words)
    known = next(
        (n for n in (f"{name}_id", name, "assignee", "assigned_to", f"{name}_name") if n in entity.fields), ""
    )
    if not known and person is not None and person is not entity:
        known = f"{name}_id"
        entity.put(
            Field(name=known, label=words.label(phrases[0].words), type="reference", references=person.name)
        )
    known = known or ensure(entity, name, "text").name
    _add(draft, entity, "assign", (known,), roles_of(clause))


def _transfers(draft: Draft, scene: Scene, clause: Clause) -> None:
    """'transfer a ticket to another e-mail address'."""
    verb = next((verb for verb in clause.verbs if verb in _TRANSFER), "")
    entity = _object(scene, clause) if verb else None
    match = re.search(
        r"\bto (?:an?other|a different|a new|somebody|someone|some other"
        r"|other) ?(?P<what>[\w\- ]+?)?(?= once| one time| at most|$|,|;)",
        scene.text,
    )
    if entity is None or not match:
        return
    what = match["what"] or "owner"
    mail = re.search(r"e-?mail", what)
    field = next((f.name for f in entity.fields.values() if mail and f.type == "email"), "")
    if not field:
        parts = what.split()
        target = draft.resolve(tuple(parts)) if parts else None
        known = next(
            (f.name for f in entity.fields.values() if target is not None and f.references == target.name), ""
        )
        field = known or (
            ensure(entity, "email", "email").name
            if mail
            else ensure(entity, words.snake(parts[:2]) or "owner", "text").name
        )
    _add(draft, entity, verb, (field,), roles_of(clause), _times(scene.text))


def _times(text: str) -> int:
    match = ONCE.search(text)
    if not match:
        return 0
    if "twice" in match[0]:
        return 2
    return int(match["n"]) if match["n"] else 1


def _once(draft: Draft, scene: Scene, clause: Clause) -> None:
    """'A voucher can be redeemed only once', 'each ticket code is accepted one time only'."""
    times = _times(scene.text)
    counted = times and clause.passive and clause.modal in ("can", "may", "must")
    usable = (
        USES
        if not counted
        else USES | (set(clause.verbs) - set(NOUN_OF) - {"be", "create", "change", "edit", "have"})
    )
    verb = next((verb for verb in clause.verbs if verb in usable), "")
    if (
        not verb
        or not times
        or verb in _TRANSFER
        or re.search(r"\bat (?:once|the same time)\b|\bper\b", scene.text)
    ):
        return
    entity = _object(scene, clause) or (scene.topic if clause.passive else None)
    if entity is None:
        return
    entity = line_of(draft, entity) if entity.words[-1] == "dish" else entity
    stamp = state_of(verb) + "_at"
    inputs = (
        _extension(entity)
        if verb in _EXTENDS
        else _stars(entity, scene.text)
        if verb in ("rate", "review")
        else ()
    )
    paid = _paid(draft, entity) if verb in ("accept", "admit", "scan", "check-in") else ()
    _add(draft, entity, verb, inputs, roles_of(clause), times)
    if paid:
        kept = draft.rules["actions"]
        for action in [
            a
            for a in kept
            if isinstance(a, Action) and a.entity == entity.name and a.name == verb and not a.target
        ]:
            kept[kept.index(action)] = replace(action, sources=paid)
    if not inputs:
        ensure(entity, stamp, "datetime", read_only=True)
        draft.rule(
            "effects",
            Effect(
                id=rule_id(entity.name, verb, "time"), entity=entity.name, on=verb, field=stamp, value="now"
            ),
        )


def _stars(entity: EntityDraft, text: str) -> tuple[str, ...]:
    """'rate an order with 1 to 5 stars'."""
    bounds = re.search(r"\b(\d+) to (\d+)\b", text)
    name = ensure(entity, "rating", "integer").name
    if bounds:
        entity.change(name, minimum=bounds[1], maximum=bounds[2])
    return (name,)


def _paid(draft: Draft, entity: EntityDraft) -> tuple[str, ...]:
    """What is let in has to be paid or confirmed first, where there is such a state."""
    machine = machine_of(draft, entity)
    return (
        tuple(s for s in machine.states if s in ("paid", "confirmed", "valid", "issued")) if machine else ()
    )


def _extension(entity: EntityDraft) -> tuple[str, ...]:
    dates = [
        f.name
        for f in entity.fields.values()
        if f.type in TIMES
        and not f.read_only
        and set(f.name.split("_")) & {"due", "end", "until", "expiry", "return", "to"}
    ]
    return tuple(dates[:1])


def _not_expired(draft: Draft, scene: Scene) -> None:
    """'Expired vouchers cannot be redeemed' guards the action by the date."""
    match = _EXPIRED.search(scene.text) or _AFTER_DATE.search(scene.text)
    if not match:
        return
    verb = words.verb_lemma(match["verb"])
    for action in [a for a in draft.rules.get("actions", []) if isinstance(a, Action) and a.name == verb]:
        entity = draft.find(action.entity)
        field = (
            next(
                (
                    f
                    for f in entity.fields.values()
                    if f.type in TIMES
                    and set(f.name.split("_"))
                    & {"expiry", "expiration", "until", "valid", "due", "end", "expires"}
                ),
                None,
            )
            if entity
            else None
        )
        if entity is None or field is None:
            continue
        guard = Condition(left=field.name, operator="ge", right="today" if field.type == "date" else "now")
        kept = draft.rules["actions"]
        kept[kept.index(action)] = replace(action, guards=(*action.guards, guard))


def mark(draft: Draft, entity: EntityDraft, verb: str, stamp: str) -> None:
    """An action that does nothing but note when it was done."""
    name = words.kebab((verb,)) or "answer"
    _add(draft, entity, name, (), (), 1)
    draft.rule(
        "effects",
        Effect(
            id=rule_id(entity.name, name, "sets", stamp),
            entity=entity.name,
            on=name,
            field=stamp,
            value="now",
        ),
    )
