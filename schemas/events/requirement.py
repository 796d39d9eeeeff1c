"""Events of `requirement-events`: what users ask for, and what the analyzer asks back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from typing_extensions import Doc

from schemas.personal import AUTHOR, PERSONAL
from schemas.specification import Answer, Question

RequirementFormat = Literal["auto", "text", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementSubmitted:
    """A user asks for a service. It starts a delivery."""

    requirement: Annotated[str, Doc("The requirement: free text, user stories or JSON text"), PERSONAL]
    format: Annotated[RequirementFormat, Doc("text, json, or auto to find out")] = "auto"
    submitted_by: Annotated[str, Doc("Who asks, '' if not known"), AUTHOR] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClarificationAnswered:
    """A user answers questions of the analyzer; the analysis starts again with the answers."""

    answers: Annotated[tuple[Answer, ...], Doc("At least one"), PERSONAL]
    answered_by: Annotated[str, Doc("Who answers, '' if not known"), AUTHOR] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationRequested:
    """A user wants the delivery undone."""

    reason: Annotated[str, Doc("Why, in the user's words"), PERSONAL] = ""
    requested_by: Annotated[str, Doc("Who asks, '' if not known"), AUTHOR] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRequested:
    """A user wants a compensated delivery tried again, after a fix."""

    reason: Annotated[str, Doc("What was fixed"), PERSONAL] = ""
    requested_by: Annotated[str, Doc("Who asks, '' if not known"), AUTHOR] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisStarted:
    """The Business Analyzer has taken the requirement."""

    attempt: Annotated[int, Doc("1 for the first try of the delivery; answers and retries count up")]
    requirement: Annotated[str, Doc("The requirement that is analysed"), PERSONAL]
    format: Annotated[RequirementFormat, Doc("text, json or auto")]
    answers: Annotated[tuple[Answer, ...], Doc("All answers given so far"), PERSONAL] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClarificationRequested:
    """The requirement is too vague, contradicts itself or is out of scope."""

    attempt: Annotated[int, Doc("Attempt of the delivery")]
    questions: Annotated[tuple[Question, ...], Doc("What the analyzer needs to know"), PERSONAL]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisFailed:
    """The analysis could not be done."""

    attempt: Annotated[int, Doc("Attempt of the delivery")]
    reason: Annotated[str, Doc("What failed, why, and what to do"), PERSONAL]
