"""What one piece of data is: its type and the constraints that every write must keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from typing_extensions import Doc

FieldType = Literal[
    "text",
    "long_text",
    "integer",
    "decimal",
    "money",
    "boolean",
    "date",
    "datetime",
    "time",
    "email",
    "url",
    "phone",
    "choice",
    "reference",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One attribute of an entity."""

    name: Annotated[str, Doc("snake_case; the name of a reference ends in _id")]
    label: Annotated[str, Doc("What a person reads, for example 'Due date'")]
    type: Annotated[FieldType, Doc("Kind of value; money is an exact decimal with two places")]
    required: Annotated[bool, Doc("A create without it is refused with 422")] = False
    unique: Annotated[bool, Doc("No two records have the same value; a second one gets 409")] = False
    choices: Annotated[tuple[str, ...], Doc("Values of a choice, in snake_case")] = ()
    references: Annotated[str, Doc("Entity that a reference points to, '' for others")] = ""
    minimum: Annotated[str, Doc("Smallest value as decimal text, '' for none")] = ""
    exclusive_minimum: Annotated[bool, Doc("The minimum itself is refused too")] = False
    maximum: Annotated[str, Doc("Largest value as decimal text, '' for none")] = ""
    multiple_of: Annotated[str, Doc("Step of the value as decimal text, '' for none")] = ""
    max_length: Annotated[int, Doc("Longest text in characters, 0 for the default of its type")] = 0
    default: Annotated[
        str, Doc("Value of a create that leaves it out: literal text, 'now', 'today', or '' for null")
    ] = ""
    many: Annotated[bool, Doc("A JSON list of values of this type (never a reference)")] = False
    read_only: Annotated[
        bool, Doc("Only the service sets it: derived, adjusted or set by an effect; ignored in bodies")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A thing that the service keeps. Every record also has `id`, `created_at`, `updated_at`."""

    name: Annotated[str, Doc("PascalCase singular, for example MeetingRoom")]
    plural: Annotated[str, Doc("kebab-case plural, the path of the collection: /meeting-rooms")]
    label: Annotated[str, Doc("What a person reads, for example 'Meeting room'")]
    description: Annotated[str, Doc("One sentence")] = ""
    fields: Annotated[tuple[Field, ...], Doc("In the order of the requirement")] = ()
    parent: Annotated[
        str, Doc("Reference field to the entity that owns it ('order_id'); deleted with it; '' for none")
    ] = ""

    def field(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)
