"""Fields, references and parts of entities, from declarations and from what JSON says outright."""

from __future__ import annotations

import re
from dataclasses import replace

from schemas.specification import Field
from streams.agents.business_analyzer import field_making, field_types, lexicon, naming, words
from streams.agents.business_analyzer.attributes import Attribute, attributes, singular_words
from streams.agents.business_analyzer.clauses import clauses
from streams.agents.business_analyzer.declarations import Declaration, subject_words
from streams.agents.business_analyzer.document import DeclaredEntity, DeclaredField
from streams.agents.business_analyzer.draft import Draft, EntityDraft, Words
from streams.agents.business_analyzer.phrases import noun_phrases
from streams.agents.business_analyzer.tokens import tokenise


def explicit_name(draft: Draft, explicit: DeclaredEntity) -> None:
    parts = singular_words(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", explicit.name))
    entity = draft.add(parts) if parts else None
    if entity is not None:
        entity.explicit = entity.declared = True
        entity.states = explicit.states
        entity.source = explicit.description


def explicit_fields(draft: Draft, explicit: DeclaredEntity) -> None:
    entity = draft.resolve(singular_words(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", explicit.name)))
    if entity is None:
        return
    for declared in explicit.fields:
        _explicit_field(draft, entity, declared)


def _explicit_field(draft: Draft, entity: EntityDraft, declared: DeclaredField) -> None:
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", declared.name).replace("_", " ").strip()
    tokens = tokenise(name)
    found = attributes(tokens)
    if not found or re.search(r"[^\w\s-]", name):
        found = found[:1] or [Attribute(words=singular_words(name) or (name,), written=name.split()[-1] if name.split() else name)]
    attribute = found[0]
    if "(" not in name:
        parts = tuple(name.lower().split())
        attribute = replace(attribute, words=(*parts[:-1], words.singular(parts[-1])), written=parts[-1], plural=words.is_plural(parts[-1]))
        if attribute.words[-1] == "id" and len(attribute.words) > 1 and draft.resolve(attribute.words[:-1]):
            attribute = replace(attribute, words=attribute.words[:-1], plural=False, written=attribute.words[-2])
    if declared.references:
        target = draft.resolve(singular_words(declared.references))
        if target is not None:
            refer(entity, target, declared.required is not False, attribute.words)
            return
    made = put(draft, entity, replace(attribute, detail=" ".join(filter(None, (attribute.detail, declared.type)))))
    if made is None:
        return
    if declared.choices:
        entity.fields[made.name] = field_making.with_choices(made, list(declared.choices))
    if declared.required is not None:
        entity.change(made.name, required=declared.required)
    if declared.unique:
        entity.change(made.name, unique=True)
    if declared.minimum or declared.maximum:
        entity.change(made.name, minimum=declared.minimum or made.minimum, maximum=declared.maximum)


def declared_fields(draft: Draft, declaration: Declaration) -> None:
    if _line_of(draft, declaration):
        return
    entity = draft.resolve(declaration.subject)
    if entity is None:
        return
    owner = draft.resolve(declaration.owner) if declaration.owner else None
    if owner is not None and owner is not entity:
        part_of(entity, owner)
    for attribute in declaration.attributes:
        put(draft, entity, attribute)


def _line_of(draft: Draft, declaration: Declaration) -> bool:
    """'adds dishes with quantities' to an order: a line that joins the order and the dish."""
    entity = draft.resolve(declaration.subject)
    sentence = draft.document.sentences[declaration.sentence]
    if entity is None or not entity.declared or declaration.owner:
        return False
    quantity = any(a.head in ("quantity", "amount", "portion", "count") for a in declaration.attributes)
    several_sentences = draft.rules.get("_declared", [])
    first = not any(item == entity.words for item in several_sentences)
    if not quantity:
        draft.rules.setdefault("_declared", []).append(entity.words)
        return False
    whole = _whole(draft, sentence.text, entity)
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
        name = replace(attribute, words=(*attribute.words[:-1], words.singular(attribute.words[-1])),
                       written=words.singular(attribute.written) if attribute.head != "note" else attribute.written,
                       plural=False)  # fmt: skip
        put(draft, line, name)
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
    for other in draft.entities:
        if attribute.words == other.words or attribute.words in other.aliases:
            return other if other is not entity or len(attribute.words) > 1 else None
    other = draft.resolve(attribute.words)
    if other is None or attribute.detail or "of" in attribute.words or "per" in attribute.words:
        return None
    if len(attribute.words) == 1:
        return other if other is not entity and not field_types.is_data_head(attribute.head) else None
    return other if attribute.words[-len(other.words) :] == other.words else None


def refer(entity: EntityDraft, other: EntityDraft, required: bool, phrase: Words = ()) -> str:
    """A reference; its name is that of the phrase where it says more than the entity's name."""
    special = bool(phrase) and phrase != other.words and phrase not in other.aliases
    parts = phrase if special else other.words
    name = f"{words.snake(parts)[: naming.MAX_NAME]}_id"
    entity.put(
        Field(name=name, label=words.label(parts), type="reference", references=other.name, required=required)
    )
    return name


def have_several(entity: EntityDraft, other: EntityDraft) -> None:
    """'An order has items': each item refers to its order."""
    if other is entity or entity.reference_to(other):
        return
    if other.reference_to(entity):
        name = other.reference_to(entity)
    else:
        name = refer(other, entity, True)
    if (other.words[-1] in lexicon.GENERIC_PARTS or other.words[: len(entity.words)] == entity.words) and not other.parent:
        other.parent = name
