"""Checks every reference inside a specification; the engine returns none with problems."""

from __future__ import annotations

import keyword
import re
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from schemas.specification import Condition, Entity, Field, Specification
from streams.agents.business_analyzer import naming

_SNAKE = re.compile(r"[a-z][a-z0-9_]*\Z")
_KEBAB = re.compile(r"[a-z0-9][a-z0-9]*(-[a-z0-9]+)*\Z")
_PASCAL = re.compile(r"[A-Z][A-Za-z0-9]*\Z")
_CLOCK = re.compile(r"(now|today)([+-]\d+[smhd])?\Z")
_ORDERED = frozenset({"integer", "decimal", "money", "date", "datetime", "time"})
_NUMBERS = frozenset({"integer", "decimal", "money"})
_BUILT_IN = {"id": "integer", "created_at": "datetime", "updated_at": "datetime"}
_LONGEST = 80


def problems(spec: Specification) -> tuple[str, ...]:
    """What is wrong inside the specification, one sentence each: rule id or entity first."""
    return tuple(_all(spec))


def rule_problems(spec: Specification) -> dict[str, str]:
    """The first problem of each rule by the rule's id."""
    return {rule: text for text in _rules(spec) for rule in [text.split(":", 1)[0]]}


def _all(spec: Specification) -> Iterator[str]:
    if not spec.entities:
        yield "entities: there is none"
    yield from _package(spec)
    yield from _repeated("entity", [entity.name for entity in spec.entities])
    yield from _repeated("collection", [entity.plural for entity in spec.entities])
    yield from _repeated("operation", [operation.name for operation in spec.operations])
    yield from _repeated("request", [f"{o.method} {o.path}" for o in spec.operations])
    yield from _repeated("story", [story.id for story in spec.stories])
    yield from _repeated("question", [question.id for question in spec.open_questions])
    yield from _repeated("rule", [rule.id for rule in all_rules(spec)])
    for entity in spec.entities:
        yield from _entity(spec, entity)
    yield from _rules(spec)
    yield from _stories(spec)


def _package(spec: Specification) -> Iterator[str]:
    name = spec.package
    if (
        not _SNAKE.match(name)
        or keyword.iskeyword(name)
        or name in sys.stdlib_module_names
        or name in naming.TAKEN_MODULES
    ):
        yield f"package: {name!r} is no free module name"
    for role in spec.roles:
        if not _SNAKE.match(role):
            yield f"role: {role!r} is no name"


