"""Lists of states, first and last states, and states that stand as adjectives, in the sentences."""

from __future__ import annotations

import re

from streams.agents.business_analyzer import naming, state_words, words
from streams.agents.business_analyzer.draft import EntityDraft
from streams.agents.business_analyzer.rule_scenes import (
    Scene,
    entity_in,
)
from streams.agents.business_analyzer.state_facts import Facts


def values(listed: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """The states as the values of a choice, each once."""
    return tuple(dict.fromkeys(filter(None, (naming.choice_value(item.strip()) for item in listed))))


_WORD = (
    r"[a-z][a-z\-]*(?: (?:in|on|out|for|of|under|off|progress|review|hold|transit|sale|repair|service|stock"
    r"|use|preparation)){0,2}"
)
_LIST = (
    rf"(?P<list>{_WORD}(?:, (?:then |or |and |finally )?{_WORD})*,? (?:(?:or|and)(?: finally| then| later"
    rf"| at last)?|then|finally) {_WORD}|{_WORD}(?:, (?:then )?{_WORD})+)"
)
_BE_LIST = re.compile(
    rf"(?P<who>(?:an?|the|each|every)? ?[\w\- ]{{2,40}}?) (?:is|are|can be|may be|must be|will be|is always"
    rf"|has to be|is either|are either|can either be|is one of)"
    rf"(?: either| one of| first| in state)?:? {_LIST}(?= at\b| by\b|$|[.;,(])"
)
_GO = re.compile(
    r"\b(?:go|goes|pass|passes|move|moves|run|runs|progress|progresses|going)(?: from)? (?:through "
    r"|along )?(?:the )?(?:following )?"
    r"(?:stages?|states?|steps?|phases?|statuses)?:? ?(?P<list>(?:from )?[a-z\- ]+(?:(?:,| to| and| then"
    r"| over| ->|,? and then|,? or) [a-z\- ]+)+)$"
)
_HAS = re.compile(
    r"\b(?:stages?|states?|statuses|phases?|status)(?: are| is|:| can be| values?| of)(?: either)?:? " + _LIST
)


def lists(scene: Scene, found: dict[str, Facts]) -> None:
    """Lists of states, as 'an order is open, packed or sent'."""
    text = re.sub(r"\([^)]*\)", "", scene.text)
    for pattern, chain in ((_BE_LIST, False), (_GO, True), (_HAS, False)):
        for match in pattern.finditer(text):
            who = entity_in(scene.draft, match["who"]) if pattern is _BE_LIST else None
            if (
                pattern is _BE_LIST
                and who is None
                and not re.search(r"\b(it|they|status|state|stage|which)$", match["who"].strip())
            ):
                continue
            if pattern is not _BE_LIST:
                who = next(iter(scene.entities), None)
            entity = who or scene.topic
            states = _split(match["list"])
            if entity is None or entity.name not in found or (pattern is _GO and len(states) < 3):
                continue
            if pattern is _HAS:
                _no_fields(entity, states, match[0])
            if not _statelike(entity, states, pattern is not _BE_LIST):
                continue
            facts = found[entity.name]
            ordered = chain or bool(re.search(r"\bthen\b|\bfinally\b|\band\b", match["list"]))
            if pattern is _HAS and ":" in match[0] and not ordered:
                facts.declared, facts.states = True, values(states)
                facts.field = facts.field or match[0].split(":")[0].split()[0].rstrip("s")
            if not facts.declared:
                facts.chain = facts.chain or ordered
                facts.states = (
                    tuple(dict.fromkeys((*values(states), *facts.states)))
                    if len(states) >= len(facts.states)
                    else facts.states
                )


def _no_fields(entity: EntityDraft, states: list[str], text: str) -> None:
    """States after 'a stage:' that were taken for data of the entity."""
    if ":" not in text:
        return
    for state in states:
        known = entity.fields.get(naming.choice_value(state))
        if known is not None and known.type == "text":
            del entity.fields[known.name]


def _split(listed: str) -> list[str]:
    parts = re.split(
        r",|\bor\b|\band\b|\bthen\b|\bfinally\b|\blater\b|->|\bto\b(?! do\b)|\bover\b|\bfrom\b", listed
    )
    return [part.strip() for part in parts if part.strip() and part.strip() not in ("first", "last")]


def _statelike(entity: EntityDraft, states: list[str], explicit: bool) -> bool:
    if len(states) < 2 or any(len(state.split()) > 3 for state in states):
        return False
    fields = set(entity.fields)
    if any(naming.choice_value(state) in fields for state in states):
        return False
    known = [state for state in states if is_state_word(state)]
    return explicit or len(known) * 2 > len(states) or len(known) == len(states) == 2


def is_state_word(text: str) -> bool:
    """Whether a word is the usual name of a state."""
    value = naming.choice_value(text)
    if (
        value
        in state_words.FINAL
        | state_words.NEGATIVE
        | state_words.HUBS
        | state_words.SPOKES
        | state_words.INITIALS
    ):
        return True
    if value in (
        "done",
        "ready",
        "in_progress",
        "ongoing",
        "paid",
        "sent",
        "late",
        "live",
        "hidden",
        "finished",
    ):
        return True
    last = next(iter(text.split()), "")
    return words.is_participle(last) and words.verb_lemma(last) not in (
        "",
        "base",
        "need",
        "name",
        "call",
        "store",
        "limit",
    )


_FIRST = re.compile(
    r"\b(?:starts?|begins?|(?:is|are|gets?) (?:created|opened|entered|saved|stored)"
    r"|initially)(?: out)?(?: always)?(?: as| in| with| is| are)? (?:an? |the )?(?:(?:state|status"
    r"|stage) )?(?:of )?(?:as )?[\"']?(?P<state>[a-z\-]+(?: progress| review)?)[\"']?(?: state"
    r"| status)?(?=$|[,.;]| and\b| until\b)"
)
_NEW = re.compile(
    r"\bnew [\w\- ]{2,30}? (?:is|are|starts?|begin|begins?) (?:always |initially |first )?(?:as |in "
    r"|in state |in status |created as |set to |marked as )?(?P<state>[a-z\-]+)(?= until\b| by\b|$|[,.;])"
)
_UNTIL = re.compile(r"\b(?:is|are|stays?|remains?) (?P<state>[a-z\-]+) until (?:it|they) (?:is|are)\b")


def first(scene: Scene, found: dict[str, Facts]) -> None:
    """What a new record is: 'new orders are open'."""
    entity = scene.topic
    if entity is None:
        return
    for pattern in (_FIRST, _NEW, _UNTIL):
        match = pattern.search(scene.text)
        if match and entity.name in found and is_state_word(match["state"]):
            found[entity.name].initial = found[entity.name].initial or naming.choice_value(match["state"])
            return


def adjectives(scene: Scene, found: dict[str, Facts]) -> None:
    """'a solved ticket', 'closed tickets', 'drafts', 'a won or lost deal'."""
    for mention in scene.mentions:
        for word in mention.before:
            if words.is_participle(word) or word in (
                "open",
                "closed",
                "active",
                "inactive",
                "draft",
                "final",
                "void",
            ):
                if word in (
                    "limited",
                    "overdue",
                    "upcoming",
                    "unique",
                    "estimated",
                    "required",
                    "given",
                    "planned",
                    "expected",
                    "used",
                ):
                    continue
                found[mention.entity.name].adjectives.append(naming.choice_value(word))


CLOSED = re.compile(
    r"\b(?P<states>[a-z]+(?:(?:,| or| and) (?:an? )?[a-z]+)*) (?P<what>[\w\-]+) (?:is|are"
    r"|counts? as) (?:then )?(?:closed|final|finished|over|complete|terminal|done)\b"
)


def ends(scene: Scene, found: dict[str, Facts]) -> None:
    match = CLOSED.search(scene.text)
    entity = entity_in(scene.draft, match["what"]) if match else None
    if match and entity is not None:
        states = [part for part in re.split(r",| or | and |\ban? ", match["states"]) if part.strip()]
        found[entity.name].final += [naming.choice_value(state.split()[-1]) for state in states]
