"""What is asked of a language model, and what comes back, whatever the protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from schemas.errors import StreamwrightError

Provider = Literal["openai", "anthropic"]
FailureKind = Literal["refused", "rate_limited", "timed_out", "failed"]
Progress = Callable[[int], None]
"""Is told the number of characters that have come so far."""

# Of English text and of JSON; on the safe side, as it is used for budgets.
_CHARACTERS_PER_TOKEN = 3


def estimated_tokens(*texts: str) -> int:
    """How many tokens the texts are at most, roughly, where nobody tells."""
    return sum(len(text.encode(errors="replace")) for text in texts) // _CHARACTERS_PER_TOKEN + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of the conversation beside the instructions."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked.

    Attributes:
        instructions: what the model is told to be and to do.
        turns: the messages, first and last of them by the user.
        name: of the structure asked for, an identifier.
        json_schema: of the structure asked for.
        most_output_tokens: longest answer.
    """

    instructions: str
    turns: tuple[Turn, ...]
    name: str
    json_schema: Mapping[str, object]
    most_output_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back.

    Attributes:
        text: JSON text, if the model keeps to the structure.
        is_whole: False where the model was stopped at the longest answer.
    """

    text: str
    input_tokens: int
    output_tokens: int
    is_whole: bool = True


class ModelError(StreamwrightError):
    """A language model has not answered.

    Attributes:
        kind: who or what was in the way; 'refused': the request itself is not taken.
        text: what had come until then.
        input_tokens: tokens sent that are likely paid for.
        retry_after_seconds: how long the provider wants to be left alone, 0 where it did not tell.
    """

    def __init__(
        self,
        provider: str,
        kind: FailureKind,
        why: str,
        *,
        text: str = "",
        input_tokens: int = 0,
        retry_after_seconds: float = 0.0,
    ) -> None:
        super().__init__(f"Asking the language model ({provider})", why=why, todo=_TODO[kind])
        self.kind: FailureKind = kind
        self.text = text
        self.input_tokens = input_tokens
        self.retry_after_seconds = retry_after_seconds


_TODO: dict[FailureKind, str] = {
    "refused": "Check STREAMWRIGHT_LANGUAGE_MODEL, its URL and its key",
    "rate_limited": "Wait, or ask the provider for a higher limit",
    "timed_out": "Wait, or set STREAMWRIGHT_LANGUAGE_MODEL_TIMEOUT_SECONDS higher",
    "failed": "See the provider's status; the work goes on without the model",
}


class LanguageModel(Protocol):
    """A client of one protocol."""

    def ask(self, question: Question, progress: Progress) -> Reply:
        """The model's answer, once, without trying again.

        Raises:
            ModelError: there is none.
        """
        ...
