"""JSON of many shapes to a document: known keys by their meaning, the rest by the shape of the value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TypeAlias, cast

from schemas.errors import BadInputError
from streams.agents.business_analyzer.document import DeclaredEntity, DeclaredField, Document, Sentence
from streams.agents.business_analyzer.text_reader import MAX_CHARACTERS, clean, read_text, sentences_of

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"

_MAX_DEPTH = 40
_TITLES = frozenset("title name project projectname system app application product service subject".split())
_ENTITIES = frozenset(
    "entities models model data datamodel resources objects tables schema schemas entity domain domainmodel types"
    " records collections".split()
)
_STATES = frozenset("stages stage statuses status states state workflow lifecycle stagesinorder pipeline".split())
_ROLES = frozenset("roles role users actors actor personas userroles stakeholders".split())
_QUALITIES = frozenset("nonfunctional nonfunctionalrequirements quality qualities nfr performance qualityattributes".split())
_RELATIONS = frozenset("relations relationships associations links".split())
_TEXTS = ("description", "text", "story", "requirement", "statement", "title", "name", "summary", "goal", "value", "rule")


def read_json(text: str) -> Document:
    """A document of the JSON text.

    Raises:
        BadInputError: it is not JSON, or is nested too deeply.
    """
    value = _parse(text)
    if isinstance(value, str):
        return read_text(value)
    reader = _Reader()
    reader.read(value, "", 0)
    return reader.document()


def _parse(text: str) -> Json:
    try:
        return cast("Json", json.loads(text.lstrip("\ufeff"), parse_constant=_no_constant))
    except json.JSONDecodeError as error:
        raise BadInputError(
            "The requirement as JSON",
            why=f"it is not JSON: {error.msg} at line {error.lineno}, column {error.colno}",
            todo="Correct the JSON there, or submit it as text",
        ) from None
    except (RecursionError, ValueError) as error:
        raise BadInputError(
            "The requirement as JSON",
            why=f"it cannot be read ({str(error)[:100]}): line 1, column 1",
            todo="Nest it less deeply and keep numbers short, or submit it as text",
        ) from None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _key(key: str) -> str:
    return re.sub(r"[^a-z]", "", key.lower())


class _Reader:
    """Collects what a JSON value says; one use for one value."""

    def __init__(self) -> None:
        self.title = ""
        self.sentences: list[Sentence] = []
        self.entities: list[DeclaredEntity] = []
        self.states: list[tuple[str, tuple[str, ...]]] = []
        self.roles: list[str] = []
        self.qualities: list[str] = []
        self.size = 0

    def document(self) -> Document:
        """All that was read."""
        return Document(
            title=self.title,
            sentences=tuple(self.sentences),
            entities=tuple(self.entities),
            states=tuple(self.states),
            roles=tuple(self.roles),
            non_functional=tuple(self.qualities),
            truncated=self.size > MAX_CHARACTERS,
        )

    def read(self, value: Json, key: str, depth: int) -> None:
        """Read a value by the key it stands under."""
        if depth > _MAX_DEPTH or self.size > MAX_CHARACTERS:
            return
        kind = _key(key)
        if isinstance(value, dict):
            self._object(value, kind, depth)
        elif isinstance(value, list):
            self._list(value, key, depth)
        elif isinstance(value, str):
            self._text(value, kind)

    def _text(self, value: str, kind: str) -> None:
        text = clean(value)
        self.size += len(text)
        if kind in _QUALITIES:
            self.qualities.append(text)
        elif kind in _ROLES:
            self.roles.extend(part.strip() for part in re.split(r",| and ", text) if part.strip())
        elif kind in ("version", "id", "priority", "type", "author", "date", "created", "language"):
            return
        else:
            self.sentences.extend(read_text(text).sentences if "\n" in text else sentences_of(text))

    def _object(self, value: dict[str, Json], kind: str, depth: int) -> None:
        if kind in _ENTITIES:
            self._entity_map(value)
            return
        if kind in _STATES and all(isinstance(item, list) for item in value.values()):
            for name, states in value.items():
                self.states.append((clean(name), tuple(_strings(states))))
            return
        if kind in _ROLES:
            self._role_map(value)
            return
        for name, item in value.items():
            self._member(clean(name), item, depth, top=depth == 0)

    def _member(self, name: str, item: Json, depth: int, top: bool) -> None:
        kind = _key(name)
        if kind in _TITLES and isinstance(item, str):
            self.size += len(item)
            if top and not self.title and len(item) <= 120 and "\n" not in item:
                self.title = clean(item)
            else:
                self.read(item, "text", depth + 1)
        elif kind in ("summary", "description", "overview") and isinstance(item, str) and len(item.split()) <= 3:
            self.title = self.title or clean(item)
        elif kind not in _KNOWN and isinstance(item, dict | list) and _entity_shaped(item):
            declared = _entity(name, item)
            if declared is not None:
                self.entities.append(declared)
        elif isinstance(item, list) and kind in _STATES:
            self.states.append((kind.rstrip("s"), tuple(_strings(item))))
        elif isinstance(item, list) and item and kind not in _KNOWN and all(isinstance(i, str) for i in item):
            self._named_list(name, _strings(item))
        else:
            self.read(item, name, depth + 1)

    def _named_list(self, name: str, items: list[str]) -> None:
        """A list of statements under an unknown key; without verbs the key leads each of them."""
        for item in items:
            self.size += len(item)
            self.sentences.extend(sentences_of(clean(item)))

    def _list(self, value: list[Json], key: str, depth: int) -> None:
        kind = _key(key)
        for item in value:
            if kind in _ENTITIES and isinstance(item, dict):
                self._named_entity(item)
            elif kind in _ENTITIES and isinstance(item, str):
                self._entity_text(item)
            elif kind in _RELATIONS and isinstance(item, dict):
                self._relation(item)
            elif kind in _ROLES and isinstance(item, dict):
                self._role_object(item)
            elif isinstance(item, dict):
                self._statement(item, key, depth)
            else:
                self.read(item, key, depth + 1)

    def _entity_text(self, text: str) -> None:
        if len(text.split()) <= 3:
            self.entities.append(DeclaredEntity(name=clean(text)))
        else:
            self._text(text, "")

    def _statement(self, item: dict[str, Json], key: str, depth: int) -> None:
        """An object in a list of requirements: its text, or as a story its role, goal and benefit."""
        low = {_key(name): member for name, member in item.items()}
        role, goal = low.get("asa") or low.get("role") or low.get("actor"), low.get("iwant") or low.get("want")
        goal = goal or low.get("goal") or low.get("action")
        if isinstance(role, str) and isinstance(goal, str):
            benefit = low.get("sothat") or low.get("benefit")
            end = f", so that {benefit}" if isinstance(benefit, str) else ""
            goal = re.sub(r"^(i want |to )+", "", goal, flags=re.I)
            self._text(f"As a {re.sub(r'^(as )?an? ', '', role, flags=re.I)}, I want to {goal}{end}", "")
            return
        if _entity_shaped(item) and isinstance(low.get("name"), str):
            self._named_entity(item)
            return
        named = False
        for name in _TEXTS:
            member = low.get(name)
            if isinstance(member, str) and (not named or len(member.split()) > 3):
                self._text(member, _key(key))
                named = True
        for name, inner in item.items():
            if isinstance(inner, list | dict):
                self.read(inner, name, depth + 1)

    def _entity_map(self, value: dict[str, Json]) -> None:
        if "name" in value and _entity_shaped(value):
            self._named_entity(value)
            return
        for name, item in value.items():
            if _key(name) in _RELATIONS:
                self.read(item, name, 1)
                continue
            declared = _entity(clean(name), item)
            if declared is not None:
                self.entities.append(declared)
            if isinstance(item, dict):
                self._rules_of(clean(name), item)

    def _named_entity(self, item: dict[str, Json]) -> None:
        low = {_key(name): member for name, member in item.items()}
        name = low.get("name") or low.get("entity") or low.get("title") or low.get("model") or low.get("resource")
        if not isinstance(name, str):
            self._entity_map(item)
            return
        rest: dict[str, Json] = {k: v for k, v in item.items() if _key(k) not in ("name", "entity", "title", "model", "resource")}
        declared = _entity(clean(name), rest)
        if declared is not None:
            self.entities.append(declared)
        self._rules_of(clean(name), rest)

    def _rules_of(self, name: str, item: dict[str, Json]) -> None:
        for key, member in item.items():
            kind = _key(key)
            if kind in ("rules", "constraints", "operations", "actions", "validations", "businessrules", "behaviour", "behavior"):
                for text in _strings(member):
                    self.sentences.extend(sentences_of(_about(clean(text), name, kind)))
            elif kind in _RELATIONS:
                for text in _strings(member):
                    self.sentences.extend(sentences_of(_about(clean(text), name, kind)))

    def _relation(self, item: dict[str, Json]) -> None:
        low = {_key(name): member for name, member in item.items()}
        source = low.get("from") or low.get("source") or low.get("entity") or low.get("child")
        target = low.get("to") or low.get("target") or low.get("references") or low.get("parent")
        kind = str(low.get("type") or low.get("kind") or low.get("cardinality") or "belongs to").lower()
        if not isinstance(source, str) or not isinstance(target, str):
            return
        several = re.search(r"one.?to.?many|has.?many|1.?[:-].?[n*m]|contains", kind)
        form = f"Each {source} has several {target}s" if several else f"A {source} belongs to one {target}"
        self.sentences.append(Sentence(text=clean(form)))

    def _role_map(self, value: dict[str, Json]) -> None:
        for role, permissions in value.items():
            self.roles.append(clean(role))
            for text in _strings(permissions):
                self._role_text(clean(role), text)

    def _role_object(self, item: dict[str, Json]) -> None:
        low = {_key(name): member for name, member in item.items()}
        role = low.get("name") or low.get("role") or low.get("title")
        if not isinstance(role, str):
            return
        self.roles.append(clean(role))
        for key in ("can", "permissions", "operations", "actions", "rights", "may", "description", "goals"):
            for text in _strings(low.get(key)):
                self._role_text(clean(role), text)

    def _role_text(self, role: str, text: str) -> None:
        self.size += len(text)
        goal = re.sub(r"^(can|may|is able to|to|should)\s+", "", clean(text).strip(), flags=re.I)
        self.sentences.append(Sentence(text=f"A {role.lower()} can {goal.replace('_', ' ').replace(':', ' ')}"))


_KNOWN = (
    _TITLES | _ENTITIES | _STATES | _ROLES | _QUALITIES | _RELATIONS
    | frozenset(
        "requirements features functional functionalrequirements rules businessrules constraints validations stories"
        " userstories operations actions usecases endpoints functions reports notifications summary description"
        " overview goal purpose text requirement context background notes acceptancecriteria scope mustHave musthave"
        " shouldhave permissions workflows limits exports search filters listings integrations assumptions"
        " validation behaviour behavior logic events triggers alerts".lower().split()
    )
)  # fmt: skip
_FIELD_KEYS = frozenset("fields attributes properties columns props".split())


def _entity_shaped(value: Json) -> bool:
    """Whether an object plainly lists fields."""
    if not isinstance(value, dict):
        return False
    return any(_key(key) in _FIELD_KEYS and isinstance(member, list | dict) for key, member in value.items())


def _about(text: str, name: str, kind: str) -> str:
    """A rule under an entity speaks of that entity."""
    if name.lower() in text.lower():
        return text
    if kind in ("operations", "actions") and len(text.split()) <= 2:
        return f"Users can {text.replace('_', ' ')} a {name}"
    return text


def _strings(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    if isinstance(value, dict):
        return [text for key in ("text", "description", "name", "value") for text in _strings(value.get(key))][:1]
    return []


def _entity(name: str, value: Json) -> DeclaredEntity | None:
    if not re.search(r"[A-Za-z]", name):
        return None
    states: list[str] = []
    description = ""
    fields: list[DeclaredField] = []
    if isinstance(value, dict):
        low = {_key(key): member for key, member in value.items()}
        inner = next((low[key] for key in _FIELD_KEYS if key in low), None)
        for key in _STATES & set(low):
            states = _strings(low[key])
        text = low.get("description")
        description = clean(text) if isinstance(text, str) else ""
        required = low.get("required") if isinstance(low.get("required"), list) else []
        source: Json = inner if inner is not None else {
            key: member for key, member in value.items() if _key(key) not in _NOT_FIELDS
        }  # fmt: skip
        fields = list(_fields(source, set(_strings(required)), isinstance(low.get("required"), list)))
    elif isinstance(value, list):
        fields = list(_fields(value, set(), False))
    elif isinstance(value, str):
        fields = list(_fields([part.strip() for part in value.split(",")], set(), False))
    return DeclaredEntity(name=name, fields=tuple(fields), states=tuple(states), description=description)


_NOT_FIELDS = frozenset(
    "rules constraints operations actions validations businessrules relations relationships description states"
    " statuses stages workflow required type behaviour behavior lifecycle permissions".split()
)


def _fields(value: Json, required: set[str], listed: bool) -> Iterator[DeclaredField]:
    if isinstance(value, dict):
        for name, item in list(value.items())[:100]:
            yield _field(clean(name), item, (name in required) if listed else None)
    elif isinstance(value, list):
        for item in value[:100]:
            if isinstance(item, str):
                yield _field_text(clean(item))
            elif isinstance(item, dict):
                low = {_key(key): member for key, member in item.items()}
                name = low.get("name") or low.get("field") or low.get("title") or low.get("label")
                if isinstance(name, str):
                    yield _field(clean(name), item, None)
                elif len(item) == 1:
                    only, inner = next(iter(item.items()))
                    yield _field(clean(only), inner, None)


def _field_text(text: str) -> DeclaredField:
    """'name', 'name (unique)', 'price: decimal'."""
    name, _, kind = text.partition(":")
    return DeclaredField(name=name.strip(), type=kind.strip())


def _field(name: str, value: Json, required: bool | None) -> DeclaredField:
    if isinstance(value, str):
        return DeclaredField(name=name, type=clean(value), required=required)
    if isinstance(value, list):
        return DeclaredField(name=name, choices=tuple(_strings(value)), required=required)
    if not isinstance(value, dict):
        return DeclaredField(name=name, required=required)
    low = {_key(key): member for key, member in value.items()}
    kind = low.get("type") or low.get("datatype") or ""
    reference = low.get("references") or low.get("ref") or low.get("entity") or low.get("foreignkey")
    choices = next((low[k] for k in ("values", "enum", "choices", "options", "allowed", "allowedvalues") if k in low), None)
    stated = low.get("required")
    optional = low.get("optional") if low.get("optional") is not None else low.get("nullable")
    if isinstance(stated, bool):
        required = stated
    elif isinstance(optional, bool):
        required = not optional
    words = " ".join(filter(None, [kind if isinstance(kind, str) else "", _number_phrase(low)]))
    return DeclaredField(
        name=name,
        type="" if choices else clean(words),
        required=required,
        unique=low.get("unique") is True,
        choices=tuple(_strings(choices)),
        minimum=_number(low.get("min", low.get("minimum"))),
        maximum=_number(low.get("max", low.get("maximum"))),
        references=clean(reference) if isinstance(reference, str) else "",
    )


def _number_phrase(low: dict[str, Json]) -> str:
    length = low.get("maxlength")
    return f", at most {length} characters" if isinstance(length, int) and not isinstance(length, bool) else ""


def _number(value: Json) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    text = repr(value)
    return text if re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text) else ""
