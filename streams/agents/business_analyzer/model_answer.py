"""What a language model answers to a requirement, and what becomes of it once it is checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Annotated

from typing_extensions import Doc

from schemas.specification import Question, Specification
from streams.agents.business_analyzer import validation
from streams.agents.business_analyzer.document import Document
from streams.agents.business_analyzer.draft import MAX_ENTITIES, MAX_FIELDS, RULE_LISTS
from streams.agents.business_analyzer.operations import operations
from streams.agents.business_analyzer.stories import features_and_stories
from streams.agents.model_engine.answer_schema import AnswerError, AnswerSchema

MAX_RULES = 400
_LONGEST = 2_000
# These follow from the rest; a model that wrote them could contradict itself.
_DERIVED = frozenset({"Specification.operations", "Specification.features", "Specification.stories"})
# Texts for people may hold anything but control characters; all others end in code, paths or tables.
_PROSE = frozenset(
    "label description message summary text about reason suggestions assumption name/Specification".split()
)
_PLAIN = re.compile(r"[A-Za-z0-9_.:=,+\-@/ ]{0,200}\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The specification; or, only where nothing can be built without answers, the questions."""

    specification: Annotated[Specification | None, Doc("What is to be built, null where you ask")] = None
    questions: Annotated[tuple[Question, ...], Doc("What has to be known first, empty else")] = ()


SCHEMA = AnswerSchema(Analysis, leave_out=_DERIVED)


def read_analysis(text: str, document: Document, asked: int) -> Specification | tuple[Question, ...]:
    """The whole specification, or questions with ids.

    Args:
        text: the model's answer.
        document: the requirement, for what stories tell of it.
        asked: number of questions that were asked in earlier rounds.

    Raises:
        AnswerError: it breaks a rule.
    """
    found = SCHEMA.read(text)
    if found.specification is None:
        if not found.questions:
            raise AnswerError(("Give a specification, or questions",))
        return _questions(found.questions, asked)
    _check_size(found.specification)
    _refuse(text_problems(found.specification))
    try:
        return _completed(found.specification, document)
    except AnswerError:
        raise
    except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
        # What the rules never write, and no check has thought of.
        raise AnswerError((f"It does not hold together ({type(error).__name__}: {error})",)) from error


def text_problems(value: object, place: str = "specification") -> tuple[str, ...]:
    """Texts within that have characters or a length that a specification never has."""
    return tuple(_text_problems(value, place, is_prose=False))


def _text_problems(value: object, place: str, *, is_prose: bool) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) > _LONGEST or _CONTROL.search(value):
            yield f"{place}: a text has at most {_LONGEST} characters, and no control characters"
        elif not is_prose and not _PLAIN.match(value):
            yield f"{place}: only letters of English, digits and _ . : = , + - @ / are taken"
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _text_problems(item, f"{place}.{number}", is_prose=is_prose)
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            prose = bool({each.name, f"{each.name}/{type(value).__name__}"} & _PROSE)
            yield from _text_problems(getattr(value, each.name), f"{place}.{each.name}", is_prose=prose)


def _refuse(problems: tuple[str, ...]) -> None:
    if problems:
        raise AnswerError(problems)


def _questions(questions: tuple[Question, ...], asked: int) -> tuple[Question, ...]:
    if len(questions) > 10 or not all(question.text.strip() for question in questions):
        raise AnswerError(("Ask one to ten questions, each with a text",))
    return tuple(
        replace(question, id=f"Q{asked + number:02d}", assumption="")
        for number, question in enumerate(questions, start=1)
    )


def _check_size(spec: Specification) -> None:
    problems = [
        f"{what}: {found} are more than {most}"
        for what, found, most in (
            ("entities", len(spec.entities), MAX_ENTITIES),
            ("rules", sum(len(getattr(spec, name)) for name in RULE_LISTS), MAX_RULES),
            *((f"fields of {entity.name}", len(entity.fields), MAX_FIELDS) for entity in spec.entities),
        )
        if found > most
    ]
    if not spec.name.strip() or len(spec.name) > 60 or len(spec.summary) > _LONGEST:
        problems.append(f"name: 1 to 60 characters, and a summary of at most {_LONGEST}")
    _refuse(tuple(problems))


def _completed(spec: Specification, document: Document) -> Specification:
    """With all that follows from entities and rules."""
    assumed = tuple(
        replace(question, id=f"Q{number:02d}") for number, question in enumerate(spec.open_questions, start=1)
    )
    spec = replace(spec, features=(), stories=(), operations=(), open_questions=assumed)
    # What follows from a broken reference cannot be made, so these are looked for first.
    _refuse(validation.problems(spec))
    spec = replace(spec, operations=operations(spec))
    features, stories = features_and_stories(spec, document)
    spec = replace(spec, features=features, stories=stories)
    _refuse(validation.problems(spec))
    return spec
