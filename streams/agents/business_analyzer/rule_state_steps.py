"""Steps of life cycles in the sentences: who does what to a record, from which states, with which data."""

from __future__ import annotations

import re

from streams.agents.business_analyzer import naming, people, state_words, words
from streams.agents.business_analyzer.clauses import Clause
from streams.agents.business_analyzer.draft import Draft, EntityDraft, Words
from streams.agents.business_analyzer.phrases import noun_phrases
from streams.agents.business_analyzer.rule_fields import is_taken
from streams.agents.business_analyzer.rule_scenes import (
    Mention,
    Scene,
    acted_on_before,
    entity_in,
    made_by,
    mentions,
)
from streams.agents.business_analyzer.rule_state_lists import CLOSED, is_state_word
from streams.agents.business_analyzer.state_facts import Facts, Step
from streams.agents.business_analyzer.state_words import NOUN_OF, ONCE, USES
from streams.agents.business_analyzer.tokens import Token


def _patient(scene: Scene, clause: Clause) -> tuple[EntityDraft | None, Mention | None]:
    """The entity that a clause acts on: the subject of a passive, else the object; 'it' is the topic."""
    tokens = clause.subject if clause.passive else clause.rest
    stop = next(
        (i for i, t in enumerate(tokens) if t.tag in ("PREP", "TO", "SUB") and not clause.passive),
        len(tokens),
    )
    named = list(mentions(scene.draft, tuple(tokens[:stop])))
    if named and clause.lead in ("which", "that") and made_by(scene) is not None:
        return made_by(scene), None
    if named:
        return named[0].entity, named[0]
    if any(token.low in ("it", "them", "they", "these", "this") for token in tokens[: stop or 1]):
        return _antecedent(scene, clause), None
    person = _by_person_field(scene, tokens) if clause.passive else None
    if person is not None:
        return person, None
    if (clause.passive and not tokens) or (
        not clause.rest and clause.verbs[-1] in ("pay", "cancel", "confirm") and scene.topic is not None
    ):
        return _antecedent(scene, clause), None
    return None, None


def _by_person_field(scene: Scene, tokens: tuple[Token, ...]) -> EntityDraft | None:
    """'Visitors are checked in': the visit, which has a visitor name."""
    for token in tokens:
        noun = words.singular(token.low)
        for entity in [*([scene.topic] if scene.topic else []), *scene.draft.entities]:
            if token.tag == "N" and people.is_person(noun) and {noun, f"{noun}_name"} & set(entity.fields):
                return entity
    return None


def _antecedent(scene: Scene, clause: Clause) -> EntityDraft | None:
    """What 'it' is: what the sentence makes, or the first thing (no person) named in it, else the topic."""
    made = made_by(scene)
    if made is not None and clause.verbs[0] not in NOUN_OF:
        return made
    return acted_on_before(scene, clause) or scene.topic


def _roles(clause: Clause) -> tuple[str, ...]:
    """Who acts: the subject of an active clause, or who stands after 'by'."""
    tokens = clause.subject
    if clause.passive:
        by = next((i for i, t in enumerate(clause.rest) if t.low == "by"), None)
        if by is None:
            return ()
        tokens = clause.rest[by + 1 :]
        stop = next(
            (i for i, t in enumerate(tokens) if t.tag in ("PREP", "SUB") or t.low in (",", ";")), len(tokens)
        )
        tokens = tokens[:stop]
    found = [p for p in noun_phrases(tuple(tokens)) if people.is_person(p.head)]
    return tuple(dict.fromkeys(role for p in found if (role := people.role_name(p.words)) not in NOBODY))


NOBODY = frozenset(
    {"nobody", "everyone", "anyone", "user", "person", "people", "staff", "child", "everybody", "one"}
)
_GUARDING = re.compile(
    r"\b(?:larger|greater|more|less|earlier|later|longer|shorter|smaller) than\b|\b(?:above|below|beyond"
    r"|without|exceed\w*|overlap\w*|after|before|that would|to|if|when)\b"
)
_CREATES = frozenset(
    {"open", "submit", "file", "reserve", "order", "book", "request", "register", "place", "schedule", "plan"}
)
_WITH = re.compile(
    r"\bwith (?P<optional>an optional |optional )?(?:an? |the |his |her |their )?(?:short "
    r"|written )?(?P<name>comment|reason|note|remark|explanation|justification|message|feedback|rating"
    r"|signature|grade|score)s?\b"
)
_INPUT_OF = re.compile(
    r"\b(?:giving|stating|entering|and gives?|and must give|and enters?|and states?|must state|must give"
    r"|needs?) (?:an? |the )?(?P<name>reason|comment|note|explanation|justification)\b"
)


