"""What an answer changes: the requirement gets its words, or loses the statement that it rules out."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Literal

from schemas.specification import Answer, Question
from streams.agents.business_analyzer import field_statements
from streams.agents.business_analyzer.asking import OUT_OF_SCOPE
from streams.agents.business_analyzer.contradictions import REASON
from streams.agents.business_analyzer.document import Document, Sentence

Format = Literal["auto", "text", "json"]
_PLAIN = frozenset("the a an is are be it of and or to in for that this must may can should".split())
_MEANING = {
    "mandatory": "required", "compulsory": "required", "must": "required", "always": "required",
    "needed": "required", "empty": "optional", "without": "optional", "voluntary": "optional",
    "blank": "optional", "omitted": "optional",
    "cannot": "never", "forbidden": "never", "several": "shared", "share": "shared", "repeat": "shared",
    "delete": "deleted", "can": "allowed", "may": "allowed", "yes": "allowed", "no": "never",
}  # fmt: skip


def apply(
    requirement: str, written_as: Format, answers: tuple[Answer, ...], questions: tuple[Question, ...]
) -> tuple[str, Format, tuple[str, ...]]:
    """The requirement with the answers, its format, and the choices that settle contradictions.

    An answer to a contradiction chooses between its two statements; any other answer is more requirement.
    """
    by_id = {question.id: question for question in questions}
    added: list[str] = []
    settled: list[str] = []
    elsewhere = False
    for answer in answers:
        question = by_id.get(answer.question_id)
        text = answer.text.strip()
        if not text:
            continue
        if question is not None and question.reason.startswith(REASON) and len(question.suggestions) == 2:
            settled.append("\n".join((*question.suggestions, text)))
        else:
            added.append(text)
            elsewhere = elsewhere or (question is not None and OUT_OF_SCOPE in question.reason)
    if elsewhere:
        return "\n\n".join(added), "text", tuple(settled)
    return _joined(requirement, written_as, added), written_as, tuple(settled)


def _joined(requirement: str, written_as: Format, added: list[str]) -> str:
    if not added:
        return requirement
    plain = requirement.lstrip("\ufeff \n\r\t")
    if written_as == "text" or (written_as == "auto" and plain[:1] not in ("{", "[")):
        return "\n\n".join([requirement, *added])
    value = json.loads(plain)
    if isinstance(value, dict):
        return json.dumps({**value, "answers to questions": added})
    return json.dumps([*value, *added] if isinstance(value, list) else [value, *added])


def settle(document: Document, settled: tuple[str, ...]) -> Document:
    """The document without the statements that answers rule out."""
    for entry in settled:
        first, second, answer = entry.split("\n", 2)
        drop, add = _ruled_out(first, second, answer)
        kept = [left for sentence in document.sentences for left in _without(sentence, drop)]
        document = replace(document, sentences=(*kept, *(Sentence(text=text) for text in add)))
    return document


def _ruled_out(first: str, second: str, answer: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The statements to drop, and the statements to add: a new one takes the place of both."""
    low = _plain(answer)
    for chosen, other in ((first, second), (second, first)):
        if low == _plain(chosen):
            return (other,), ()
    mine, theirs = _meaning(first), _meaning(second)
    said = _meaning(answer)
    left, right = len(said & (mine - theirs)), len(said & (theirs - mine))
    if "not" in said and "required" in said:
        left, right = (0, 1) if "required" in mine else (1, 0)
    if left != right:
        return ((second,) if left > right else (first,)), ()
    return (first, second), (answer,)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _meaning(text: str) -> set[str]:
    found = re.findall(r"\d+(?:\.\d+)?|[a-z]+", text.lower())
    return {_MEANING.get(word, word) for word in found if word not in _PLAIN or word in _MEANING}


def _without(sentence: Sentence, dropped: tuple[str, ...]) -> list[Sentence]:
    if sentence.text in dropped:
        return []
    parts = field_statements.parts(sentence.text)
    left = [part for part in parts if part not in dropped]
    if len(left) == len(parts):
        return [sentence]
    return [replace(sentence, text=part) for part in left]
