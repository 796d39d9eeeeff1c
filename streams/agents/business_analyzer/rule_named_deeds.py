"""Deeds that no life cycle tells of: 'the baker packs an order and hands it out' notes when."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from schemas.specification import Action, Effect, Field
from streams.agents.business_analyzer import lexicon, people, state_words, told_records, words
from streams.agents.business_analyzer.clauses import Clause
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.phrases import noun_phrases
from streams.agents.business_analyzer.rule_actions import living, roles_of
from streams.agents.business_analyzer.rule_fields import ensure, is_taken
from streams.agents.business_analyzer.rule_scenes import Scene, acted_on_before, mentions, rule_id, scenes
from streams.agents.business_analyzer.rule_states import states_of
from streams.agents.business_analyzer.tokens import Token
from streams.agents.business_analyzer.word_sets import word_set

_PARTICLES = word_set("in out up off back over down on away")
# After these verbs 'in', 'on' and 'over' belong to the verb; after others they are prepositions.
_WITH_IN = word_set("check hand take clock sign turn carry pass hand trade call")
# These phrasal verbs make, find or show records, or need no request of their own.
_NO_STEPS = word_set(
    "set-up sign-up write-down note-down look-up fill-in fill-out log-in log-out print-out bring-in take-up"
    " send-in send-out hand-in put-in work-out find-out add-up come-in go-out keep-up make-up sign-in"
    " check-up back-up run-out follow-up sum-up make-out stay-on take-on take-in take-over set-out"
)
# Verbs of looking, talking and having: nothing about the record is different afterwards.
_IDLE = word_set(
    "see view look read find search filter show display list browse know want need use have be get give"
    " receive contain belong include work attend visit come go stay live run call tell say ask inform notify"
    " remind alert email mail message contact help support handle treat serve choose select decide compare"
    " calculate compute count sum check monitor watch follow understand learn remember print export import"
    " download upload share access edit change update modify delete remove create add make enter fill store"
    " keep save log track manage maintain record register note write document describe specify set define"
    " configure plan schedule organise organize hold take bring send submit file request apply book reserve"
    " order buy purchase rent borrow hire pay rate review comment vote score grade join enrol enroll sign"
    " subscribe buy sell exceed overlap conflict cost last start begin happen occur depend require consist"
    " allow let permit prevent limit restrict like prefer teach play drive ride wear eat drink cook own"
    " lead head post put move assign attach link connect group sort report propose suggest measure reach"
    " mean equal become remain wait rely turn total average summarise summarize generate produce drop pick"
    " hand stand sit meet host guide offer provide lose carry open cover fit match estimate insert"
    " identify number occupy spend answer attempt feed form mark seat do mount park agree prescribe meet"
    " bid hide"
    " prepare perform conduct arrange collect draft issue raise place"
)
# In the passive these tell of a step even where nobody is named: 'patients are discharged later'.
_CHANGING = word_set("admit discharge redeem repair inspect clean load unload pack bake vacate inactivate")
_GROUPS = word_set(
    "committee board team council jury management reception office desk department kitchen bank staff crew"
    " personnel workshop laboratory pharmacy"
)
_CONDITIONS = word_set("if when unless whenever while before after whether as until what how where which who")


@dataclass(frozen=True, slots=True)
class _Deed:
    """A verb, with its particle, done to a record by people."""

    name: str
    entity: EntityDraft
    roles: tuple[str, ...]


def find(draft: Draft) -> None:
    """Add the actions that are told and that no other rule has made, and say what was taken for granted."""
    for scene in scenes(draft):
        if told_records.told(draft.document.sentences[scene.index].text):
            continue
        found = [deed for clause in scene.clauses for deed in _deeds(scene, clause)]
        for deed in found:
            _note(draft, scene, deed)
        for clause in scene.clauses:
            _assigned(draft, clause)


def _deeds(scene: Scene, clause: Clause) -> list[_Deed]:
    if clause.negative or clause.lead in _CONDITIONS or not _acted(scene, clause):
        return []
    names = [*(_named(verb, clause) for verb in clause.verbs), *_further(clause)]
    if clause.passive and not (clause.modal or _by_people(clause)):
        names = [name for name in names if "-" in name or name in _CHANGING]
    entity = _patient(scene, clause)
    if entity is None:
        return []
    roles = roles_of(clause)
    return [_Deed(name, entity, roles) for name in names if _is_step(name)]


def _further(clause: Clause) -> list[str]:
    """'is carried out and closed, or rolled back': participles with a particle after the first."""
    if not clause.passive:
        return []
    pairs = itertools.pairwise(clause.rest)
    return [
        f"{words.verb_lemma(one.low)}-{two.low}"
        for one, two in pairs
        if not one.group and two.low in _PARTICLES - {"in", "on", "over"} and words.is_participle(one.low)
    ]


def _by_people(clause: Clause) -> bool:
    start = next((i for i, t in enumerate(clause.rest) if t.low == "by"), None)
    phrases = noun_phrases(clause.rest[start + 1 :]) if start is not None else []
    return bool(phrases) and _acting(phrases[0].head)


def _acting(head: str) -> bool:
    return people.is_person(head) or head in _GROUPS


def _acted(scene: Scene, clause: Clause) -> bool:
    """Whether people do it, or may: 'the mechanic signs it off', 'an order is handed out'."""
    if clause.passive:
        return not clause.modal or clause.modal in ("can", "may", "must", "could")
    if not clause.subject:
        return bool(scene.role) or clause.modal in ("can", "may")
    phrases = noun_phrases(clause.subject)
    named = bool(phrases) and (_acting(phrases[-1].head) or clause.modal in ("can", "may"))
    return named or clause.subject[-1].low in ("they", "he", "she", "i", "we", "users", "them")


def _named(verb: str, clause: Clause) -> str:
    """The verb with its particle: 'hands it out' is hand-out."""
    if verb != clause.verbs[-1]:
        return verb
    for index, token in enumerate(clause.rest[:7]):
        if token.group or token.low in (",", ";", ":"):
            break
        if token.low not in _PARTICLES or (token.low in ("in", "on", "over") and verb not in _WITH_IN):
            if token.tag in ("PREP", "TO", "SUB", "CC"):
                break
            continue
        following = clause.rest[index + 1].tag if index + 1 < len(clause.rest) else "P"
        if following == "TO" and token.low == "up":
            break
        if index and following in ("DET", "POSS", "NUM") and clause.rest[index - 1].tag != "PRON":
            break
        return f"{verb}-{token.low}"
    return verb


def _is_step(name: str) -> bool:
    verb, _, particle = name.partition("-")
    if particle:
        return name not in _NO_STEPS and verb not in ("be", "have", "go", "come", "stay", "look", "get")
    if name in state_words.STEPS:
        return True
    return (
        name.isalpha()
        and name not in _IDLE | lexicon.MAKING | lexicon.KEEPING
        and bool(words.verb_lemma(name))
    )


def _patient(scene: Scene, clause: Clause) -> EntityDraft | None:
    tokens = clause.subject if clause.passive else _without_particle(clause.rest)
    stop = next(
        (i for i, t in enumerate(tokens) if t.tag in ("PREP", "TO", "SUB") or t.low in (":", ";")),
        len(tokens),
    )
    tokens = tokens if clause.passive else tokens[:stop]
    named = list(mentions(scene.draft, tokens))
    if named:
        first = named[0]
        whole = noun_phrases(tokens)
        heads = [words.singular(phrase.head) for phrase in whole]
        return first.entity if first.entity.words[-1] in heads or _aliased(first.entity, heads) else None
    if any(token.low in ("it", "them", "they") for token in tokens[:2]):
        return acted_on_before(scene, clause) or scene.topic
    return None


def _aliased(entity: EntityDraft, heads: list[str]) -> bool:
    return any(alias[-1] in heads for alias in entity.aliases)


def _without_particle(rest: tuple[Token, ...]) -> tuple[Token, ...]:
    return rest[1:] if rest and rest[0].low in _PARTICLES else rest


def _note(draft: Draft, scene: Scene, deed: _Deed) -> None:
    name, entity = words.kebab(tuple(deed.name.split("-"))), deed.entity
    verb = name.partition("-")[0]
    known = [a for a in draft.rules.get("actions", []) if isinstance(a, Action) and a.entity == entity.name]
    same = {name, *((verb,) if "-" not in name else ())}
    if any(a.name in same or a.name == f"mark-{name}" for a in known):
        return
    state = state_words.state_of(name)
    if is_taken(draft, entity, verb) or state_words.matching(states_of(draft, entity), state):
        return
    if any(a.target == state for a in known):
        return
    stamp = f"{state}_at"
    ensure(entity, stamp, "datetime", read_only=True)
    draft.rule("actions", _action(draft, entity, name, deed.roles))
    draft.rule(
        "effects",
        Effect(id=rule_id(entity.name, name, "time"), entity=entity.name, on=name, field=stamp, value="now"),
    )
    label, one = name.replace("-", " "), entity.label.lower()
    draft.assume(
        f"What changes when people {label} {'an' if one[0] in 'aeiou' else 'a'} {one}?",
        "Only the time is noted.",
        scene.text,
    )


def _action(draft: Draft, entity: EntityDraft, name: str, roles: tuple[str, ...], field: str = "") -> Action:
    for role in roles:
        if role not in draft.roles:
            draft.roles.append(role)
    inputs = (field,) if field else ()
    return Action(
        id=rule_id(entity.name, name),
        entity=entity.name,
        name=name,
        label=words.label(name.split("-")),
        sources=living(draft, entity),
        inputs=inputs,
        required_inputs=inputs,
        roles=roles,
        message=f"This {entity.label.lower()} cannot be changed in this way now.",
    )


def _assigned(draft: Draft, clause: Clause) -> None:
    """'They assign a driver to a trip': the trip gets the driver."""
    if clause.negative or clause.passive or clause.lead in _CONDITIONS or "assign" not in clause.verbs:
        return
    to = next((i for i, t in enumerate(clause.rest) if t.low == "to"), None)
    whom = noun_phrases(clause.rest[:to]) if to is not None else []
    things = list(mentions(draft, clause.rest[to + 1 :])) if to is not None else []
    if not whom or not people.is_person(whom[0].head) or not things:
        return
    entity, person = things[0].entity, draft.resolve(whom[0].words)
    known = [a for a in draft.rules.get("actions", []) if isinstance(a, Action) and a.entity == entity.name]
    if people.is_person(entity.words[-1]) or any(a.name == "assign" for a in known) or person is entity:
        return
    name = words.snake(whom[0].words)
    if person is not None:
        name = entity.reference_to(person) or f"{name}_id"
        reference = Field(name=name, label=person.label, type="reference", references=person.name)
        entity.put(reference)
    else:
        name = ensure(entity, name, "text").name
    draft.rule("actions", _action(draft, entity, "assign", roles_of(clause), name))
