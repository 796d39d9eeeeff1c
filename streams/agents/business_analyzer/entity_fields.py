"""Fields, references and parts of entities, from declarations and from what JSON says outright."""

from __future__ import annotations

import re
from dataclasses import replace

from schemas.specification import Field
from streams.agents.business_analyzer import field_making, field_types, lexicon, naming, words
from streams.agents.business_analyzer.attributes import Attribute
from streams.agents.business_analyzer.clauses import clauses
from streams.agents.business_analyzer.declarations import Declaration, subject_words
from streams.agents.business_analyzer.draft import Draft, EntityDraft, Words
from streams.agents.business_analyzer.phrases import noun_phrases


def declared_fields(draft: Draft, declaration: Declaration, own: frozenset[Words]) -> None:
    """Put the attributes into the entity; `own` are the things that other sentences declare by themselves."""
    if _line_of(draft, declaration, declaration.subject in own):
        return
    entity = draft.resolve(declaration.subject)
    if entity is None:
        return
    owner = draft.resolve(declaration.owner) if declaration.owner else None
    if owner is not None and owner is not entity:
        part_of(entity, owner)
    for attribute in declaration.attributes:
        put(draft, entity, attribute)


def _line_of(draft: Draft, declaration: Declaration, elsewhere: bool) -> bool:
    """'adds dishes with quantities' to an order: a line that joins the order and the dish."""
    entity = draft.resolve(declaration.subject)
    sentence = draft.document.sentences[declaration.sentence]
    if (
        entity is None
        or not entity.declared
        or not declaration.nested
        or (declaration.owner and not elsewhere)
    ):
        return False
    quantity = any(a.head in ("quantity", "amount", "portion", "count") for a in declaration.attributes)
    first = not entity.fields
    dated = any(a.head == "date" for a in declaration.attributes)
    if not quantity or dated:
        return False
    whole = draft.resolve(declaration.owner) if declaration.owner else _whole(draft, sentence.text, entity)
    if whole is None or (first and not entity.explicit and len(declaration.attributes) > 2):
        return False
    line = draft.resolve((*whole.words, "line")) or draft.resolve((*whole.words, "item"))
    line = line or draft.add((*whole.words, "item"))
    if line is None:
        return False
    line.declared = True
    part_of(line, whole)
    refer(line, entity, True)
    for attribute in declaration.attributes:
        note = attribute.head == "note"
        one = replace(
            attribute,
            words=(*attribute.words[:-1], words.singular(attribute.words[-1])),
            written=attribute.written if note else words.singular(attribute.written),
            plural=False,
        )
        put(draft, line, one)
    return True


def _whole(draft: Draft, text: str, part: EntityDraft) -> EntityDraft | None:
    for clause in clauses(text):
        for phrase in (*noun_phrases(clause.subject), *noun_phrases(clause.rest)):
            entity = draft.resolve(subject_words(phrase))
            if entity is not None and entity is not part:
                return entity
    return None


def part_of(part: EntityDraft, whole: EntityDraft) -> None:
    name = part.reference_to(whole) or refer(part, whole, True)
    if not whole.parent and not part.parent:
        part.parent = name


def put(draft: Draft, entity: EntityDraft, attribute: Attribute) -> Field | None:
    """The attribute as a field, a reference or a part."""
    other = _referred(draft, entity, attribute)
    if other is not None:
        if attribute.plural and not re.search(r"\b(one|single)\b", attribute.determiner):
            have_several(entity, other)
            return None
        required = attribute.optional is not True and not re.search(r"\boptional\b", attribute.detail)
        refer(entity, other, required, attribute.words)
        return None
    made = field_making.field_of(attribute, entity.words)
    if made is None or made.name in ("id", "created_at", "updated_at"):
        return None
    known = entity.fields.get(made.name)
    if known is not None:
        entity.fields[made.name] = replace(
            made, required=known.required and made.required, unique=known.unique or made.unique
        )
        return entity.fields[made.name]
    return entity.put(made)


def _referred(draft: Draft, entity: EntityDraft, attribute: Attribute) -> EntityDraft | None:
    """The entity that the attribute names, or that its last word names ('main contact')."""
    for named in draft.entities:
        if attribute.words == named.words or attribute.words in named.aliases:
            return named if named is not entity or len(attribute.words) > 1 else None
    other = draft.resolve(attribute.words)
    if other is None or attribute.detail or "of" in attribute.words or {"per", "to"} & set(attribute.words):
        return None
    if len(attribute.words) == 1:
        return other if other is not entity and not field_types.is_data_head(attribute.head) else None
    return other if attribute.words[-len(other.words) :] == other.words else None


def refer(entity: EntityDraft, other: EntityDraft, required: bool, phrase: Words = ()) -> str:
    """A reference; its name is that of the phrase where it says more than the entity's name."""
    special = bool(phrase) and phrase != other.words and phrase not in other.aliases
    parts = phrase if special else other.words
    name = f"{words.snake(parts)[: naming.MAX_NAME].strip('_')}_id"
    if naming.is_taken(name):
        name = f"the_{name}"
    entity.put(
        Field(name=name, label=words.label(parts), type="reference", references=other.name, required=required)
    )
    return name


def have_several(entity: EntityDraft, other: EntityDraft) -> None:
    """'An order has items': each item refers to its order."""
    if other is entity or entity.reference_to(other):
        return
    name = other.reference_to(entity) or refer(other, entity, True)
    if (
        other.words[-1] in lexicon.GENERIC_PARTS or other.words[: len(entity.words)] == entity.words
    ) and not other.parent:
        other.parent = name
