"""Asks a language model until its answer holds, a bounded number of times; each call becomes an event."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from connectors.language_models.asking import Question, Turn
from connectors.language_models.client import Asked, ModelClient
from schemas.events.outcome import ModelCalled, ModelOutcome
from streams.agents.model_engine.answer_schema import AnswerError
from streams.agents.model_engine.prompt import Prompt

T = TypeVar("T")
_LONGEST_TEXT = 200_000
_MEND = (
    "Your answer was not taken, for these reasons:\n{problems}\n"
    "Give the whole answer again, mended, in the same structure."
)


@dataclass(slots=True)
class Conversation:
    """The calls of one piece of work.

    Attributes:
        calls: those made so far, as events.
        begun: when it began, by the clock of the engine.
    """

    delivery_id: str
    attempt: int
    calls: list[ModelCalled] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEngine:
    """One use of a language model by an agent.

    Attributes:
        purpose: what is asked for, as 'analysis'.
        structure: name and JSON schema of the answer.
        repairs: times that an answer may be mended.
        most_output_tokens: longest answer.
        total_seconds: time for all calls of a piece of work.
    """

    client: ModelClient
    prompt: Prompt
    purpose: str
    structure: tuple[str, dict[str, object]]
    repairs: int
    most_output_tokens: int
    total_seconds: float

    @property
    def name(self) -> str:
        """The engine as results name it: provider, model, prompt."""
        return f"{self.client.provider}:{self.client.model}/{self.prompt.version}"

    def run(
        self, work: Conversation, text: str, check: Callable[[str], T], *, only_kept: bool = False
    ) -> T | None:
        """What the model makes of the text; None where it gives nothing that holds.

        Args:
            check: reads an answer; raises AnswerError for one that does not hold.
            only_kept: take answers of earlier calls, and make none.
        """
        turns: tuple[Turn, ...] = (Turn(role="user", text=text),)
        for _ in range(self.repairs + 1):
            asked = self._ask(work, turns, only_kept=only_kept)
            if asked.ending != "answered":
                self._note(work, turns, asked, asked.ending, asked.reason)
                return None
            try:
                found = check(asked.text)
            except AnswerError as error:
                problems = error.problems
                if not asked.is_whole:
                    problems = ("It was cut off: it is too long, so leave out what matters least", *problems)
                self._note(work, turns, asked, "invalid", "; ".join(problems))
                turns = (*turns, *_mending(asked.text, problems))
                continue
            self._note(work, turns, asked, "used", "")
            return found
        return None

    def _ask(self, work: Conversation, turns: tuple[Turn, ...], *, only_kept: bool) -> Asked:
        name, schema = self.structure
        question = Question(
            instructions=self.prompt.text,
            turns=turns,
            name=name,
            json_schema=schema,
            most_output_tokens=self.most_output_tokens,
        )
        left = self.total_seconds - (time.monotonic() - work.begun)
        return self.client.ask(work.delivery_id, question, seconds=left, only_kept=only_kept)

    def _note(
        self, work: Conversation, turns: tuple[Turn, ...], asked: Asked, outcome: ModelOutcome, reason: str
    ) -> None:
        client = self.client
        work.calls.append(
            ModelCalled(
                attempt=work.attempt,
                number=len(work.calls) + 1,
                purpose=self.purpose,
                provider=client.provider,
                model=client.model,
                prompt_version=self.prompt.version,
                prompt_sha256=self.prompt.sha256,
                prompt=client.redact(turns[-1].text)[:_LONGEST_TEXT],
                answer=client.redact(asked.text)[:_LONGEST_TEXT],
                outcome=outcome,
                reason=client.redact(reason)[:_LONGEST_TEXT],
                is_cached=asked.is_kept,
                tries=asked.tries,
                input_tokens=asked.input_tokens,
                output_tokens=asked.output_tokens,
                cost=f"{asked.cost.normalize():f}",
                seconds=asked.seconds,
            )
        )


def _mending(answer: str, problems: tuple[str, ...]) -> tuple[Turn, Turn]:
    told = "\n".join(f"- {problem}" for problem in problems)
    return (
        Turn(role="assistant", text=answer or "(nothing)"),
        Turn(role="user", text=_MEND.format(problems=told)),
    )
