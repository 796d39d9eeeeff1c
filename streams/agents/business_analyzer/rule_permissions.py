"""Who may do what: by role, and only with one's own records."""

from __future__ import annotations

import re

from schemas.specification import Action, Permission
from streams.agents.business_analyzer import people, words
from streams.agents.business_analyzer.clauses import Clause
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.phrases import noun_phrases
from streams.agents.business_analyzer.rule_actions import roles_of
from streams.agents.business_analyzer.rule_fields import ensure
from streams.agents.business_analyzer.rule_scenes import Scene, mentions, reachable, rule_id, scenes
from streams.agents.business_analyzer.state_words import NOUN_OF, state_of

_OPERATIONS: dict[str, tuple[str, ...]] = {
    "create": ("create",),
    "add": ("create",),
    "enter": ("create",),
    "register": ("create",),
    "record": ("create",),
    "open": ("create",),
    "submit": ("create",),
    "place": ("create",),
    "book": ("create",),
    "issue": ("create",),
    "make": ("create",),
    "write": ("create",),
    "prescribe": ("create",),
    "report": ("create",),
    "request": ("create",),
    "file": ("create",),
    "schedule": ("create",),
    "plan": ("create",),
    "post": ("create",),
    "upload": ("create",),
    "update": ("update",),
    "change": ("update",),
    "edit": ("update",),
    "modify": ("update",),
    "correct": ("update",),
    "delete": ("delete",),
    "remove": ("delete",),
    "see": ("read", "list"),
    "view": ("read", "list"),
    "read": ("read", "list"),
    "list": ("list",),
    "access": ("read", "list"),
    "look": ("read", "list"),
    "manage": ("create", "update", "delete"),
    "maintain": ("create", "update", "delete"),
    "administer": ("create", "update", "delete"),
}
_READS = {"read", "list"}
_OWN = re.compile(
    r"\b(?:their|his|her|his or her|her or his|its|the|my) own\b|\bown\b|\b(?:that|which) (?:belong to"
    r"|are assigned to|concern) (?:them|him|her|themselves)\b|\bassigned to (?:them|him|her)\b"
)


def find(draft: Draft) -> None:
    """Add the permissions; then those of everybody else for what one role may only with its own."""
    for scene in scenes(draft):
        for clause in scene.clauses:
            _clause(draft, scene, clause)
    _others(draft)


def _clause(draft: Draft, scene: Scene, clause: Clause) -> None:
    if clause.lead in ("if", "when", "unless", "before", "after", "so", "while") or (
        clause.negative and not _only(clause)
    ):
        return
    allowed = clause.modal in ("can", "may") or "only" in clause.adverbs or _only(clause) or bool(scene.role)
    roles = tuple(role for role in roles_of(clause) if role not in ("customer_service", "system"))
    if not roles or not (allowed or _OWN.search(clause.rest_text)):
        return
    entity = _object(scene, clause)
    if entity is None:
        return
    own = bool(_OWN.search(clause.rest_text))
    only = _only(clause) or "only" in clause.adverbs
    for role in roles:
        for verb in clause.verbs:
            _permit(draft, entity, role, verb, own=own, only=only or (own and only))


def _only(clause: Clause) -> bool:
    return any(token.low == "only" for token in clause.subject)


def _object(scene: Scene, clause: Clause) -> EntityDraft | None:
    tokens = clause.subject if clause.passive else clause.rest
    stop = next(
        (i for i, t in enumerate(tokens) if t.tag in ("PREP", "TO", "SUB") and not clause.passive),
        len(tokens),
    )
    named = [
        m.entity
        for m in mentions(scene.draft, tokens[:stop])
        if not (people.is_person(m.entity.words[-1]) and clause.passive)
    ]
    if named:
        return named[0]
    if any(token.low in ("it", "them", "they", "these") for token in tokens[:1]) or not tokens:
        return scene.topic
    return None