def read(scene: Scene, clause: Clause, number: int, found: dict[str, Facts]) -> None:
    """What a clause does to a record, or refuses."""
    if clause.lead in ("if", "when", "unless", "whenever", "while", "before", "whether", "as"):
        return
    if not clause.passive and clause.verbs[0] in ("be", "have"):
        return
    entity, mention = _patient(scene, clause)
    if (
        entity is None
        or entity.name not in found
        or (not clause.negative and any(is_taken(scene.draft, entity, verb) for verb in clause.verbs))
    ):
        return
    facts = found[entity.name]
    if not clause.passive and not facts.created_by and clause.verbs[0] in _CREATES:
        facts.created_by = clause.verbs[0]
    before = (
        tuple(naming.choice_value(word) for word in mention.before if word not in ("or", "and", "only"))
        if mention
        else ()
    )
    sources = tuple(word for word in before if is_state_word(word.replace("_", " ")) and word not in ("new",))
    if clause.negative or scene.text.startswith(("nobody", "no ")):
        for verb in clause.verbs:
            facts.refused.append((verb, sources))
            if sources:
                scene.draft.rules.setdefault("_explained", []).append(scene.index)
        return
    inputs = [match["name"] for pattern in (_WITH, _INPUT_OF) if (match := pattern.search(clause.rest_text))]
    optional = bool((match := _WITH.search(clause.rest_text)) and match["optional"])
    limit = re.search(
        r"\b(?:before|until) (?:it|they) (?:is|are|has|have)(?: been)? (?P<state>[a-z]+)", scene.text
    )
    as_long = re.search(
        r"\b(?:as long as|while|if|when|until) (?:it|they) (?:is|are) (?:still )?(?:in )?(?P<state>[a-z]+)\b",
        scene.text,
    )
    if as_long and not sources and "until" not in as_long[0]:
        sources = (naming.choice_value(as_long["state"]),)
    later = _later_steps(clause) if clause.passive else []
    if len(later) > 1 and not facts.declared and not facts.chain:
        facts.chain = True
        listed = [state_words.state_of(verb) for verb, _ in [*((v, ()) for v in clause.verbs), *later]]
        facts.states = tuple(dict.fromkeys((*([facts.initial] if facts.initial else []), *listed)))
    for offset, (verb, roles) in enumerate(later):
        group = scene.index * 100 + number + offset + 1
        facts.steps.append(
            Step(verb=verb, sentence=scene.index, roles=roles, passive=True, then=True, group=group)
        )
    for verb in clause.verbs:
        if verb in USES and ONCE.search(scene.text):
            continue
        if verb == "close" and CLOSED.search(scene.text):
            continue
        last = clause.verbs[-2:] if " or " in scene.text else clause.verbs[-1:]
        whose = verb in last or not clause.passive or len(clause.verbs) < 3
        acting = whose and (clause.lead not in ("which", "that") or clause.passive)
        facts.steps.append(
            Step(
                verb=_compound(verb, clause),
                sentence=scene.index,
                roles=_roles(clause) if acting else (),
                sources=sources,
                inputs=tuple(inputs),
                inputs_optional=optional,
                before=naming.choice_value(limit["state"]) if limit else "",
                passive=clause.passive,
                guarding=clause.passive and not clause.modal and bool(_GUARDING.search(scene.text)),
                only="only" in [t.low for t in clause.subject] and clause.passive,
                then="then" in clause.adverbs or any(t.low == "then" for t in clause.subject),
                group=scene.index * 100 + number,
            )
        )


