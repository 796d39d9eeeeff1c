"""From the words of a requirement to a specification or to questions. Pure: the same input, the same result."""

from __future__ import annotations

from typing import Literal

from schemas.errors import BadInputError
from schemas.specification import Answer, Question, Specification
from streams.agents.business_analyzer import answering, asking, contradictions, entities, fallback_fields, repair, rules
from streams.agents.business_analyzer.document import Document
from streams.agents.business_analyzer.draft import Draft
from streams.agents.business_analyzer.json_reader import read_json
from streams.agents.business_analyzer.text_reader import clean, read_text

Format = Literal["auto", "text", "json"]


def analyse(
    requirement: str, format: Format = "auto", answers: tuple[Answer, ...] = ()
) -> Specification | tuple[Question, ...]:
    """The specification of the requirement, or the questions that have to be answered first.

    Args:
        requirement: free text, user stories, Markdown, or JSON.
        format: 'auto' reads as JSON what begins with an object or a list.
        answers: answers to questions that an earlier call returned.

    Raises:
        BadInputError: it is empty, or is said to be JSON and is not.
    """
    if answers:
        first = analyse(requirement, format)
        requirement, format, settled = answering.apply(requirement, format, answers, first)
        return _analyse(requirement, format, settled)
    return _analyse(requirement, format, ())


def _analyse(requirement: str, format: Format, settled: tuple[str, ...]) -> Specification | tuple[Question, ...]:
    document = read(requirement, format)
    draft = Draft(document=document)
    entities.collect(draft)
    out = asking.scope_question(draft)
    if out:
        return out
    fallback_fields.complete(draft)
    if not any(entity.fields for entity in draft.entities):
        return asking.vague(draft)
    conflicts = contradictions.questions(draft, settled)
    if conflicts:
        return conflicts
    rules.find(draft)
    return repair.sound(draft) or asking.vague(draft)


def read(requirement: str, format: Format) -> Document:
    """The requirement as a document.

    Raises:
        BadInputError: it is empty, or is no JSON though it should be.
    """
    if not clean(requirement).strip():
        raise BadInputError(
            "The requirement", why="it is empty", todo="Say what data the service keeps and what people do with it"
        )
    start = requirement.lstrip("\ufeff \n\r\t")[:1]
    if format == "json" or (format == "auto" and start in ("{", "[")):
        return read_json(requirement)
    return read_text(requirement)
