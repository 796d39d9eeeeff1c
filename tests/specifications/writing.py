"""Short ways to write the parts of a specification by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from schemas.specification import Condition, Entity, Field, FieldType, Operator, Specification
from streams.agents.business_analyzer.document import Document
from streams.agents.business_analyzer.operations import operations
from streams.agents.business_analyzer.stories import features_and_stories


def finished(spec: Specification) -> Specification:
    """The specification with the operations, features and stories that follow from it."""
    spec = replace(spec, operations=operations(spec))
    features, stories = features_and_stories(spec, Document())
    return replace(spec, features=features, stories=stories)


def field(name: str, of: FieldType = "text", **more: Any) -> Field:
    """A field; its label comes from its name."""
    label = name.removesuffix("_id").replace("_", " ").capitalize()
    return Field(name=name, label=label, type=of, **more)


def needed(name: str, of: FieldType = "text", **more: Any) -> Field:
    """A required field."""
    return field(name, of, required=True, **more)


def computed(name: str, of: FieldType = "text", **more: Any) -> Field:
    """A field that only the service sets."""
    return field(name, of, read_only=True, **more)


def choice(name: str, *choices: str, **more: Any) -> Field:
    """A choice."""
    return field(name, "choice", choices=choices, **more)


def refers(name: str, to: str, **more: Any) -> Field:
    """A required reference."""
    return field(name, "reference", references=to, required=more.pop("required", True), **more)


def entity(name: str, plural: str, label: str, *fields: Field, parent: str = "") -> Entity:
    """An entity."""
    description = f"A {label.lower()} that the service keeps."
    return Entity(
        name=name, plural=plural, label=label, description=description, fields=fields, parent=parent
    )


def when(left: str, operator: Operator, right: str = "", factor: str = "") -> Condition:
    """A condition."""
    return Condition(left=left, operator=operator, right=right, right_factor=factor)
