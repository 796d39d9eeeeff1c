"""JSON of many shapes to a document: known keys by their meaning, the rest by the shape of the value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from streams.agents.business_analyzer import json_entities, json_features
from streams.agents.business_analyzer.document import DeclaredEntity, Document, Sentence
from streams.agents.business_analyzer.json_values import Json, by_key, first_text, key, parse, strings
from streams.agents.business_analyzer.text_reader import MAX_CHARACTERS, clean, read_text, sentences_of

_MAX_DEPTH = 40
_MAX_SENTENCES = 600
_MAX_ENTITIES = 60
_TITLES = frozenset("title name project projectname system app application product service subject".split())
_ENTITIES = frozenset(
    "entities models model data datamodel resources objects tables schema schemas entity domain"
    " domainmodel types records collections definitions defs things documents".split()
)
_STATES = frozenset(
    "stages stage statuses status states state workflow lifecycle stagesinorder pipeline".split()
)
_ROLES = frozenset("roles role users actors actor personas userroles stakeholders".split())
_QUALITIES = frozenset(
    "nonfunctional nonfunctionalrequirements quality qualities nfr nfrs performance qualityattributes".split()
)
_RELATIONS = frozenset("relations relationships associations links".split())
_RULES = frozenset(
    "rules constraints operations actions validations businessrules behaviour behavior".split()
)
_TEXTS = (
    "description",
    "text",
    "story",
    "requirement",
    "statement",
    "title",
    "name",
    "summary",
    "goal",
    "value",
    "rule",
)
_SKIPPED = frozenset(
    "version id priority type author date created language openapi schema servers tags security contact"
    " license responses parameters requestbody securityschemes required additionalproperties format ref"
    " examples".split()
)
_KNOWN = (
    _TITLES | _ENTITIES | _STATES | _ROLES | _QUALITIES | _RELATIONS | _RULES
    | frozenset(
        "requirements features functional functionalrequirements stories userstories usecases endpoints"
        " functions reports notifications summary description overview goal purpose text requirement"
        " context background notes acceptancecriteria scope musthave shouldhave permissions workflows"
        " limits exports search filters listings integrations assumptions validation logic events"
        " triggers alerts paths info components".split()
    )
)  # fmt: skip


def read_json(text: str) -> Document:
    """A document of the JSON text.

    Raises:
        BadInputError: it is not JSON, or is nested too deeply.
    """
    value = parse(text)
    if isinstance(value, str):
        return read_text(value)
    reader = _Reader()
    reader.read(value, "", 0)
    return reader.document()


@dataclass(slots=True)
class _Reader:
    """Collects what a JSON value says; one use for one value."""

    title: str = ""
    sentences: list[Sentence] = field(default_factory=list)
    entities: list[DeclaredEntity] = field(default_factory=list)
    states: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    qualities: list[str] = field(default_factory=list)
    size: int = 0

    def document(self) -> Document:
        """All that was read."""
        return Document(
            title=self.title,
            sentences=tuple(self.sentences[:_MAX_SENTENCES]),
            entities=tuple(self.entities[:_MAX_ENTITIES]),
            states=tuple(self.states),
            roles=tuple(self.roles),
            non_functional=tuple(self.qualities),
            truncated=self.size > MAX_CHARACTERS
            or len(self.sentences) > _MAX_SENTENCES
            or len(self.entities) > _MAX_ENTITIES,
        )

    def read(self, value: Json, name: str, depth: int) -> None:
        """Read a value by the key it stands under."""
        if depth > _MAX_DEPTH or self.size > MAX_CHARACTERS:
            return
        if isinstance(value, dict):
            self._object(value, name, depth)
        elif isinstance(value, list):
            for item in value:
                self._item(item, name, depth)
        elif isinstance(value, str):
            self._text(value, key(name))

    def _text(self, value: str, kind: str) -> None:
        text = clean(value)
        self.size += len(text)
        if kind in _QUALITIES:
            self.qualities.append(text)
        elif kind in _ROLES:
            self.roles.extend(part.strip() for part in re.split(r",| and ", text) if part.strip())
        elif kind not in _SKIPPED:
            self.sentences.extend(read_text(text).sentences if "\n" in text else sentences_of(text))

    def _object(self, value: dict[str, Json], name: str, depth: int) -> None:
        kind = key(name)
        if depth == 0 and self._is_schema(value):
            self._declare(first_text(by_key(value), "title", "name", "id") or "record", value)
            return
        if kind in _ENTITIES:
            self._entity_map(value)
        elif kind in _STATES and all(isinstance(item, list) for item in value.values()):
            self.states.extend((clean(about), tuple(strings(states))) for about, states in value.items())
        elif kind in _ROLES:
            self._role_map(value)
        else:
            top = depth == 0 or (depth == 1 and kind in ("info", "meta", "project", "metadata"))
            for member_name, item in value.items():
                self._member(clean(member_name), item, depth, top)

    def _is_schema(self, value: dict[str, Json]) -> bool:
        """Whether the whole document is a JSON Schema of one thing, or one thing with its fields."""
        low = by_key(value)
        if isinstance(low.get("properties"), dict):
            return True
        named = first_text(low, "name", "entity")
        return (
            bool(named)
            and json_entities.entity_shaped(value)
            and not set(low) & (_ENTITIES | {"requirements"})
        )

    def _member(self, name: str, item: Json, depth: int, top: bool) -> None:
        kind = key(name)
        if kind in _TITLES and isinstance(item, str):
            self._title(item, top, depth)
        elif (
            kind in ("summary", "description", "overview")
            and isinstance(item, str)
            and len(item.split()) <= 3
        ):
            self.title = self.title or clean(item)
        elif kind in _SKIPPED and not isinstance(item, dict | list):
            return
        elif kind == "components" and isinstance(item, dict):
            self.read(item.get("schemas"), "schemas", depth + 1)
        elif kind == "paths" and isinstance(item, dict):
            self._paths(item)
        elif (kind not in _KNOWN and isinstance(item, dict) and json_entities.entity_shaped(item)) or (
            kind not in _KNOWN and top and _typed_map(item)
        ):
            self._declare(name, item)
        elif isinstance(item, list) and kind in _STATES:
            self.states.append((kind.rstrip("s"), tuple(strings(item))))
        else:
            self.read(item, name, depth + 1)

    def _title(self, item: str, top: bool, depth: int) -> None:
        self.size += len(item)
        if top and not self.title and len(item) <= 120 and "\n" not in item:
            self.title = clean(item)
        else:
            self.read(item, "text", depth + 1)

    def _item(self, item: Json, name: str, depth: int) -> None:
        kind = key(name)
        if kind in _ENTITIES and isinstance(item, dict):
            self._named_entity(item)
        elif kind in _ENTITIES and isinstance(item, str):
            if len(item.split()) <= 3 and not re.search(r"[:(,]", item):
                self._declare(clean(item), None)
            else:
                self._text(item, "")
        elif kind in _RELATIONS and isinstance(item, dict):
            self._relation(item)
        elif kind in _ROLES and isinstance(item, dict):
            self._role_object(item)
        elif isinstance(item, dict):
            self._statement(item, name, depth)
        elif isinstance(item, str):
            self._text(json_features.told(item, kind), kind)
        else:
            self.read(item, name, depth + 1)

    def _statement(self, item: dict[str, Json], name: str, depth: int) -> None:
        """An object in a list of requirements: its text, or as a story its role, goal and benefit."""
        low = by_key(item)
        role, goal = (
            first_text(low, "asa", "asan", "role", "actor", "as"),
            first_text(low, "iwant", "iwantto", "want", "goal", "action"),
        )
        if role and goal:
            benefit = first_text(low, "sothat", "benefit", "so")
            end = f", so that {benefit}" if benefit else ""
            goal = re.sub(r"^(i want |to |i can )+", "", goal, flags=re.IGNORECASE)
            role = re.sub(r"^(as )?an? ", "", role, flags=re.IGNORECASE)
            self._text(f"As a {role}, I want to {goal}{end}", "")
        elif json_entities.entity_shaped(item) and json_entities.named(item):
            self._named_entity(item)
            return
        elif json_features.data_name(item):
            self._declare(json_features.data_name(item), json_features.as_entity(item))
            return
        else:
            named = False
            for member_name in _TEXTS:
                member = low.get(member_name)
                if isinstance(member, str) and (not named or len(member.split()) > 3):
                    self._text(member, key(name))
                    named = True
        for inner_name, inner in item.items():
            if isinstance(inner, list | dict):
                self.read(inner, inner_name, depth + 1)

    def _declare(self, name: str, value: Json) -> None:
        self.entities.extend(json_entities.entities(name, value))
        if isinstance(value, dict):
            self._rules_of(name, value)

    def _entity_map(self, value: dict[str, Json]) -> None:
        if json_entities.named(value) and json_entities.entity_shaped(value):
            self._named_entity(value)
            return
        for name, item in value.items():
            if key(name) in _RELATIONS | _RULES or (
                key(name) in _ENTITIES and isinstance(item, list | dict) and len(value) <= 3
            ):
                self.read(item, name, 1)
            else:
                self._declare(clean(name), item)

    def _named_entity(self, item: dict[str, Json]) -> None:
        name = json_entities.named(item)
        if not name:
            self._entity_map(item)
            return
        self._declare(name, json_entities.without_name(item))

    def _rules_of(self, name: str, item: dict[str, Json]) -> None:
        for member_name, member in item.items():
            kind = key(member_name)
            if kind in _RULES | _RELATIONS:
                if isinstance(member, list) and kind in _RELATIONS:
                    for relation in member:
                        if isinstance(relation, dict):
                            self._relation({"from": name, **relation})
                for text in strings(member):
                    self.sentences.extend(sentences_of(_about(text, name, kind)))

    def _relation(self, item: dict[str, Json]) -> None:
        low = by_key(item)
        source = first_text(low, "from", "source", "entity", "child")
        target = first_text(low, "to", "target", "references", "parent", "with")
        kind = first_text(low, "type", "kind", "cardinality", "relation").lower() or "belongs to"
        if not source or not target:
            return
        several = re.search(r"one.?to.?many|has.?many|1.?[:-].?[n*m]|contains|^has$", kind)
        form = f"Each {source} has several {target}s" if several else f"A {source} belongs to one {target}"
        self.sentences.append(Sentence(text=form))

    def _paths(self, paths: dict[str, Json]) -> None:
        """What OpenAPI says of its operations in words."""
        for item in list(paths.values())[:200]:
            for operation in item.values() if isinstance(item, dict) else ():
                if isinstance(operation, dict):
                    text = first_text(by_key(operation), "description", "summary")
                    if text:
                        self._text(text, "")

    def _role_map(self, value: dict[str, Json]) -> None:
        for role, permissions in value.items():
            self.roles.append(clean(role))
            for text in strings(permissions):
                self._role_text(clean(role), text)

    def _role_object(self, item: dict[str, Json]) -> None:
        low = by_key(item)
        role = first_text(low, "name", "role", "title")
        if not role:
            return
        self.roles.append(role)
        for name in ("can", "permissions", "operations", "actions", "rights", "may", "description", "goals"):
            for text in strings(low.get(name)):
                self._role_text(role, text)

    def _role_text(self, role: str, text: str) -> None:
        self.size += len(text)
        goal = re.sub(r"^(can|may|is able to|to|should)\s+", "", text.strip(), flags=re.IGNORECASE)
        self.sentences.append(
            Sentence(text=f"A {role.lower()} can {goal.replace('_', ' ').replace(':', ' ')}")
        )


def _typed_map(item: Json) -> bool:
    """An object under an unknown key whose members are types: a thing with fields."""
    if isinstance(item, dict):
        kinds = [member for member in item.values() if isinstance(member, str)]
        typed = sum(
            bool(
                re.match(
                    r"(?:string|str|text|int|integer|number|float|decimal|date|datetime|bool|boolean"
                    r"|money|email|enum)\b",
                    kind,
                )
            )
            for kind in kinds
        )
        return len(item) >= 2 and typed * 2 >= len(item)
    return False


def _about(text: str, name: str, kind: str) -> str:
    """A rule under an entity speaks of that entity."""
    if name.lower() in text.lower():
        return json_features.told(text, kind)
    if kind in ("operations", "actions") and len(text.split()) <= 2:
        return f"Users can {text.replace('_', ' ')} a {name}"
    return text
