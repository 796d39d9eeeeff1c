"""Writes `schemas/<entity>.py`: what requests may hold and what answers look like."""

from __future__ import annotations

from decimal import Decimal

from schemas.specification import Action, Field
from streams.agents.backend_developer import expressions
from streams.agents.backend_developer.plan import BUILT_IN, NUMBERS, ORDERED, TEXTS, EntityPlan, attribute
from streams.agents.backend_developer.source import a, call, docstring, indented, module

_BODY = {
    "integer": "Integer",
    "decimal": "Number",
    "money": "Money",
    "boolean": "StrictBool",
    "date": "Date",
    "datetime": "Moment",
    "time": "Time",
    "email": "Email",
    "url": "Url",
    "phone": "Phone",
    "reference": "Id",
}
_QUERY = {
    **_BODY,
    "integer": "QueryInteger",
    "boolean": "bool",
    "reference": "QueryId",
    "email": "QueryText",
    "url": "QueryText",
    "phone": "QueryText",
    "text": "QueryText",
    "long_text": "QueryText",
}
_ANSWER = {
    "integer": "int",
    "reference": "int",
    "decimal": "NumberText",
    "money": "MoneyText",
    "boolean": "bool",
    "date": "dt.date",
    "datetime": "dt.datetime",
    "time": "dt.time",
}
_LENGTHS = {"text": 255, "long_text": 20_000}
_MOST_ITEMS = 100
VALUE_NAMES = (
    "LARGEST, Answer, Body, Date, Email, FilledText, Id, Integer, IsWhole, Moment, Money, MoneyText, Number,"
    " NumberText, Phone, Query, QueryId, QueryInteger, QueryText, Text, Time, Url, left_out"
)


def schemas(entity: EntityPlan) -> str:
    """The module's source."""
    package = entity.plan.spec.package
    body = [*_aliases(entity)]
    for lines in (_create(entity), _update(entity), _replace(entity), *_inputs(entity), _read(entity)):
        body += ["", "", *lines] if lines else []
    body += ["", "", *_page(entity), "", "", *_filter(entity), "", "", *_query(entity)]
    imports = (
        "import datetime as dt",
        "from decimal import Decimal",
        "from typing import Annotated, ClassVar, Literal",
        "",
        "from pydantic import Field, StrictBool",
        "",
        f"from {package} import clock",
        f"from {package}.values import {VALUE_NAMES}",
    )
    return module(f"Requests and answers about {entity.entity.plural.replace('-', ' ')}.", imports, body)


def alias(entity: EntityPlan, field: Field) -> str:
    """Name of the type of a field's values in bodies."""
    words = "".join(part.capitalize() for part in field.name.split("_"))
    return f"{entity.name}{words}Value"


def _aliases(entity: EntityPlan) -> list[str]:
    fields = [f for f in entity.fields if f in entity.writable or f.type == "choice"]
    return [line for field in fields for line in _assigned(alias(entity, field), _alias(field))]


def _assigned(name: str, parts: list[str]) -> list[str]:
    return [f"{name} = {parts[0]}"] if len(parts) == 1 else _subscript(name, parts)


def _subscript(name: str, parts: list[str]) -> list[str]:
    line = f"{name} = {parts[0]}[{', '.join(parts[1:])}]"
    if len(line) <= 100:
        return [line]
    return [f"{name} = {parts[0]}[", *(f"    {part}," for part in parts[1:]), "]"]


def _alias(field: Field) -> list[str]:
    """The type as a head and what stands in its brackets."""
    one = _one(field)
    if not field.many:
        return one
    inner = one[0] if len(one) == 1 else f"{one[0]}[{', '.join(one[1:])}]"
    return ["Annotated", f"list[{inner}]", f"Field(max_length={_MOST_ITEMS})"]


def _one(field: Field) -> list[str]:
    if field.type == "choice":
        return ["Literal", *(expressions.quoted(choice) for choice in field.choices)]
    if field.type in _LENGTHS:
        head = "FilledText" if field.required or field.many else "Text"
        return ["Annotated", head, f"Field(max_length={field.max_length or _LENGTHS[field.type]})"]
    head = _BODY[field.type]
    limits = _bounds(field) if field.type in NUMBERS else []
    if field.type in TEXTS and field.max_length:
        limits.append(f"max_length={field.max_length}")
    if not limits:
        return [head]
    if field.type == "integer":
        limits += [] if field.minimum else ["ge=-LARGEST"]
        limits += [] if field.maximum else ["le=LARGEST"]
        return ["Annotated", "int", f"Field({', '.join(limits)})", "IsWhole"]
    return ["Annotated", head, f"Field({', '.join(limits)})"]


