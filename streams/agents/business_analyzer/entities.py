"""The entities of a requirement with their fields and references."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from schemas.specification import Field
from streams.agents.business_analyzer import field_making, field_types, lexicon, naming, people, words
from streams.agents.business_analyzer.attributes import Attribute, attributes, singular_words
from streams.agents.business_analyzer.clauses import Clause, clauses
from streams.agents.business_analyzer.declarations import CONTAINERS, Declaration, canonical, declarations, objects, subject_words
from streams.agents.business_analyzer.document import DeclaredEntity, DeclaredField
from streams.agents.business_analyzer.draft import Draft, EntityDraft, Words
from streams.agents.business_analyzer.phrases import Phrase, noun_phrases
from streams.agents.business_analyzer.tokens import tokenise


def collect(draft: Draft) -> None:
    """Fill the draft with entities, fields and references."""
    declared = [
        declaration
        for index, sentence in enumerate(draft.document.sentences)
        for declaration in declarations(sentence.text, index)
    ]
    for explicit in draft.document.entities:
        _explicit_name(draft, explicit)
    _names(draft, declared)
    _handled_objects(draft)
    _prefer_common_names(draft)
    for explicit in draft.document.entities:
        _explicit_fields(draft, explicit)
    for declaration in declared:
        _fields(draft, declaration)
    _drop_mere_containers(draft)
    _roles(draft)


def _drop_mere_containers(draft: Draft) -> None:
    """'The menu has dishes': the menu is the list of dishes, not a record."""
    for entity in list(draft.entities):
        if entity.explicit or entity.fields or entity.words[-1] not in CONTAINERS or len(entity.words) > 1:
            continue
        draft.entities.remove(entity)
        for other in draft.entities:
            for made in [f for f in other.fields.values() if f.references == entity.name]:
                del other.fields[made.name]
                other.parent = "" if other.parent == made.name else other.parent


def _names(draft: Draft, declared: list[Declaration]) -> None:
    for declaration in declared:
        if declaration.weak or not _is_thing(declaration.subject):
            continue
        known = draft.resolve(declaration.subject)
        if known is None:
            known = _add(draft, declaration)
        if known is not None:
            known.declared = True
            known.aliases.add(declaration.subject)
            known.source = known.source or draft.document.sentences[declaration.sentence].text


def _add(draft: Draft, declaration: Declaration) -> EntityDraft | None:
    """A generic part ('lines' of an invoice) gets the name of its owner in front."""
    subject = declaration.subject
    if len(subject) == 1 and subject[0] in lexicon.GENERIC_PARTS:
        owner = declaration.owner or _owner_of(draft, subject[0])
        if owner:
            entity = draft.add((*owner, *subject))
            if entity is not None:
                entity.aliases.add(subject)
            return entity
    return draft.add(subject)


def _owner_of(draft: Draft, part: str) -> Words:
    """The entity that is said to have these parts."""
    several = words.plural(part)
    for sentence in draft.document.sentences:
        for clause in clauses(canonical(sentence.text)):
            if clause.verbs[0] in ("have", "contain", "include", "consist") and re.search(
                rf"\b({several}|{part})\b", clause.rest_text
            ):
                phrases = noun_phrases(clause.subject)
                if phrases and phrases[-1].head not in (part,):
                    return subject_words(phrases[-1])
    return ()


def _is_thing(subject: Words) -> bool:
    head = subject[-1]
    if not re.search(r"[a-z]", head):
        return False
    if head in lexicon.NOT_THINGS and not (len(subject) > 1 and head in lexicon.DATA_THINGS):
        return False
    return not (field_types.is_data_head(head) and len(subject) == 1 and head not in lexicon.DATA_THINGS)


def _handled_objects(draft: Draft) -> None:
    """Things that people create, keep or work on, though no attribute is named."""
    for sentence in draft.document.sentences:
        for clause in clauses(sentence.text):
            for phrase in _created(clause):
                subject = subject_words(phrase)
                if draft.resolve(subject) is None and _is_thing(subject) and _concrete(draft, subject, phrase):
                    entity = draft.add(subject)
                    if entity is not None:
                        entity.source = sentence.text
        for phrase in _tracked(sentence.text):
            subject = subject_words(phrase)
            if draft.resolve(subject) is None and _is_thing(subject) and not people.is_person(subject[-1]):
                draft.add(subject)


def _created(clause: Clause) -> list[Phrase]:
    """Objects of verbs that make or keep a record."""
    if clause.negative or clause.lead in ("if", "unless"):
        return []
    if clause.passive:
        making = [verb for verb in clause.verbs if verb in lexicon.MAKING]
        return noun_phrases(clause.subject)[-1:] if making and clause.modal else []
    if any(verb in lexicon.MAKING for verb in clause.verbs):
        return [phrase for phrase in objects(clause) if phrase.words]
    return []


def _tracked(text: str) -> list[Phrase]:
    """'keep track of tasks', 'a list of suppliers'."""
    match = re.search(r"\b(?:keep|keeps|keeping) (?:track|a record|records|a list) of (.+)$", text, re.I)
    match = match or re.search(r"\b(?:tracks?|manages?|tracking|managing|organi[sz]es?) (.+)$", text, re.I)
    if not match:
        return []
    tokens = tokenise(match[1])
    stop = next((i for i, t in enumerate(tokens) if t.tag in ("PREP", "TO", "SUB", "V") and not t.group), len(tokens))
    return noun_phrases(tokens[:stop])


def _concrete(draft: Draft, subject: Words, phrase: Phrase) -> bool:
    if people.is_person(subject[-1]) and not phrase.plural and phrase.determiner not in ("a", "an", "new"):
        return False
    if field_types.is_data_head(subject[-1]):
        return False
    if words.verb_lemma(subject[-1]) and not phrase.plural and not phrase.determiner:
        return False
    known_fields = {name for entity in draft.entities for name in entity.fields}
    return words.snake(subject) not in known_fields


def _prefer_common_names(draft: Draft) -> None:
    """'support tickets' that the text mostly calls tickets are tickets."""
    text = " ".join(sentence.low for sentence in draft.document.sentences)
    counts = Counter(words.singular(word) for word in re.findall(r"[a-z][a-z\-]+", text))
    for entity in draft.entities:
        if entity.explicit or len(entity.words) < 2 or entity.words[-1] in lexicon.GENERIC_PARTS:
            continue
        short = entity.words[-1:]
        others = [e for e in draft.entities if e is not entity and e.words[-1:] == short]
        several = words.plural(short[0])
        long_form = " ".join(entity.words)
        long_several = " ".join((*entity.words[:-1], several))
        longs = len(re.findall(rf"\b(?:{re.escape(long_form)}|{re.escape(long_several)})\b", text))
        if not others and counts[short[0]] - longs > longs and short[0] not in lexicon.NOT_THINGS:
            entity.aliases.add(entity.words)
            entity.words = short


def _explicit_name(draft: Draft, explicit: DeclaredEntity) -> None:
    parts = singular_words(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", explicit.name))
    entity = draft.add(parts) if parts else None
    if entity is not None:
        entity.explicit = entity.declared = True
        entity.states = explicit.states
        entity.source = explicit.description


def _explicit_fields(draft: Draft, explicit: DeclaredEntity) -> None:
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
            _refer(entity, target, declared.required is not False, attribute.words)
            return
    made = _put(draft, entity, replace(attribute, detail=" ".join(filter(None, (attribute.detail, declared.type)))))
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


def _fields(draft: Draft, declaration: Declaration) -> None:
    if _line_of(draft, declaration):
        return
    entity = draft.resolve(declaration.subject)
    if entity is None:
        return
    owner = draft.resolve(declaration.owner) if declaration.owner else None
    if owner is not None and owner is not entity:
        _part_of(entity, owner)
    for attribute in declaration.attributes:
        _put(draft, entity, attribute)


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
    _part_of(line, whole)
    _refer(line, entity, True)
    for attribute in declaration.attributes:
        name = replace(attribute, words=(*attribute.words[:-1], words.singular(attribute.words[-1])),
                       written=words.singular(attribute.written) if attribute.head != "note" else attribute.written,
                       plural=False)  # fmt: skip
        _put(draft, line, name)
    return True


def _whole(draft: Draft, text: str, part: EntityDraft) -> EntityDraft | None:
    for clause in clauses(text):
        for phrase in (*noun_phrases(clause.subject), *noun_phrases(clause.rest)):
            entity = draft.resolve(subject_words(phrase))
            if entity is not None and entity is not part:
                return entity
    return None


def _part_of(part: EntityDraft, whole: EntityDraft) -> None:
    name = part.reference_to(whole) or _refer(part, whole, True)
    if not whole.parent and not part.parent:
        part.parent = name


def _put(draft: Draft, entity: EntityDraft, attribute: Attribute) -> Field | None:
    """The attribute as a field, a reference or a part."""
    other = _referred(draft, entity, attribute)
    if other is not None:
        if attribute.plural and not re.search(r"\b(one|single)\b", attribute.determiner):
            _many(entity, other)
            return None
        required = attribute.optional is not True and not re.search(r"\boptional\b", attribute.detail)
        _refer(entity, other, required, attribute.words)
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


def _refer(entity: EntityDraft, other: EntityDraft, required: bool, phrase: Words = ()) -> str:
    """A reference; its name is that of the phrase where it says more than the entity's name."""
    special = bool(phrase) and phrase != other.words and phrase not in other.aliases
    parts = phrase if special else other.words
    name = f"{words.snake(parts)[: naming.MAX_NAME]}_id"
    entity.put(
        Field(name=name, label=words.label(parts), type="reference", references=other.name, required=required)
    )
    return name


