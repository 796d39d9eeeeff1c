"""Replies to a record by several sides, and what a reply does to it."""

from __future__ import annotations

import re

from schemas.specification import Condition, Effect, Field
from streams.agents.business_analyzer import people, words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.phrases import noun_phrases
from streams.agents.business_analyzer.rule_fields import drop_mere_name, ensure, refer
from streams.agents.business_analyzer.rule_scenes import Scene, entity_in, rule_id, scenes
from streams.agents.business_analyzer.rule_states import machine_of, states_of
from streams.agents.business_analyzer.state_words import matching, state_of

_KINDS = {"reply": "reply", "respond": "reply", "comment": "comment"}
_COMMENTS = re.compile(
    r"\b(?P<who>[a-z]+s) (?:can |may )?(?:also )?(?P<verb>comment|reply|respond) (?:on|to) (?P<what>[\w\- ]+)"
)
_REOPENS = re.compile(
    r"\b(?:which|this|that|it)(?: then| automatically)? (?P<verb>reopens?|closes?|solves?|activates?"
    r"|resumes?|resolves?) (?:an? |the |all )?(?P<state>[a-z]+)? ?(?P<what>[\w\- ]+)"
)


def find(draft: Draft) -> None:
    """Add an entity for replies where people are said to reply."""
    sides: list[str] = []
    made: EntityDraft | None = None
    for scene in scenes(draft):
        match = _COMMENTS.search(scene.text)
        if match and people.is_person(words.singular(match["who"])):
            whole = entity_in(draft, match["what"]) or made_for(scene)
            made = made or (
                _entity(draft, scene, whole, _KINDS[match["verb"]]) if whole is not None else None
            )
            sides.append(people.role_name((match["who"],)))
            continue
        for clause in scene.clauses:
            kind = next((_KINDS[verb] for verb in clause.verbs if verb in _KINDS), "")
            if not kind or clause.negative or clause.passive:
                continue
            whole = made_for(scene)
            if whole is None:
                continue
            sides += [
                people.role_name(p.words) for p in noun_phrases(clause.subject) if people.is_person(p.head)
            ]
            made = made or _entity(draft, scene, whole, kind)
    if made is not None:
        _author(made, list(dict.fromkeys(sides)))


def made_for(scene: Scene) -> EntityDraft | None:
    """What is replied to: the thing of the sentence or of the ones before, that is no reply itself."""
    things = [
        e
        for e in scene.entities
        if not people.is_person(e.words[-1]) and e.words[-1] not in ("reply", "comment")
    ]
    if things:
        return things[0]
    topic = scene.topic
    return (
        topic
        if topic is not None
        and topic.words[-1] not in ("reply", "comment")
        and not people.is_person(topic.words[-1])
        else None
    )


def _entity(draft: Draft, scene: Scene, whole: EntityDraft, kind: str) -> EntityDraft | None:
    reply = draft.resolve((kind,)) or draft.add((kind,))
    if reply is None or reply is whole:
        return None
    drop_mere_name(reply)
    reply.source = reply.source or scene.text
    refer(reply, whole)
    if not any(field.type == "long_text" for field in reply.fields.values()):
        ensure(reply, "message", "long_text", required=True)
    return reply


def _author(reply: EntityDraft, sides: list[str]) -> None:
    if any(name in reply.fields for name in ("author", "author_id")):
        return
    if len(sides) > 1:
        reply.put(Field(name="author", label="Author", type="choice", choices=tuple(sides), required=True))
    else:
        ensure(reply, "author", "text", required=True)


def effects(draft: Draft) -> None:
    """'which reopens a solved ticket': what a reply does to its record. After the life cycles are known."""
    for scene in scenes(draft):
        match = _REOPENS.search(scene.text)
        reply = draft.resolve(("reply",)) or draft.resolve(("comment",))
        if not match or reply is None:
            continue
        clause = next((c for c in scene.clauses if set(c.verbs) & set(_KINDS)), None)
        whole = next((e for e in scene.entities if reply.reference_to(e)), None)
        machine = machine_of(draft, whole) if whole is not None else None
        if whole is None or machine is None or clause is None:
            continue
        verb = words.verb_lemma(match["verb"])
        target = matching(machine.states, state_of(verb)) or machine.initial
        before = matching(states_of(draft, whole), match["state"] or "")
        authors = [
            people.role_name(p.words) for p in noun_phrases(clause.subject) if people.is_person(p.head)
        ]
        known = reply.fields["author"].choices if "author" in reply.fields else ()
        when = tuple(
            Condition(left="author", operator="eq", right=f"={a}") for a in authors[:1] if a in known
        )
        only = (
            (Condition(left=machine.field, operator="eq", right=f"={before}"),)
            if before and before != target
            else ()
        )
        draft.rule(
            "effects",
            Effect(
                id=rule_id(reply.name, verb, whole.name),
                entity=reply.name,
                on="create",
                when=when,
                via=reply.reference_to(whole),
                only_if=only,
                field=machine.field,
                value=f"={target}",
            ),
        )
