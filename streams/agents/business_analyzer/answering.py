"""What an answer changes: the requirement gets the words of the answer."""

from __future__ import annotations

import json
from typing import Literal

from schemas.specification import Answer, Question, Specification

Format = Literal["auto", "text", "json"]


def apply(
    requirement: str,
    format: Format,
    answers: tuple[Answer, ...],
    asked: Specification | tuple[Question, ...],
) -> tuple[str, Format, tuple[str, ...]]:
    """The requirement with the answers, its format, and the answers that settle contradictions.

    An answer in whole sentences is more requirement; one to a contradiction chooses between its suggestions.
    """
    questions = asked.open_questions if isinstance(asked, Specification) else asked
    by_id = {question.id: question for question in questions}
    added: list[str] = []
    settled: list[str] = []
    out_of_scope = any("out of its scope" in question.reason for question in questions)
    for answer in answers:
        question = by_id.get(answer.question_id)
        text = answer.text.strip()
        if not text:
            continue
        chosen = question is not None and bool(question.suggestions) and question.reason.startswith("The requirement says both")
        if chosen and question is not None:
            settled.append(f"{question.about}\n{text}")
        else:
            added.append(text)
    if out_of_scope and added:
        return "\n\n".join(added), "text", tuple(settled)
    return _joined(requirement, format, added), format, tuple(settled)


def _joined(requirement: str, format: Format, added: list[str]) -> str:
    if not added:
        return requirement
    is_json = format == "json" or (format == "auto" and requirement.lstrip("\ufeff \n\r\t")[:1] in ("{", "["))
    if not is_json:
        return "\n\n".join([requirement, *added])
    value = json.loads(requirement.lstrip("\ufeff"))
    if isinstance(value, dict):
        return json.dumps({**value, "answers_to_questions": added})
    return json.dumps([value, *added] if not isinstance(value, list) else [*value, *added])