def _many(entity: EntityDraft, other: EntityDraft) -> None:
    """'An order has items': each item refers to its order."""
    if other is entity or entity.reference_to(other):
        return
    if other.reference_to(entity):
        name = other.reference_to(entity)
    else:
        name = _refer(other, entity, True)
    if (other.words[-1] in lexicon.GENERIC_PARTS or other.words[: len(entity.words)] == entity.words) and not other.parent:
        other.parent = name


def _roles(draft: Draft) -> None:
    for role in draft.document.roles:
        _role(draft, tuple(role.lower().split()))
    for sentence in draft.document.sentences:
        if sentence.role:
            _role(draft, tuple(sentence.role.split()))
        for clause in clauses(sentence.text):
            acting = clause.modal in ("can", "may", "") and not clause.passive and clause.verbs[0] not in ("have", "be")
            if acting:
                for phrase in noun_phrases(clause.subject):
                    if people.is_person(phrase.head) and phrase.head not in lexicon.ANYONE:
                        _role(draft, subject_words(phrase))
            for match in re.finditer(r"\bby (?:an? |the |their )?([a-z][a-z-]+(?: [a-z][a-z-]+)?)", clause.rest_text):
                parts = tuple(match[1].split())
                for candidate in (parts, parts[:1]):
                    if clause.passive and people.is_person(candidate[-1]) and candidate[-1] not in lexicon.ANYONE:
                        _role(draft, candidate)
                        break


def _role(draft: Draft, phrase: Words) -> None:
    kept = tuple(word for word in phrase if re.search(r"[a-z]", word) and word not in ("the", "a", "an"))
    name = people.role_name(kept) if kept else ""
    if name and name not in draft.roles and len(draft.roles) < 30:
        draft.roles.append(name)
