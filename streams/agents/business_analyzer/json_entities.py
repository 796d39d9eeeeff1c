"""Entities and fields that JSON gives outright: lists, maps, JSON Schema, OpenAPI components."""

from __future__ import annotations

import re
from collections.abc import Iterator

from streams.agents.business_analyzer.document import DeclaredEntity, DeclaredField
from streams.agents.business_analyzer.json_values import MAX_ITEMS, Json, by_key, first_text, key, strings
from streams.agents.business_analyzer.text_reader import clean

FIELD_KEYS = frozenset("fields attributes properties columns props members data".split())
STATE_KEYS = frozenset("stages stage statuses status states state workflow lifecycle pipeline".split())
NOT_FIELDS = frozenset(
    "rules constraints operations actions validations businessrules relations relationships description"
    " states statuses stages workflow required type behaviour behavior lifecycle permissions"
    " associations plural summary endpoints notes additionalproperties schema example examples".split()
)
_NAMES = ("name", "entity", "title", "model", "resource", "table", "class", "key", "id")
_VALUES = ("values", "enum", "choices", "options", "allowed", "allowedvalues", "oneof")
_REFERENCES = (
    "references", "ref", "entity", "foreignkey", "relation", "target", "refersto", "fk", "targetentity", "to"
)  # fmt: skip
_LIST_TYPE = re.compile(
    r"^(?:array|list|set|collection)(?: of |<|\[|\()?\s*([\w ]*?)[>\])]?$|^(\w+)\[\]$", re.IGNORECASE
)


def entity_shaped(value: Json) -> bool:
    """Whether an object plainly lists fields."""
    if not isinstance(value, dict):
        return False
    return any(
        key(name) in FIELD_KEYS - {"data", "members"} and isinstance(member, list | dict | str)
        for name, member in value.items()
    )


def named(value: dict[str, Json]) -> str:
    """The name that an object gives itself, '' for none."""
    return first_text(by_key(value), *_NAMES[:-2])


def without_name(value: dict[str, Json]) -> dict[str, Json]:
    """The members but the first that names the object."""
    low = [name for name in _NAMES[:-2] if isinstance(by_key(value).get(name), str)]
    return {name: member for name, member in value.items() if not low or key(name) != low[0]}


def entities(name: str, value: Json) -> list[DeclaredEntity]:
    """The entity of the name, and entities that are nested in it as lists of objects."""
    if not re.search(r"[^\W\d_]", name):
        return []
    states: list[str] = []
    description = ""
    source: Json = value
    required: frozenset[str] | None = None
    if isinstance(value, dict):
        low = by_key(value)
        for state_key in sorted(STATE_KEYS & set(low)):
            found = low[state_key]
            if isinstance(found, list):
                states = strings(found)
        description = first_text(low, "description", "summary")
        listed = low.get("required")
        required = frozenset(strings(listed)) if isinstance(listed, list) else None
        inner = next((low[k] for k in FIELD_KEYS if isinstance(low.get(k), list | dict | str)), None)
        source = inner if inner is not None else _plain_members(value)
    if isinstance(source, str):
        source = [part.strip() for part in re.split(r",(?![^(]*\))", source) if part.strip()]
    fields: list[DeclaredField] = []
    nested: list[DeclaredEntity] = []
    marked = isinstance(source, list) and any(
        isinstance(item, dict) and by_key(item).get("required") is True for item in source
    )
    if marked and required is None:
        required = frozenset(
            own
            for own, member in _members(source)
            if isinstance(member, dict)
            and by_key(member).get("required") is not False
            and (by_key(member).get("required") is True)
        )
    for field_name, member in _members(source):
        children = _children(name, field_name, member)
        nested.extend(children)
        if not children:
            fields.extend(_fields(field_name, member, None if required is None else field_name in required))
    return [
        DeclaredEntity(name=name, fields=tuple(fields), states=tuple(states), description=description),
        *nested,
    ]


def _plain_members(value: dict[str, Json]) -> dict[str, Json]:
    return {name: member for name, member in value.items() if key(name) not in NOT_FIELDS or _is_type(member)}


def _is_type(member: Json) -> bool:
    """'type: string' is a field of that name; 'description: What a visitor sees' is about the entity."""
    return isinstance(member, str) and bool(
        re.fullmatch(
            r"(?:string|str|text|int|integer|number|float|decimal|date|datetime|boolean|bool|money|email"
            r"|enum)\b.{0,40}",
            member,
        )
    )