def _bounds(field: Field) -> list[str]:
    found = []
    if field.minimum:
        found.append(f"{'gt' if field.exclusive_minimum else 'ge'}={_number(field.minimum, field)}")
    if field.maximum:
        found.append(f"le={_number(field.maximum, field)}")
    if field.multiple_of:
        found.append(f"multiple_of={_step(field.multiple_of)}")
    return found


def _number(text: str, field: Field) -> str:
    number = Decimal(text)
    if number == int(number):
        return str(int(number))
    return f'Decimal("{number:f}")' if field.type != "integer" else str(number)


def _step(text: str) -> str:
    number = Decimal(text)
    if number == int(number):
        return str(int(number))
    return f"{number:f}" if Decimal(float(number)) == number else f'Decimal("{number:f}")'


def _line(name: str, type_: str, default: str = "") -> list[str]:
    """One field of a model; where Python cannot have its name, the request's name is an alias."""
    own = attribute(name)
    if own != name:
        default = (
            default.removeprefix("Field(").removesuffix(")")
            if default.startswith("Field(")
            else (f"default={default}" if default else "")
        )
        default = f"Field({', '.join(filter(None, [default, f'alias={expressions.quoted(name)}']))})"
    return [f"{own}: {type_} = {default}" if default else f"{own}: {type_}"]


def _body_null(entity: EntityPlan, field: Field) -> str:
    """Whether null may stand for the field, as text to add to its type."""
    never = field.required or field.many or field.name == entity.state
    return "" if never else " | None"


def _class(name: str, base: str, text: str, lines: list[str]) -> list[str]:
    return [f"class {name}({base}):", *indented([docstring(text), *([""] if lines else []), *lines])]


def _ignored(entity: EntityPlan) -> list[str]:
    names = ", ".join(expressions.quoted(name) for name in entity.read_only)
    return [*call("read_only: ClassVar[frozenset[str]] = frozenset", [f"{{{names}}}"]), ""]


def _create(entity: EntityPlan) -> list[str]:
    lines = _ignored(entity)
    for field in entity.writable:
        type_ = f"{alias(entity, field)}{_body_null(entity, field)}"
        lines += _line(
            field.name,
            type_,
            "" if field.required and field.name != entity.state else _default(entity, field),
        )
    return _class(f"{entity.name}Create", "Body", f"What a new {entity.label} is made of.", lines)


def _default(entity: EntityPlan, field: Field) -> str:
    if field.name == entity.state:
        machine = entity.plan.spec.machine(entity.name)
        assert machine is not None
        return expressions.quoted(machine.initial)
    if field.many:
        items = [item.strip() for item in field.default.split(",") if item.strip()]
        texts = ", ".join(expressions.literal(item, field.type) for item in items)
        return f"Field(default_factory=lambda: [{texts}])" if items else "Field(default_factory=list)"
    return _moment_default(field) or (
        expressions.literal(field.default, field.type) if field.default else "None"
    )


def _moment_default(field: Field) -> str:
    if field.default not in ("now", "today"):
        return ""
    if field.type == "datetime":
        return "Field(default_factory=lambda: clock.now())"
    return "Field(default_factory=lambda: clock.now().date())"


def _update(entity: EntityPlan) -> list[str]:
    lines = _ignored(entity)
    for field in entity.writable:
        type_ = f"{alias(entity, field)}{_body_null(entity, field)}"
        lines += _line(field.name, type_, "Field(default_factory=left_out)")
    return _class(f"{entity.name}Update", "Body", f"What a change of {a(entity.label)} may hold.", lines)


def _replace(entity: EntityPlan) -> list[str]:
    lines: list[str] = []
    for field in entity.writable:
        if field.required and field.name != entity.state:
            lines += _line(field.name, alias(entity, field))
    text = f"What a replacement of {a(entity.label)} must hold."
    return _class(f"{entity.name}Replace", f"{entity.name}Update", text, lines)


def inputs_class(entity: EntityPlan, name: str) -> str:
    """Class of the body of an action."""
    return f"{entity.name}{''.join(part.capitalize() for part in name.split('-'))}Inputs"