def _permit(draft: Draft, entity: EntityDraft, role: str, verb: str, *, own: bool, only: bool) -> None:
    noun = NOUN_OF.get(verb, "")
    made = draft.resolve((noun,)) if noun else None
    if made is not None:
        entity = made
    elif noun and entity.words[-1] != noun and verb != "register":
        return
    actions = {
        a.name for a in draft.rules.get("actions", []) if isinstance(a, Action) and a.entity == entity.name
    }
    by_state = {
        a.name
        for a in draft.rules.get("actions", [])
        if isinstance(a, Action) and a.entity == entity.name and a.target == state_of(verb)
    }
    names = (
        (verb,)
        if verb in actions
        else tuple(by_state)[:1]
        if by_state and verb not in _OPERATIONS
        else _OPERATIONS.get(verb, ())
    )
    if not names or (set(names) <= _READS and not (own or only or _restricted(draft, entity))):
        return
    path = own_path(draft, entity, role) if own else ""
    if own and not path:
        return
    _write(draft, entity, role, names, path)


def _restricted(draft: Draft, entity: EntityDraft) -> bool:
    """Whether the text restricts some operation on the entity to a role with 'only'."""
    return any(
        "only" in scene.text
        and entity in [*scene.entities, scene.topic]
        and re.search(r"\bonly [\w\- ]+ (?:can|may)\b", scene.text)
        for scene in scenes(draft)
    )


def _write(draft: Draft, entity: EntityDraft, role: str, names: tuple[str, ...], own: str) -> None:
    kept = draft.rules.setdefault("permissions", [])
    for known in kept:
        if isinstance(known, Permission) and (known.role, known.entity, known.own) == (
            role,
            entity.name,
            own,
        ):
            merged = tuple(dict.fromkeys((*known.operations, *names)))
            kept[kept.index(known)] = Permission(
                id=known.id, role=role, entity=entity.name, operations=merged, own=own
            )
            return
    if role not in draft.roles:
        draft.roles.append(role)
    draft.rule(
        "permissions",
        Permission(
            id=rule_id(role, "may", entity.name, "own" if own else ""),
            role=role,
            entity=entity.name,
            operations=names,
            own=own,
        ),
    )


def own_path(draft: Draft, entity: EntityDraft, role: str) -> str:
    """The field or path that names the person who owns a record."""
    parts = role.split("_")
    for field in entity.fields.values():
        name = field.name.removesuffix("_id").split("_")
        if name[: len(parts)] == parts or (name[0] == parts[-1]):
            if not field.references:
                return field.name
            person = draft.find(field.references)
            mail = (
                next((f.name for f in person.fields.values() if f.type == "email"), "")
                if person is not None
                else ""
            )
            return f"{field.name}.{mail}" if mail else field.name
    if entity.words[-1] == parts[-1]:
        return next((f.name for f in entity.fields.values() if f.type == "email"), "id")
    for prefix, other in reachable(draft, entity):
        named = next(
            (
                f.name
                for f in other.fields.values()
                if f.name.split("_")[0] == parts[-1] and f.type in ("email", "text")
            ),
            "",
        )
        if named:
            return f"{prefix}.{named}"
    for field in entity.fields.values():
        person = draft.find(field.references) if field.references else None
        if person is not None and people.is_person(person.words[-1]):
            return field.name
    personal = next(
        (
            f.name
            for f in entity.fields.values()
            if f.type == "email" or f.name in ("owner", "author", "person", "created_by", "name_of_person")
        ),
        "",
    )
    return personal or ensure(entity, words.snake(parts), "text").name


def _others(draft: Draft) -> None:
    """A role that may only with its own records does not take the operation from the other roles."""
    owned = [p for p in draft.rules.get("permissions", []) if isinstance(p, Permission) and p.own]
    named = {
        (p.entity, operation, p.role)
        for p in draft.rules.get("permissions", [])
        if isinstance(p, Permission)
        for operation in p.operations
    }
    restricted = {p.role for p in owned}
    for permission in owned:
        if not set(permission.operations) & _READS:
            continue
        entity = draft.find(permission.entity)
        for role in draft.roles:
            names = tuple(
                o for o in permission.operations if o in _READS and (permission.entity, o, role) not in named
            )
            if entity is not None and names and role not in restricted:
                _write(draft, entity, role, names, "")


def phrases_of(clause: Clause) -> list[str]:
    """The people of the clause's subject as text."""
    return [" ".join(phrase.words) for phrase in noun_phrases(clause.subject)]
