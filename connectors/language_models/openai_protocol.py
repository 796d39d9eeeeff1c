"""Models that speak OpenAI's protocol: its own, and those of many other servers."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, cast

import openai

from connectors.language_models.asking import ModelError, Progress, Question, Reply, estimated_tokens
from connectors.language_models.client_errors import model_error

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam
    from openai.types.shared_params import ResponseFormatJSONSchema


# At debug level the client logs whole requests, with all that is personal in them.
logging.getLogger("openai").setLevel(logging.INFO)


class OpenAiProtocol:
    """Chat completions, streamed, with an answer by JSON schema.

    Args:
        base_url: '' for OpenAI itself.
        key: '' where the server asks for none.
        timeout_seconds: for a whole answer.
    """

    def __init__(self, model: str, base_url: str, key: str, timeout_seconds: float) -> None:
        self._model = model
        self._timeout = timeout_seconds
        # Trying again is decided one level above, for all protocols alike.
        self._client = openai.OpenAI(
            api_key=key or "none", base_url=base_url or None, timeout=timeout_seconds, max_retries=0
        )

    def ask(self, question: Question, progress: Progress) -> Reply:
        """The model's answer; see `LanguageModel`."""
        parts: list[str] = []
        try:
            return self._read(question, progress, parts)
        except ModelError:
            raise
        except Exception as error:
            raise model_error("openai", error, question, "".join(parts)) from None

    def _read(self, question: Question, progress: Progress, parts: list[str]) -> Reply:
        deadline = time.monotonic() + self._timeout
        given, received, why_ended = 0, 0, ""
        with self._client.chat.completions.create(
            model=self._model,
            messages=_messages(question),
            response_format=_format(question),
            max_completion_tokens=question.most_output_tokens,
            stream=True,
            stream_options={"include_usage": True},
        ) as stream:
            for chunk in stream:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the answer was not whole after {self._timeout:g} seconds")
                if chunk.usage is not None:
                    given, received = chunk.usage.prompt_tokens, chunk.usage.completion_tokens
                for choice in chunk.choices[:1]:
                    parts.append(choice.delta.content or "")
                    why_ended = choice.finish_reason or why_ended
                progress(sum(map(len, parts)))
        text = "".join(parts)
        return Reply(
            text=text,
            input_tokens=given or estimated_tokens(question.instructions, *(t.text for t in question.turns)),
            output_tokens=received or estimated_tokens(text),
            is_whole=why_ended == "stop",
        )


def _messages(question: Question) -> list[ChatCompletionMessageParam]:
    messages = [{"role": "system", "content": question.instructions}]
    messages += [{"role": turn.role, "content": turn.text} for turn in question.turns]
    return cast("list[ChatCompletionMessageParam]", messages)


def _format(question: Question) -> ResponseFormatJSONSchema:
    schema = {"name": question.name, "schema": dict(question.json_schema), "strict": False}
    return cast("ResponseFormatJSONSchema", {"type": "json_schema", "json_schema": schema})
