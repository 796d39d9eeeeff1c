"""The analysis by a language model; where that gives nothing that holds, by the rules."""

from __future__ import annotations

from connectors.language_models.choosing import model_client
from connectors.language_models.client import ModelClient
from connectors.settings import Settings
from schemas.envelope import Event
from schemas.errors import StreamwrightError
from schemas.events.requirement import AnalysisStarted
from schemas.specification import Answer, Question, Specification
from streams.agents.business_analyzer.document import Document
from streams.agents.business_analyzer.engine import analyse, read
from streams.agents.business_analyzer.model_answer import SCHEMA, read_analysis
from streams.agents.business_analyzer.worker import ENGINE, result
from streams.agents.model_engine.engine import Conversation, ModelEngine
from streams.agents.model_engine.prompt import as_data, load_prompt
from streams.core.decider import WorkDone, WorkFailed

PROMPT = "analyze.v1"
_STRUCTURE = "analysis"
Found = Specification | tuple[Question, ...]


class ModelAnalysisWorker:
    """Runs the analysis with a language model, and the rules behind it."""

    def __init__(self, client: ModelClient, config: Settings) -> None:
        self._engine = ModelEngine(
            client=client,
            prompt=load_prompt(__package__, PROMPT),
            purpose="analysis",
            structure=(_STRUCTURE, SCHEMA.json_schema()),
            repairs=config.language_model_repairs,
            most_output_tokens=config.language_model_output_tokens,
            total_seconds=config.language_model_total_seconds,
        )

    def work(self, started: Event, trigger: Event) -> WorkDone | WorkFailed:  # noqa: ARG002
        """A specification, or the questions that have to be answered first."""
        begun = started.payload
        assert isinstance(begun, AnalysisStarted)
        document = read(begun.requirement, begun.format)
        conversation = Conversation(started.envelope.delivery_id, begun.attempt)
        found = self._ask(conversation, begun, document)
        engine = self._engine.name if found is not None else ENGINE
        try:
            if found is None:
                found = analyse(begun.requirement, begun.format, begun.answers)
        except StreamwrightError as error:
            calls = tuple(conversation.calls)
            return WorkFailed(attempt=begun.attempt, reason=str(error), calls=calls)
        return result(begun, found, engine, tuple(conversation.calls))

    def undo(self, delivery_id: str, attempt: int) -> None:
        """Nothing is left outside the log that a later attempt could not use."""

    def _ask(self, conversation: Conversation, begun: AnalysisStarted, document: Document) -> Found | None:
        """What the model makes of the requirement with the answers to its own questions.

        Answers name questions by number alone, so earlier rounds are gone through again, by their kept
        answers. Where these are not there, the rules asked, and the rules hear the answers.
        """
        open_answers = [answer for answer in begun.answers if answer.text.strip()]
        heard: list[tuple[Question, Answer]] = []
        asked = 0
        while True:
            text = question_text(begun.requirement, heard)
            first = asked

            def check(answer: str, first: int = first) -> Found:
                return read_analysis(answer, document, first)

            found = self._engine.run(conversation, text, check, only_kept=bool(open_answers))
            if not isinstance(found, tuple) or not open_answers:
                return found
            now = _answered(found, open_answers)
            if not now:
                return None
            heard += now
            open_answers = [answer for answer in open_answers if answer not in [each for _, each in now]]
            asked += len(found)


def _answered(questions: tuple[Question, ...], answers: list[Answer]) -> list[tuple[Question, Answer]]:
    by_id = {question.id: question for question in questions}
    return [(by_id[answer.question_id], answer) for answer in answers if answer.question_id in by_id]


def question_text(requirement: str, heard: list[tuple[Question, Answer]]) -> str:
    """What is sent: the requirement, and what was asked and answered, as data."""
    parts = [as_data("requirement", requirement)]
    if heard:
        told = "\n\n".join(f"Question: {question.text}\nAnswer: {answer.text}" for question, answer in heard)
        parts.append(as_data("answers", told))
    return "\n\n".join(parts)


def model_analysis(provider: str, config: Settings) -> ModelAnalysisWorker:
    """The worker that the settings ask for.

    Args:
        provider: 'openai' or 'anthropic'.

    Raises:
        SetupError: the settings name no model, or one that cannot be had.
    """
    return ModelAnalysisWorker(
        model_client("openai" if provider == "openai" else "anthropic", config), config
    )