def _later_steps(clause: Clause) -> list[tuple[str, tuple[str, ...]]]:
    """'are submitted by customers, reviewed by a clerk and then paid': the steps after the first."""
    found: list[tuple[str, tuple[str, ...]]] = []
    if not any(token.low == "by" for token in clause.rest):
        return []
    for index, token in enumerate(clause.rest):
        before = clause.rest[index - 1] if index else None
        if (
            token.tag != "VBN"
            or before is None
            or not (before.low in (",", "then") or before.tag in ("CC", "ADV"))
        ):
            continue
        following = clause.rest[index + 1 :]
        roles: tuple[str, ...] = ()
        if following and following[0].low == "by":
            stop = next(
                (i for i, t in enumerate(following) if t.tag == "CC" or t.low in (",", ";")), len(following)
            )
            named = [p for p in noun_phrases(following[1:stop]) if people.is_person(p.head)]
            roles = tuple(people.role_name(p.words) for p in named)
        found.append((token.lemma, roles))
    return found


def _compound(verb: str, clause: Clause) -> str:
    first = clause.rest[0].low if clause.rest else ""
    return (
        f"{verb}-{first}"
        if verb in ("check", "pick", "pay", "hand", "sign", "write")
        and first in ("in", "out", "up", "over", "off")
        else verb
    )


_MARK = re.compile(
    r"(?:\b(?P<who>[a-z\-]+) (?:can |may )?)?\b(?:marks?|sets?|flags?|puts?|marked|set"
    r"|flagged)(?: (?P<what>[\w\- ]+?))? (?:as|to|on) (?:an? )?(?P<state>[a-z]+(?:[ -](?:progress|hold"
    r"|shows?|review))?)\b(?P<by> by (?:the |an? )?[\w-]+)?"
)


def marked(scene: Scene, found: dict[str, Facts]) -> None:
    """'The kitchen marks dishes as ready': a step to that state."""
    match = _MARK.search(scene.text)
    if not match:
        return
    entity = (entity_in(scene.draft, match["what"]) if match["what"] else None) or scene.topic
    if entity is None:
        return
    entity = line_of(scene.draft, entity)
    known = found[entity.name].states if entity.name in found else ()
    if entity.name not in found or not (
        is_state_word(match["state"]) or state_words.matching(known, naming.choice_value(match["state"]))
    ):
        return
    clause = next((c for c in scene.clauses if {"mark", "set", "flag", "put"} & set(c.verbs)), None)
    roles = _roles(clause) if clause else ()
    if not roles and match["who"] and people.is_person(words.singular(match["who"])):
        roles = (people.role_name((match["who"],)),)
    step = Step(
        verb=f"mark-{match['state'].replace(' ', '-')}", sentence=scene.index, roles=roles, passive=True
    )
    found[entity.name].steps.append(step)


_CHECKS = re.compile(r"\bcheck(?:s|ed)?[ -](?P<way>in|out)\b")


def checks(scene: Scene, found: dict[str, Facts]) -> None:
    """'Visitors are checked in and checked out by reception'."""
    ways = [match["way"] for match in _CHECKS.finditer(scene.text)]
    clause = next((c for c in scene.clauses if "check" in c.verbs), None)
    if not ways or clause is None or clause.negative:
        return
    entity, _ = _patient(scene, clause)
    entity = entity or scene.topic
    if entity is None or entity.name not in found:
        return
    roles = _roles(clause) or tuple(
        role
        for word in re.findall(r"\bby (?:the |an? )?([a-z]+)", scene.text)
        if people.is_person(word) and (role := people.role_name((word,)))
    )
    for way in dict.fromkeys(ways):
        found[entity.name].steps.append(
            Step(
                verb=f"check-{way}", sentence=scene.index, roles=roles, passive=True, group=scene.index * 100
            )
        )


def line_of(draft: Draft, entity: EntityDraft) -> EntityDraft:
    """For a dish of a menu the item of an order: what is marked is the line, not the article."""
    for other in draft.entities:
        if other.parent and other.reference_to(entity) and other.reference_to(entity) != other.parent:
            return other
    return entity


_NEXT = re.compile(
    r"\bto (?:the|its|their|his) (?:next|following) (?:stage|state|step|phase|status|level)\b|\b(?:advance"
    r"|advances|promote|promotes)\b"
)


def onward(scene: Scene, found: dict[str, Facts]) -> None:
    """'to the next stage': one step for all states."""
    if _NEXT.search(scene.text) and scene.topic is not None and scene.topic.name in found:
        roles = next((_roles(clause) for clause in scene.clauses if _roles(clause)), ())
        found[scene.topic.name].advance = roles


def words_before(mention: Mention) -> Words:
    """State words in front of an entity."""
    return tuple(word for word in mention.before if is_state_word(word))
