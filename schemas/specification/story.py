"""User stories, their acceptance criteria, features, and what was asked or assumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """An acceptance criterion; the Testing Engineer writes one test or more for each."""

    id: Annotated[str, Doc("'<story id>-AC<n>', for example S03-AC2")]
    given: Annotated[str, Doc("Starting point, one clause")]
    when: Annotated[str, Doc("What happens")]
    then: Annotated[str, Doc("What must be seen")]
    kind: Annotated[
        str,
        Doc(
            "What is checked: 'create', 'read', 'list', 'update', 'delete', 'unknown', 'required',"
            " 'field_bounds', 'unique', 'reference', 'filter' or the rule's class in snake_case"
            " ('action', 'no_overlap', ...)"
        ),
    ]
    entity: Annotated[str, Doc("Entity it is about")]
    target: Annotated[str, Doc("Field name or rule id it checks, '' for the entity as a whole")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """As a <role>, I want <goal>, so that <benefit>."""

    id: Annotated[str, Doc("S01, S02, ...")]
    feature: Annotated[str, Doc("Id of the feature it belongs to")]
    role: Annotated[str, Doc("Who wants it")]
    goal: Annotated[str, Doc("What they want")]
    benefit: Annotated[str, Doc("Why, '' where the requirement does not tell")] = ""
    operations: Annotated[tuple[str, ...], Doc("Names of the operations it needs")] = ()
    criteria: Annotated[tuple[Criterion, ...], Doc("At least one")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A part of the requirement that can be delivered and judged by itself."""

    id: Annotated[str, Doc("F01, F02, ...")]
    name: Annotated[str, Doc("What a person reads")]
    summary: Annotated[str, Doc("One sentence")]
    entities: Annotated[tuple[str, ...], Doc("Entities it is about")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NonFunctional:
    """A quality that the requirement asks for."""

    id: Annotated[str, Doc("N01, N02, ...")]
    text: Annotated[str, Doc("The words of the requirement")]
    kind: Annotated[str, Doc("performance, precision, security, availability, usability or other")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the analyzer needs to know, or has assumed."""

    id: Annotated[str, Doc("Q01, Q02, ...; an answer names it")]
    text: Annotated[str, Doc("The question, to a business person")]
    about: Annotated[str, Doc("The words of the requirement that raise it, '' for the whole")] = ""
    reason: Annotated[str, Doc("Why it matters")] = ""
    suggestions: Annotated[tuple[str, ...], Doc("Possible answers")] = ()
    assumption: Annotated[str, Doc("What is built unless told otherwise; '' where it blocks")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer to a question."""

    question_id: Annotated[str, Doc("Id of the question")]
    text: Annotated[str, Doc("The answer in the user's words")]