def action_inputs(actions: list[Action]) -> list[str]:
    """Inputs of all actions of one name."""
    return list(dict.fromkeys(name for action in actions for name in action.inputs))


def always_required(actions: list[Action]) -> list[str]:
    """Inputs that each action of the name requires."""
    return [
        name for name in action_inputs(actions) if all(name in action.required_inputs for action in actions)
    ]


def _inputs(entity: EntityPlan) -> list[list[str]]:
    found = []
    for name, actions in entity.actions.items():
        lines: list[str] = []
        for input_ in action_inputs(actions):
            field = entity.field(input_)
            if input_ in always_required(actions):
                lines += _line(input_, input_type(entity, field))
            else:
                type_ = f"{input_type(entity, field)}{_body_null(entity, field)}"
                lines += _line(input_, type_, "Field(default_factory=left_out)")
        text = f"What goes with the step '{name}' of {a(entity.label)}."
        found.append(_class(inputs_class(entity, name), "Body", text, lines))
    return found


def input_type(entity: EntityPlan, field: Field) -> str:
    """Type of an input; one that only actions set has no alias."""
    if field in entity.writable or field.type == "choice":
        return alias(entity, field)
    parts = _alias(field)
    return parts[0] if len(parts) == 1 else f"{parts[0]}[{', '.join(parts[1:])}]"


def answer_type(entity: EntityPlan, field: Field) -> str:
    """Type of a field in answers."""
    plain = (
        alias(entity, field) if field.type == "choice" and not field.many else _ANSWER.get(field.type, "str")
    )
    if field.many and field.type == "choice":
        return alias(entity, field)
    return f"list[{plain}]" if field.many else plain


def _read(entity: EntityPlan) -> list[str]:
    lines = ["id: int"]
    for field in entity.fields:
        null = " | None" if entity.nullable(field) else ""
        own = attribute(field.name)
        renamed = (
            f" = Field(serialization_alias={expressions.quoted(field.name)})" if own != field.name else ""
        )
        lines.append(f"{own}: {answer_type(entity, field)}{null}{renamed}")
    lines += ["created_at: dt.datetime", "updated_at: dt.datetime"]
    return _class(f"{entity.name}Read", "Answer", f"{a(entity.label).capitalize()} as it is kept.", lines)


def _page(entity: EntityPlan) -> list[str]:
    lines = [f"items: list[{entity.name}Read]", "total: int", "limit: int", "offset: int"]
    return _class(
        f"{entity.name}Page",
        "Answer",
        f"Some {entity.entity.plural.replace('-', ' ')}, and how many there are.",
        lines,
    )


def query_type(entity: EntityPlan, field: Field) -> str:
    """Type of a filter."""
    if field.type == "choice":
        return alias(entity, field)
    return _QUERY[field.type]


def filter_names(entity: EntityPlan) -> list[tuple[str, Field, str]]:
    """Query parameter, field and comparison of each filter."""
    taken = {field.name for field in entity.fields} | set(BUILT_IN) | {"limit", "offset", "sort", "q"}
    found = []
    for field in entity.filters:
        found.append((field.name, field, "eq"))
        if field.type in ORDERED:
            for suffix, comparison in (("from", "ge"), ("to", "le")):
                name = f"{field.name}_{suffix}"
                if name not in taken:
                    found.append((name, field, comparison))
    return found


def _filter(entity: EntityPlan) -> list[str]:
    lines: list[str] = []
    for name, field, _ in filter_names(entity):
        lines += _line(name, query_type(entity, field), "Field(default_factory=left_out)")
    if entity.is_searched:
        lines.append("q: QueryText = Field(default_factory=left_out)")
    return _class(
        f"{entity.name}Filter",
        "Query",
        f"Which {entity.entity.plural.replace('-', ' ')} are asked for.",
        lines,
    )


def _query(entity: EntityPlan) -> list[str]:
    names = ["id", *(field.name for field in entity.filters)]
    values = [f'"{sign}{name}"' for name in names for sign in ("", "-")]
    lines = ["sort: Literal[", *(f"    {value}," for value in values), '] = "id"']
    lines += [
        "limit: int = Field(default=50, ge=1, le=200)",
        "offset: int = Field(default=0, ge=0, le=2**63 - 1)",
    ]
    text = f"Which {entity.entity.plural.replace('-', ' ')} are asked for, in which order, and how many."
    return _class(f"{entity.name}Query", f"{entity.name}Filter", text, lines)