def _members(source: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(source, dict):
        for name, member in list(source.items())[:MAX_ITEMS]:
            yield clean(name), member
    elif isinstance(source, list):
        for item in source[:MAX_ITEMS]:
            if isinstance(item, str):
                name, _, kind = clean(item).partition(":")
                yield name.strip(), kind.strip() or None
            elif isinstance(item, dict):
                low = by_key(item)
                own = first_text(low, "name", "field", "title", "label", "column", "key", "attribute")
                if own:
                    yield own, item
                elif len(item) == 1:
                    only, inner = next(iter(item.items()))
                    yield clean(only), inner


def _children(owner: str, name: str, member: Json) -> list[DeclaredEntity]:
    """A list of objects with properties is an entity of its own, part of its owner."""
    if not isinstance(member, dict):
        return []
    low = by_key(member)
    items = low.get("items")
    if not isinstance(items, dict) or not isinstance(by_key(items).get("properties"), dict):
        return []
    made = entities(name, items)
    if not made:
        return []
    back = DeclaredField(name=owner, references=owner, required=True)
    first = made[0]
    return [DeclaredEntity(name=first.name, fields=(back, *first.fields), states=first.states), *made[1:]]


def _fields(name: str, value: Json, required: bool | None) -> Iterator[DeclaredField]:
    if isinstance(value, str):
        yield _typed(name, clean(value), required)
    elif isinstance(value, list):
        yield DeclaredField(name=name, choices=tuple(strings(value)), required=required)
    elif isinstance(value, dict):
        low = by_key(value)
        properties = low.get("properties")
        if isinstance(properties, dict) and not first_text(low, "name"):
            for inner, member in list(properties.items())[:MAX_ITEMS]:
                yield from _fields(f"{name} {clean(inner)}", member, required)
            return
        yield from _described(name, low, required)
    else:
        yield DeclaredField(name=name, required=required)


def _described(name: str, low: dict[str, Json], required: bool | None) -> Iterator[DeclaredField]:
    reference = first_text(low, *_REFERENCES).rsplit("/", 1)[-1]
    kind = first_text(low, "format", "type", "datatype", "kind")
    kind = (
        kind
        if kind.lower() not in ("int32", "int64", "float", "double", "uuid", "password")
        else first_text(low, "type")
    )
    items = low.get("items")
    if isinstance(items, dict):
        if first_text(by_key(items), "ref"):
            return
        kind = f"list of {first_text(by_key(items), 'type') or 'text'}"
    choices = next((low[name] for name in _VALUES if isinstance(low.get(name), list)), None)
    stated, optional = low.get("required"), low.get("optional", low.get("nullable"))
    if isinstance(stated, bool):
        required = stated
    elif isinstance(optional, bool):
        required = not optional
    made = _typed(name, "" if choices else kind, required)
    exclusive = _number(low.get("exclusiveminimum", low.get("exclusivemin")))
    default = low.get("default")
    yield DeclaredField(
        name=name,
        type=made.type,
        many=made.many,
        required=made.required,
        unique=made.unique or low.get("unique") is True,
        choices=tuple(strings(choices)) or made.choices,
        minimum=_number(low.get("min", low.get("minimum"))) or exclusive,
        exclusive_minimum=bool(exclusive),
        maximum=_number(low.get("max", low.get("maximum"))),
        max_length=_length(low.get("maxlength", low.get("length"))),
        references=reference or made.references,
        default=strings(default)[0] if strings(default) else "",
    )


_REFERS = re.compile(
    r"^(?:ref(?:erence)?s?|fk|foreign key|belongs to|link|lookup|relation|id of|uuid of)(?: to|:| of|\s"
    r"|\(|<|->)*\s*(?:an?|the|one)?\s*([A-Za-z][\w ]*?)(?:\.\w+)?[\s)>]*$",
    re.IGNORECASE,
)


def _typed(name: str, text: str, required: bool | None) -> DeclaredField:
    """A field by the words after its name: 'string(80), required', 'new | paid', 'ref order'."""
    text = text.strip()
    unique = bool(re.search(r"\bunique\b|\bprimary key\b", text, re.IGNORECASE))
    if re.search(r"\b(?:optional|nullable|not required)\b|\?$", text, re.IGNORECASE):
        required = False
    elif re.search(r"\b(?:required|mandatory|not null)\b|!$", text, re.IGNORECASE):
        required = True
    text = re.sub(
        r"\b(?:unique|not required|optional|nullable|required|mandatory|not null|primary key)\b|[?!]$",
        "",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"\(\s*[,;]*\s*\)", "", text).strip(" ,;")
    refers = _REFERS.match(text) or re.match(r"^(?:->|→|#|@|\$ref:?)\s*/?(?:[\w/]*/)?(\w+)$", text)
    if refers:
        return DeclaredField(name=name, required=required, unique=unique, references=refers[1].strip())
    values = re.match(
        r"^(?:enum|choice|one of|choices|select|options)\s*[:(\[{<]?\s*(.+?)[)\]}>]?$", text, re.IGNORECASE
    )
    listed = re.split(r"\s*[|,/]\s*", values[1]) if values else re.split(r"\s*\|\s*", text)
    listed = [value.strip(" '\"") for value in listed if value.strip(" '\"")]
    if len(listed) > 1:
        return DeclaredField(name=name, required=required, unique=unique, choices=tuple(listed))
    length = re.match(r"^(?:var)?(?:char|string|text)\w*\s*\(\s*(\d{1,6})\s*\)", text, re.IGNORECASE)
    if length:
        return DeclaredField(
            name=name, type="string", required=required, unique=unique, max_length=int(length[1])
        )
    text = re.sub(r"^(decimal|numeric|number)\s*\(\s*\d+\s*,\s*\d+\s*\)", r"\1", text, flags=re.IGNORECASE)
    several = _LIST_TYPE.match(text)
    if several:
        return DeclaredField(name=name, type=several[1] or several[2] or "text", many=True, required=required)
    return DeclaredField(
        name=name, type=re.sub(r"[()]", ", ", text).strip(" ,"), required=required, unique=unique
    )


def _length(value: Json) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 10_000 else 0


def _number(value: Json) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    text = repr(value)
    return text if re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text) else ""
