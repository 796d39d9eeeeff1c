"""The specification while it is put together: entities that can still get fields and rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from schemas.specification import Field, Question, Specification
from streams.agents.business_analyzer import naming, words
from streams.agents.business_analyzer.document import Document

Words = tuple[str, ...]
MAX_ENTITIES = 60
MAX_FIELDS = 80


@dataclass(slots=True)
class EntityDraft:
    """One entity in the making; `words` is its name in the singular."""

    words: Words
    fields: dict[str, Field] = field(default_factory=dict)
    aliases: set[Words] = field(default_factory=set)
    parent: str = ""
    declared: bool = False
    explicit: bool = False
    states: tuple[str, ...] = ()
    source: str = ""

    @property
    def name(self) -> str:
        """PascalCase name."""
        return naming.entity_name(self.words)

    @property
    def label(self) -> str:
        """What a person reads."""
        return words.label(self.words)

    @property
    def reference(self) -> str:
        """Name of a field that refers to this entity."""
        return f"{words.snake(self.words)[: naming.MAX_NAME]}_id"

    def put(self, new: Field) -> Field:
        """Add a field, or keep what stands where the name is known."""
        if len(self.fields) >= MAX_FIELDS:
            return self.fields.get(new.name, new)
        return self.fields.setdefault(new.name, new)

    def change(self, name: str, **changes: object) -> None:
        """Change attributes of a field that exists."""
        if name in self.fields:
            self.fields[name] = replace(self.fields[name], **changes)  # type: ignore[arg-type]

    def reference_to(self, other: EntityDraft) -> str:
        """Name of the first reference to the other entity, '' for none."""
        return next((f.name for f in self.fields.values() if f.references == other.name), "")


@dataclass(slots=True)
class Draft:
    """All that is known so far; rule lists are those of the specification."""

    document: Document
    entities: list[EntityDraft] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    rules: dict[str, list[object]] = field(default_factory=dict)
    assumptions: list[Question] = field(default_factory=list)
    blocking: list[Question] = field(default_factory=list)
    handled: set[int] = field(default_factory=set)

    def find(self, name: str) -> EntityDraft | None:
        """The entity of that PascalCase name."""
        return next((entity for entity in self.entities if entity.name == name), None)

    def resolve(self, phrase: Iterable[str]) -> EntityDraft | None:
        """The entity that the words name: exactly, by alias, or by a shared ending that is clear."""
        wanted = tuple(phrase)
        if not wanted:
            return None
        wanted = (*wanted[:-1], words.singular(wanted[-1]))
        for entity in self.entities:
            if entity.words == wanted or wanted in entity.aliases:
                return entity
        endings = [e for e in self.entities if wanted[-len(e.words) :] == e.words]
        if endings:
            return max(endings, key=lambda e: len(e.words))
        longer = [e for e in self.entities if e.words[-len(wanted) :] == wanted]
        return longer[0] if len(longer) == 1 else None

    def add(self, phrase: Words) -> EntityDraft | None:
        """The entity of these words, new where it is not known; None for words without a name."""
        known = next((e for e in self.entities if e.words == phrase or phrase in e.aliases), None)
        if known:
            return known
        if len(self.entities) >= MAX_ENTITIES:
            return None
        entity = EntityDraft(words=phrase)
        if not entity.name or not naming.collection_path(phrase):
            return None
        clash = self.find(entity.name)
        if clash:
            return clash
        self.entities.append(entity)
        return entity

    def rule(self, kind: str, record: object) -> None:
        """Keep a rule in the list of its kind, once."""
        kept = self.rules.setdefault(kind, [])
        identity = getattr(record, "id", None)
        if record not in kept and not any(getattr(other, "id", None) == identity for other in kept):
            kept.append(record)

    def assume(self, text: str, assumption: str, about: str = "", suggestions: tuple[str, ...] = ()) -> None:
        """Note an assumption that people can correct."""
        if any(question.text == text for question in self.assumptions):
            return
        self.assumptions.append(
            Question(id="", text=text, about=about[:300], assumption=assumption, suggestions=suggestions)
        )


RULE_LISTS = tuple(
    name
    for name in "state_machines actions effects locks period_locks comparisons overlaps adjustments"
    " limits derivations notices expiries uniques permissions reports listings exports searches".split()
    if name in Specification.__dataclass_fields__
)
