"""From the words of a requirement to a specification or to questions: pure, always the same result."""

from __future__ import annotations

from typing import Literal

from schemas.errors import BadInputError
from schemas.specification import Answer, Question, Specification
from streams.agents.business_analyzer import (
    answering,
    asking,
    contradictions,
    entities,
    fallback_fields,
    repair,
    rules,
    settling,
)
from streams.agents.business_analyzer.document import Document
from streams.agents.business_analyzer.draft import Draft
from streams.agents.business_analyzer.json_reader import read_json
from streams.agents.business_analyzer.text_reader import clean, read_text

Format = Literal["auto", "text", "json"]
_ROUNDS = 20


def analyse(
    requirement: str, written_as: Format = "auto", answers: tuple[Answer, ...] = ()
) -> Specification | tuple[Question, ...]:
    """The specification of the requirement, or the questions that have to be answered first.

    Args:
        requirement: free text, user stories, Markdown, or JSON.
        written_as: 'auto' reads as JSON what begins with an object or a list.
        answers: answers to questions that earlier calls returned, of all rounds of asking. Questions of a
            later round have numbers after those of earlier rounds, so that each answer finds its question.

    Raises:
        BadInputError: it is empty, or is said to be JSON and is not.
    """
    open_answers = tuple(answer for answer in answers if answer.text.strip())
    settled: tuple[str, ...] = ()
    asked = 0
    result = _analyse(requirement, written_as, settled, asked)
    for _ in range(_ROUNDS):
        if not open_answers:
            break
        questions = result.open_questions if isinstance(result, Specification) else result
        ids = {question.id for question in questions}
        heard = tuple(answer for answer in open_answers if answer.question_id in ids) or open_answers
        open_answers = tuple(answer for answer in open_answers if answer not in heard)
        requirement, written_as, more = answering.apply(requirement, written_as, heard, questions)
        settled = (*settled, *more)
        asked += 0 if isinstance(result, Specification) else len(result)
        result = _analyse(requirement, written_as, settled, asked)
    return result


def _analyse(
    requirement: str, written_as: Format, settled: tuple[str, ...], asked: int
) -> Specification | tuple[Question, ...]:
    draft = Draft(document=answering.settle(read(requirement, written_as), settled))
    entities.collect(draft)
    out = asking.scope_question(draft)
    if out:
        return asking.numbered(out, asked)
    fallback_fields.complete(draft)
    settling.before_rules(draft)
    if not any(entity.fields for entity in draft.entities):
        return asking.numbered(asking.vague(draft), asked)
    conflicts = contradictions.questions(draft)
    if conflicts:
        return asking.numbered(conflicts, asked)
    if draft.document.truncated:
        asking.truncated(draft)
    rules.find(draft)
    settling.after_rules(draft)
    return repair.sound(draft) or asking.numbered(asking.vague(draft), asked)


def read(requirement: str, written_as: Format) -> Document:
    """The requirement as a document.

    Raises:
        BadInputError: it is empty, or is no JSON though it should be.
    """
    if not clean(requirement).strip():
        raise BadInputError(
            "The requirement",
            why="it is empty",
            todo="Say what data the service keeps and what people do with it",
        )
    start = requirement.lstrip("\ufeff \n\r\t")[:1]
    if written_as == "json" or (written_as == "auto" and start in ("{", "[")):
        return read_json(requirement)
    return read_text(requirement)
