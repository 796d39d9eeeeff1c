"""What the sentences say of life cycles: lists of states, first states, steps, and what is refused."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from streams.agents.business_analyzer import naming, people, state_words, words
from streams.agents.business_analyzer.clauses import Clause
from streams.agents.business_analyzer.draft import Draft, EntityDraft, Words
from streams.agents.business_analyzer.phrases import noun_phrases
from streams.agents.business_analyzer.rule_fields import is_taken
from streams.agents.business_analyzer.rule_lapses import Lapse, lapses
from streams.agents.business_analyzer.rule_scenes import Mention, Scene, entity_in, made_by, mentions, scenes
from streams.agents.business_analyzer.state_words import NOUN_OF, ONCE, USES
from streams.agents.business_analyzer.tokens import Token


@dataclass(slots=True)
class Step:
    """A verb done to a record: who may, from which states, with which data."""

    verb: str
    sentence: int
    roles: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    inputs_optional: bool = False
    before: str = ""
    passive: bool = False
    only: bool = False
    then: bool = False
    guarding: bool = False
    group: int = 0


@dataclass(slots=True)
class Facts:
    """All that is said of one entity's life cycle."""

    entity: EntityDraft
    states: tuple[str, ...] = ()
    field: str = ""
    declared: bool = False
    chain: bool = False
    initial: str = ""
    steps: list[Step] = dataclasses.field(default_factory=list)
    refused: list[tuple[str, tuple[str, ...]]] = dataclasses.field(default_factory=list)
    adjectives: list[str] = dataclasses.field(default_factory=list)
    final: list[str] = dataclasses.field(default_factory=list)
    advance: tuple[str, ...] | None = None
    created_by: str = ""
    lapses: list[Lapse] = dataclasses.field(default_factory=list)


def facts_of(draft: Draft) -> dict[str, Facts]:
    """Facts by entity name, in the order of the entities."""
    found = {entity.name: Facts(entity=entity) for entity in draft.entities}
    for entity in draft.entities:
        _declared(draft, found[entity.name])
    for scene in scenes(draft):
        _lists(scene, found)
        _first(scene, found)
        _adjectives(scene, found)
        _ends(scene, found)
        for number, clause in enumerate(scene.clauses):
            _step(scene, clause, number, found)
        _marked(scene, found)
        _checks(scene, found)
        _next(scene, found)
    for lapse in lapses(draft):
        found[lapse.entity.name].lapses.append(lapse)
    return found


_STATE_FIELDS = ("status", "state", "stage", "phase")


def _declared(draft: Draft, facts: Facts) -> None:
    """States from a choice field, or from what JSON says."""
    entity = facts.entity
    for item in entity.fields.values():
        if item.name.split("_")[-1] in _STATE_FIELDS:
            facts.field = facts.field or item.name
            if item.type == "choice" and len(item.choices) > 1:
                told = bool(entity.states) and not entity.explicit and not draft.document.states
                facts.states, facts.declared, facts.field = item.choices, not told, item.name
    if len(entity.states) > 1 and not facts.states:
        facts.states, facts.declared = _values(entity.states), entity.explicit
    for name, states in draft.document.states:
        if facts.states or len(states) < 2:
            continue
        about = [e for e in draft.entities if words.snake((name,)) in e.fields or entity_in(draft, name) is e]
        if entity in about and (len(about) == 1 or entity is about[0]):
            facts.states, facts.declared = _values(states), True
            facts.field = facts.field or (
                words.snake((name,)) if words.snake((name,)) in entity.fields else ""
            )


def _values(listed: tuple[str, ...] | list[str]) -> tuple[str, ...]:
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


def _lists(scene: Scene, found: dict[str, Facts]) -> None:
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
                facts.declared, facts.states = True, _values(states)
                facts.field = facts.field or match[0].split(":")[0].split()[0].rstrip("s")
            if not facts.declared:
                facts.chain = facts.chain or ordered
                facts.states = (
                    tuple(dict.fromkeys((*_values(states), *facts.states)))
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


def _first(scene: Scene, found: dict[str, Facts]) -> None:
    entity = scene.topic
    if entity is None:
        return
    for pattern in (_FIRST, _NEW, _UNTIL):
        match = pattern.search(scene.text)
        if match and entity.name in found and is_state_word(match["state"]):
            found[entity.name].initial = found[entity.name].initial or naming.choice_value(match["state"])
            return


def _adjectives(scene: Scene, found: dict[str, Facts]) -> None:
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


_CLOSED = re.compile(
    r"\b(?P<states>[a-z]+(?:(?:,| or| and) (?:an? )?[a-z]+)*) (?P<what>[\w\-]+) (?:is|are"
    r"|counts? as) (?:then )?(?:closed|final|finished|over|complete|terminal|done)\b"
)


def _ends(scene: Scene, found: dict[str, Facts]) -> None:
    match = _CLOSED.search(scene.text)
    entity = entity_in(scene.draft, match["what"]) if match else None
    if match and entity is not None:
        states = [part for part in re.split(r",| or | and |\ban? ", match["states"]) if part.strip()]
        found[entity.name].final += [naming.choice_value(state.split()[-1]) for state in states]


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
    things = [m.entity for m in scene.mentions if not people.is_person(m.entity.words[-1])]
    return things[0] if things else scene.topic


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


def _step(scene: Scene, clause: Clause, number: int, found: dict[str, Facts]) -> None:
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
        if verb == "close" and _CLOSED.search(scene.text):
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


def _marked(scene: Scene, found: dict[str, Facts]) -> None:
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


def _checks(scene: Scene, found: dict[str, Facts]) -> None:
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


def _next(scene: Scene, found: dict[str, Facts]) -> None:
    if _NEXT.search(scene.text) and scene.topic is not None and scene.topic.name in found:
        roles = next((_roles(clause) for clause in scene.clauses if _roles(clause)), ())
        found[scene.topic.name].advance = roles


def words_before(mention: Mention) -> Words:
    """State words in front of an entity."""
    return tuple(word for word in mention.before if is_state_word(word))
