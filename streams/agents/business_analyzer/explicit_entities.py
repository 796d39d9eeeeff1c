"""Entities and fields as JSON gives them, put into the draft."""

from __future__ import annotations

import re
from dataclasses import replace

from schemas.specification import Field, FieldType
from streams.agents.business_analyzer import field_making, naming, words
from streams.agents.business_analyzer.attributes import Attribute, attributes, singular_words
from streams.agents.business_analyzer.document import DeclaredEntity, DeclaredField
from streams.agents.business_analyzer.draft import MAX_FIELDS, Draft, EntityDraft
from streams.agents.business_analyzer.entity_fields import put, refer
from streams.agents.business_analyzer.tokens import tokenise

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# What a plain 'string' may be by its name, and what a 'number' may be.
_FINER: dict[str, frozenset[FieldType]] = {
    "text": frozenset({"email", "url", "phone", "long_text"}),
    "decimal": frozenset({"money"}),
    "integer": frozenset({"money"}),
    "date": frozenset({"datetime"}),
}


def _words(name: str) -> tuple[str, ...]:
    return singular_words(re.sub(r"[-_.]+", " ", _CAMEL.sub(" ", name)))


def add_name(draft: Draft, explicit: DeclaredEntity) -> None:
    """The entity by its name, so that fields can refer to it."""
    parts = _words(explicit.name)
    entity = draft.add(parts) if parts else None
    if entity is not None:
        entity.explicit = entity.declared = True
        entity.states = entity.states or explicit.states
        entity.source = entity.source or explicit.description


def add_fields(draft: Draft, explicit: DeclaredEntity) -> None:
    """The fields of the entity."""
    entity = draft.resolve(_words(explicit.name))
    if entity is None:
        return
    for declared in explicit.fields:
        _add_field(draft, entity, declared)


def _attribute(draft: Draft, name: str) -> Attribute | None:
    """The name as an attribute; what stands in parentheses is its detail."""
    name = re.sub(r"[_.]+", " ", _CAMEL.sub(" ", name)).strip()
    name = re.sub(r"[^\w\s()/,|%.+-]", " ", name)
    bare, _, detail = name.partition("(")
    parts = tuple(bare.lower().split())
    if not parts:
        return None
    if "-" in bare and "e-mail" not in parts:
        parts = tuple(part for word in parts for part in word.split("-") if part)
    found = attributes(tokenise(name)) if len(parts) > 4 else []
    if found:
        return found[0]
    if parts[-1] == "id" and len(parts) > 1 and draft.resolve(parts[:-1]):
        parts = parts[:-1]
        return Attribute(words=(*parts[:-1], words.singular(parts[-1])), written=words.singular(parts[-1]))
    return Attribute(
        words=(*parts[:-1], words.singular(parts[-1])),
        written=parts[-1],
        plural=words.is_plural(parts[-1]),
        detail=detail.strip(" )"),
    )


def _add_field(draft: Draft, entity: EntityDraft, declared: DeclaredField) -> None:
    attribute = _attribute(draft, declared.name)
    if attribute is None:
        return
    target = _target(draft, declared)
    if target is not None:
        name = attribute.words
        if name[-1] in ("id", "ref") and len(name) > 1:
            name = name[:-1]
        if not (declared.many and target is not entity and attribute.plural):
            refer(entity, target, declared.required is not False, name)
        return
    if declared.choices or declared.many or _plain_type(declared):
        made = field_making.field_of(attribute, entity.words)
        if made is None or made.name in ("id", "created_at", "updated_at"):
            return
        if (
            _names_entity(draft, attribute)
            and not declared.choices
            and _plain_type(declared) in ("integer", "text", "")
        ):
            put(draft, entity, attribute)
            known = entity.fields.get(f"{words.snake(attribute.words)}_id")
            if known is not None and declared.required is not None:
                entity.change(known.name, required=declared.required)
            return
        if len(entity.fields) < MAX_FIELDS:
            entity.fields[made.name] = _typed(made, declared)
        return
    before = set(entity.fields)
    detail = " , ".join(filter(None, (attribute.detail, declared.type)))
    plain = put(draft, entity, replace(attribute, detail=detail))
    for added in (set(entity.fields) - before) | ({plain.name} if plain is not None else set()):
        if added in entity.fields:
            entity.fields[added] = _marked(entity.fields[added], declared)


def _target(draft: Draft, declared: DeclaredField) -> EntityDraft | None:
    """The entity that the field refers to by its declared reference or by its type."""
    if declared.references:
        return draft.resolve(_words(declared.references))
    if (
        re.fullmatch(r"[A-Z][A-Za-z]+|[a-z]+(?:_[a-z]+)*", declared.type)
        and declared.type.lower() not in field_making.TYPE_WORDS
    ):
        parts = _words(declared.type)
        return next((e for e in draft.entities if e.words == parts), None)
    return None


def _names_entity(draft: Draft, attribute: Attribute) -> bool:
    return any(attribute.words == other.words for other in draft.entities)


def _plain_type(declared: DeclaredField) -> FieldType | None:
    return field_making.TYPE_WORDS.get(declared.type.strip().lower())


def _typed(made: Field, declared: DeclaredField) -> Field:
    """The field with its declared type, unless its name tells a finer one."""
    if declared.choices:
        made = field_making.with_choices(replace(made, many=False), list(declared.choices))
        return _marked(made, declared)
    kind = _plain_type(declared)
    if kind and made.type not in _FINER.get(kind, frozenset()) and (made.type != kind or made.many):
        made = replace(
            made,
            type=kind,
            many=False,
            minimum="" if kind not in ("integer", "decimal", "money") else made.minimum,
        )
    if declared.many:
        inner: FieldType = (
            made.type if made.type not in ("choice", "reference", "boolean", "long_text") else "text"
        )
        made = replace(made, many=True, type=inner, minimum="", maximum="")
    return _marked(made, declared)


def _marked(made: Field, declared: DeclaredField) -> Field:
    """The field with the marks that JSON gives it."""
    if declared.required is not None:
        made = replace(made, required=declared.required)
    if declared.unique and made.type not in ("boolean",) and not made.many:
        made = replace(made, unique=True)
    if made.type in ("integer", "decimal", "money") and not made.choices:
        made = replace(
            made,
            minimum=declared.minimum or made.minimum,
            maximum=declared.maximum or made.maximum,
            exclusive_minimum=declared.exclusive_minimum or made.exclusive_minimum,
        )
    if made.type in ("text", "long_text") and declared.max_length:
        made = replace(made, max_length=declared.max_length)
    return _with_default(made, declared.default)


def _with_default(made: Field, default: str) -> Field:
    value = naming.choice_value(default) if made.type == "choice" else default
    fits = value in made.choices if made.choices else made.type in ("text", "long_text") and len(value) <= 200
    if made.type in ("integer", "decimal", "money") and not made.choices:
        fits = bool(re.fullmatch(r"-?\d{1,12}(\.\d{1,2})?", value)) and (
            made.type != "integer" or "." not in value
        )
    if not value or not fits or made.unique or made.many:
        return made
    return replace(made, default=value, required=False)