def _repeated(kind: str, names: list[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{name}: {kind} stands {count} times"


class _Rule:
    """What all rules have."""

    id: str
    entity: str


def all_rules(spec: Specification) -> Iterator[_Rule]:
    """All rules of all kinds."""
    from streams.agents.business_analyzer.draft import RULE_LISTS

    for name in RULE_LISTS:
        yield from getattr(spec, name)


def _entity(spec: Specification, entity: Entity) -> Iterator[str]:
    taken = entity.name in naming.TAKEN_ENTITIES or keyword.iskeyword(entity.name)
    if not _PASCAL.match(entity.name) or taken:
        yield f"{entity.name}: is no free class name"
    if not _KEBAB.match(entity.plural) or entity.plural in naming.TAKEN_PATHS:
        yield f"{entity.name}: {entity.plural!r} is no free path"
    if not entity.label.strip():
        yield f"{entity.name}: has no label"
    yield from _repeated(f"field of {entity.name}", [field.name for field in entity.fields])
    for field in entity.fields:
        yield from _field(spec, entity, field)
    if entity.parent:
        parent = entity.field(entity.parent)
        if parent is None or not parent.references or parent.references == entity.name:
            yield f"{entity.name}: parent {entity.parent!r} is no reference"
    if _needs_itself(spec, entity):
        yield f"{entity.name}: cannot be created, as its required references lead back to it"


def _needs_itself(spec: Specification, entity: Entity) -> bool:
    by_name = {other.name: other for other in spec.entities}
    open_names = [f.references for f in entity.fields if f.references and f.required]
    seen: set[str] = set()
    while open_names:
        name = open_names.pop()
        if name == entity.name:
            return True
        if name not in seen and name in by_name:
            seen.add(name)
            open_names.extend(f.references for f in by_name[name].fields if f.references and f.required)
    return False


def _field(spec: Specification, entity: Entity, field: Field) -> Iterator[str]:
    where = f"{entity.name}.{field.name}"
    yield from _field_name(where, entity, field)
    if (field.type == "reference") != bool(field.references):
        yield f"{where}: a reference and its entity go together"
    if field.references and not any(other.name == field.references for other in spec.entities):
        yield f"{where}: refers to {field.references!r}, which is unknown"
    if field.references and (not field.name.endswith("_id") or field.many):
        yield f"{where}: a reference ends in _id and is one value"
    if field.many and field.type in ("choice", "boolean", "reference"):
        yield f"{where}: is one value, not a list"
    if field.unique and (field.many or field.type == "boolean"):
        yield f"{where}: cannot be unique"
    if field.max_length < 0 or (field.max_length and field.type not in ("text", "long_text")):
        yield f"{where}: a length of a value that is no text"
    if field.type == "choice" and len(set(field.choices)) < 1:
        yield f"{where}: a choice without values"
    if len(set(field.choices)) != len(field.choices):
        yield f"{where}: a value stands twice"
    yield from _bounds(where, field)


def _field_name(where: str, entity: Entity, field: Field) -> Iterator[str]:
    name = field.name
    taken = keyword.iskeyword(name) or name in _BUILT_IN or naming.is_taken(name)
    if not _SNAKE.match(name) or taken or len(name) > _LONGEST:
        yield f"{where}: is no free field name"
    base, _, side = name.rpartition("_")
    other = entity.field(base) if side in ("from", "to") else None
    if other is not None and other.type in _ORDERED:
        yield f"{where}: is the name of a filter of {base}"
    if not field.label.strip():
        yield f"{where}: has no label"


def _bounds(where: str, field: Field) -> Iterator[str]:
    try:
        low = Decimal(field.minimum) if field.minimum else None
        high = Decimal(field.maximum) if field.maximum else None
        step = Decimal(field.multiple_of) if field.multiple_of else None
    except InvalidOperation:
        yield f"{where}: a bound is no number"
        return
    if low is not None and high is not None and low > high:
        yield f"{where}: the minimum is above the maximum"
    if step is not None and step <= 0:
        yield f"{where}: the step is not positive"
    if (field.minimum or field.maximum) and field.type not in _NUMBERS:
        yield f"{where}: bounds of a value that is no number"
    if field.default and field.type == "choice" and field.default not in field.choices:
        yield f"{where}: the default is none of the choices"
    if field.default and field.unique:
        yield f"{where}: a default that only one record could have"
    if field.type == "boolean" and field.default not in ("", "true", "false"):
        yield f"{where}: the default is neither true nor false"


def resolve(spec: Specification, entity: Entity, path: str) -> Field | None:
    """The field at the end of a path through references, None where it leads nowhere."""
    current: Entity | None = entity
    parts = path.split(".")
    for number, part in enumerate(parts):
        if current is None:
            return None
        field = current.field(part)
        if field is None and number == len(parts) - 1 and part in _BUILT_IN:
            return Field(name=part, label=part, type="integer" if part == "id" else "datetime")
        if field is None:
            return None
        if number == len(parts) - 1:
            return field
        current = next((e for e in spec.entities if e.name == field.references), None)
    return None


def _operand(spec: Specification, entity: Entity, operand: str) -> bool:
    return (
        operand.startswith("=") or bool(_CLOCK.match(operand)) or resolve(spec, entity, operand) is not None
    )


def _condition(spec: Specification, entity: Entity, rule: str, condition: Condition) -> Iterator[str]:
    if not _operand(spec, entity, condition.left) or condition.left.startswith("="):
        yield f"{rule}: {condition.left!r} is no field of {entity.name}"
    if condition.operator in ("is_null", "not_null"):
        return
    if not _operand(spec, entity, condition.right):
        yield f"{rule}: {condition.right!r} is no field of {entity.name}"
    left = resolve(spec, entity, condition.left)
    if left is not None and left.type == "choice" and condition.right.startswith("="):
        for value in condition.right[1:].split(","):
            if value not in left.choices:
                yield f"{rule}: {value!r} is no value of {condition.left}"
    if condition.operator in ("lt", "le", "gt", "ge") and left is not None and left.type not in _ORDERED:
        yield f"{rule}: {condition.left!r} has no order"
    right = resolve(spec, entity, condition.right)
    if left is not None and right is not None and condition.operator in ("lt", "le", "gt", "ge", "eq", "ne"):
        yield from _comparable(rule, left, right)


def _comparable(rule: str, left: Field, right: Field) -> Iterator[str]:
    families = (_NUMBERS, frozenset({"date", "datetime"}), frozenset({"time"}))
    for family in families:
        if (left.type in family) != (right.type in family):
            yield f"{rule}: {left.name!r} and {right.name!r} cannot be compared"
            return


def _rules(spec: Specification) -> Iterator[str]:
    from streams.agents.business_analyzer import rule_validation

    by_name = {entity.name: entity for entity in spec.entities}
    for rule in all_rules(spec):
        entity = by_name.get(rule.entity)
        if entity is None:
            yield f"{rule.id}: {rule.entity!r} is no entity"
        elif not _KEBAB.match(rule.id):
            yield f"{rule.id}: is no rule id"
        else:
            yield from rule_validation.check(spec, entity, rule)


def _stories(spec: Specification) -> Iterator[str]:
    features = {feature.id for feature in spec.features}
    names = {operation.name for operation in spec.operations}
    criteria = [criterion.id for story in spec.stories for criterion in story.criteria]
    yield from _repeated("criterion", criteria)
    known = {rule.id for rule in all_rules(spec)}
    for story in spec.stories:
        if story.feature not in features:
            yield f"{story.id}: feature {story.feature!r} is unknown"
        for name in story.operations:
            if name not in names:
                yield f"{story.id}: operation {name!r} is unknown"
        for criterion in story.criteria:
            if (
                criterion.target
                and criterion.target not in known
                and not _is_field(spec, criterion.entity, criterion.target)
            ):
                yield f"{criterion.id}: target {criterion.target!r} is unknown"


def _is_field(spec: Specification, entity: str, name: str) -> bool:
    return any(e.name == entity and e.field(name) is not None for e in spec.entities)
