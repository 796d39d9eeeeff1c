"""A sentence in front of the draft: which entities and fields its words name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from schemas.specification import Field
from streams.agents.business_analyzer import closed_words, state_words, words
from streams.agents.business_analyzer.clauses import Clause, clauses
from streams.agents.business_analyzer.draft import Draft, EntityDraft, Words
from streams.agents.business_analyzer.tokens import Token, tokenise
from streams.agents.business_analyzer.word_sets import word_set

_IDLE = word_set(
    "the a an of in on per each every its their his her for to and is at my our own this that such"
)
_ORDINALS = frozenset({"first", "second", "third", "next", "last"})
_SAME = {
    "e-mail": "email",
    "mail": "email",
    "begin": "start",
    "beginning": "start",
    "from": "start",
    "maximum": "max",
    "minimum": "min",
    "maximal": "max",
    "minimal": "min",
    "attendant": "attendee",
    "cost": "cost",
    "kilometer": "kilometre",
    "until": "end",
    "finish": "end",
    "ending": "end",
    "starting": "start",
    "telephone": "phone",
    "licence": "license",
    "qty": "quantity",
}


@dataclass(frozen=True, slots=True)
class Mention:
    """An entity named in a sentence; `before` are the words in front of it in its phrase."""

    entity: EntityDraft
    start: int
    end: int
    plural: bool
    before: Words


@dataclass(frozen=True, slots=True)
class Scene:
    """One sentence with what it names; `text` is plain: lower case, digits for number words."""

    draft: Draft
    index: int
    text: str
    tokens: tuple[Token, ...]
    clauses: tuple[Clause, ...]
    mentions: tuple[Mention, ...]
    topic: EntityDraft | None
    role: str

    @property
    def entities(self) -> list[EntityDraft]:
        """The entities that it names, each once, in order."""
        found: list[EntityDraft] = []
        for mention in self.mentions:
            if mention.entity not in found:
                found.append(mention.entity)
        return found


@lru_cache(maxsize=4_000)
def plain(text: str) -> str:
    """The text in lower case with short forms written out and numbers as digits."""
    low = text.lower().replace("\u2019", "'")
    low = re.sub(r"\b(can't|can not)\b", "cannot", low)
    low = re.sub(r"\bmustn't\b", "must not", low)
    low = re.sub(r"\bno[- ]one\b", "nobody", low)
    low = re.sub(r"(\d)[,'](?=\d{3}\b)", r"\1", low)
    low = re.sub(r"\b(percent|per cent)\b", "%", low)
    low = re.sub(
        r"\b(only|the|this|that|no|each|as|any|another|which|every) one\b", lambda m: f"{m[1]} one\x00", low
    )
    several = sorted(closed_words.NUMBER_WORDS, key=len, reverse=True)
    low = re.sub(rf"\b({'|'.join(several)})\b(?!\x00)", lambda m: closed_words.NUMBER_WORDS[m[1]], low)
    low = low.replace("\x00", "")
    return re.sub(r"\s+", " ", low).strip()


def scenes(draft: Draft) -> list[Scene]:
    """All sentences of the document, each with the topic that goes on from the sentence before."""
    found: list[Scene] = []
    topic: EntityDraft | None = None
    for index, sentence in enumerate(draft.document.sentences):
        scene = scene_of(draft, index, sentence.text, topic, sentence.role)
        topic = scene.topic
        found.append(scene)
    return found


def scene_of(draft: Draft, index: int, text: str, topic: EntityDraft | None, role: str = "") -> Scene:
    """One sentence in front of the draft."""
    tokens = tokenise(text)
    named = tuple(mentions(draft, tokens))
    first = _subject(named) or topic
    if first is not None and topic is not None and _only_acts(first, topic, tokens):
        first = topic
    return Scene(
        draft=draft,
        index=index,
        text=plain(text),
        tokens=tokens,
        clauses=clauses(text),
        mentions=named,
        topic=first,
        role=role.replace(" ", "_"),
    )


def _only_acts(first: EntityDraft, topic: EntityDraft, tokens: tuple[Token, ...]) -> bool:
    """'The driver accepts it': the sentence goes on about the thing of the sentence before."""
    from streams.agents.business_analyzer import people

    acts = people.is_person(first.words[-1]) and not people.is_person(topic.words[-1])
    objects = (i for i, token in enumerate(tokens) if i and token.low in ("it", "them"))
    return acts and any(tokens[i - 1].tag == "V" for i in objects)


def _subject(named: tuple[Mention, ...]) -> EntityDraft | None:
    """What a sentence is about: the first entity that is not merely a person acting on another one."""
    from streams.agents.business_analyzer import people

    for mention in named:
        if not people.is_person(mention.entity.words[-1]):
            return mention.entity
    return named[0].entity if named else None


def mentions(draft: Draft, tokens: tuple[Token, ...]) -> Iterator[Mention]:
    """The entities that the tokens name, in order."""
    index = len(tokens)
    found: list[Mention] = []
    while index > 0:
        index -= 1
        if tokens[index].tag not in ("N", "ADJ", "VBG") and not _plural_noun(tokens, index):
            continue
        width, entity = _named(draft, tokens, index)
        if entity is None:
            continue
        start = index - width + 1
        before = start
        while (
            before
            and tokens[before - 1].tag in ("ADJ", "VBN", "N", "CC", "VBG", "ADV", "NUM")
            and not tokens[before - 1].group
        ):
            before -= 1
        lead = tuple(token.low for token in tokens[before:start])
        plural = words.is_plural(tokens[index].low)
        found.append(Mention(entity=entity, start=start, end=index + 1, plural=plural, before=lead))
        index = start
    yield from reversed(found)


def _plural_noun(tokens: tuple[Token, ...], index: int) -> bool:
    token = tokens[index]
    return token.tag == "V" and index > 0 and tokens[index - 1].tag in ("VBN", "ADJ", "DET", "PREP", "POSS")


def _named(draft: Draft, tokens: tuple[Token, ...], last: int) -> tuple[int, EntityDraft | None]:
    for width in (4, 3, 2, 1):
        if width > last + 1:
            continue
        lows = tuple(token.low for token in tokens[last - width + 1 : last + 1])
        lows = (*lows[:-1], words.singular(lows[-1]))
        for entity in draft.entities:
            if entity.words == lows or lows in entity.aliases:
                return width, entity
    return 1, draft.resolve((tokens[last].low,)) if tokens[last].tag == "N" else None


def acted_on_before(scene: Scene, clause: Clause) -> EntityDraft | None:
    """What 'it' is: the object of the clause before, else the first thing, no person, that is named."""
    from streams.agents.business_analyzer import people

    for earlier in scene.clauses:
        if earlier is clause:
            break
        end = next(
            (i for i, t in enumerate(earlier.rest) if t.tag in ("PREP", "TO", "SUB")), len(earlier.rest)
        )
        objects = () if earlier.passive else mentions(scene.draft, earlier.rest[:end])
        things = [m.entity for m in objects if not people.is_person(m.entity.words[-1])]
        if things:
            return things[0]
    named = [m.entity for m in scene.mentions if not people.is_person(m.entity.words[-1])]
    return named[0] if named else None


def made_by(scene: Scene) -> EntityDraft | None:
    """The record that the sentence makes: 'a visitor reserves tickets' makes a reservation."""
    for clause in scene.clauses:
        for verb in clause.verbs:
            noun = state_words.NOUN_OF.get(verb)
            made = scene.draft.resolve((noun,)) if noun and not clause.passive else None
            if made is not None:
                return made
    return None


def entity_in(draft: Draft, phrase: str) -> EntityDraft | None:
    """The last entity that a phrase names."""
    named = list(mentions(draft, tokenise(phrase)))
    if named:
        return named[-1].entity
    bare = tuple(word for word in phrase.lower().split() if word not in _IDLE)
    return draft.resolve(bare) if 0 < len(bare) < 4 else None


@lru_cache(maxsize=8_000)
def _keys(text: str) -> tuple[str, ...]:
    parts = [part for part in re.split(r"[\s_/]+", text.lower()) if part]
    if parts and parts[-1] == "id" and len(parts) > 1:
        parts.pop()
    kept = [_SAME.get(part, words.singular(part)) for part in parts if part not in _IDLE]
    return tuple(_SAME.get(part, part) for part in kept)


def field_named(entity: EntityDraft, phrase: str, kinds: frozenset[str] = frozenset()) -> Field | None:
    """The field of the entity that the phrase names best, None where none is near."""
    phrase = re.sub(r"'s\b", "", phrase)
    wanted = _keys(phrase)
    own = set(_keys(" ".join(entity.words)))
    if len(set(wanted) - own) > 0:
        wanted = tuple(key for key in wanted if key not in own or key in _all_keys(entity))
    if not wanted:
        return None
    best: tuple[float, Field] | None = None
    for field in entity.fields.values():
        if kinds and field.type not in kinds:
            continue
        score = _score(wanted, _keys(field.name))
        if score >= 0.5 and (best is None or score > best[0]):
            best = (score, field)
    return best[1] if best else None


def _all_keys(entity: EntityDraft) -> set[str]:
    return {key for field in entity.fields.values() for key in _keys(field.name)}


def _score(wanted: Words, keys: Words) -> float:
    if wanted == keys:
        return 1.0
    common = set(wanted) & set(keys)
    if not common or not keys:
        return 0.0
    union = set(wanted) | set(keys)
    share = len(common) / len(union)
    if wanted[-1] == keys[-1]:
        share += 0.1
    if set(keys) <= set(wanted) and keys[-1] == wanted[-1] and not (set(wanted) & _ORDINALS):
        share = max(share, 0.6)
    return min(share, 0.95)


_OF = re.compile(r"^(?P<what>.+?) of (?:the |its |their |a |an |each |that |this )?(?P<whole>[\w\- ]+)$")


def path_named(draft: Draft, entity: EntityDraft, phrase: str, kinds: frozenset[str] = frozenset()) -> str:
    """The field or path ('room_id.capacity') of the entity that the phrase names, '' for none."""
    phrase = re.sub(r"^(?:the|a|an|its|their|his|her|any|each)\s+", "", phrase.strip())
    of = _OF.match(phrase)
    possessive = re.match(r"^(?P<whole>[\w\- ]+?)(?:'s|s') (?P<what>.+)$", phrase)
    match = possessive or of
    if match is not None:
        whole = entity_in(draft, match["whole"])
        if whole is not None and whole is not entity:
            for prefix, other in reachable(draft, entity):
                inner = field_named(other, match["what"], kinds) if other is whole else None
                if inner is not None:
                    return f"{prefix}.{inner.name}"
    own = field_named(entity, phrase, kinds)
    if own is not None:
        return own.name
    for prefix, other in reachable(draft, entity):
        inner = field_named(other, phrase, kinds)
        if inner is not None:
            return f"{prefix}.{inner.name}"
    return ""


def reachable(draft: Draft, entity: EntityDraft) -> list[tuple[str, EntityDraft]]:
    """Entities that references lead to, by path, nearest first, over two steps at most."""
    found: list[tuple[str, EntityDraft]] = []
    for field in entity.fields.values():
        other = draft.find(field.references) if field.references else None
        if other is not None and other is not entity:
            found.append((field.name, other))
    for prefix, near in list(found):
        for field in near.fields.values():
            other = draft.find(field.references) if field.references else None
            if other is not None and other is not entity and other is not near:
                found.append((f"{prefix}.{field.name}", other))
    return found


def referring(draft: Draft, entity: EntityDraft) -> list[tuple[EntityDraft, str]]:
    """Entities that refer to this one, with the reference."""
    return [
        (other, field.name)
        for other in draft.entities
        if other is not entity
        for field in other.fields.values()
        if field.references == entity.name
    ]


def field_at(draft: Draft, entity: EntityDraft, path: str) -> Field | None:
    """The field at the end of a path."""
    first, _, rest = path.partition(".")
    field = entity.fields.get(first)
    if field is None or not rest:
        return field
    other = draft.find(field.references)
    return field_at(draft, other, rest) if other is not None else None


def field_anywhere(
    scene: Scene, phrase: str, kinds: frozenset[str] = frozenset()
) -> tuple[EntityDraft, Field] | None:
    """The field that the phrase names: of an entity of the sentence, of its topic, or of any other."""
    of = _OF.match(phrase.strip())
    if of:
        whole = entity_in(scene.draft, of["whole"])
        inner = field_named(whole, of["what"], kinds) if whole is not None else None
        if whole is not None and inner is not None:
            return whole, inner
    near = [*scene.entities, *([scene.topic] if scene.topic else [])]
    for entity in [*near, *scene.draft.entities]:
        field = field_named(entity, phrase, kinds)
        if field is not None:
            return entity, field
    return None


def rule_id(*parts: str) -> str:
    """A kebab-case id of the parts."""
    text = "-".join(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", part) for part in parts if part).lower()
    return re.sub(r"-+", "-", re.sub(r"[^a-z0-9]+", "-", text)).strip("-")[:90].strip("-")
