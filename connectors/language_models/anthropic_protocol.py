"""Models that speak Anthropic's protocol."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, cast

import anthropic

from connectors.language_models.asking import ModelError, Progress, Question, Reply, estimated_tokens
from connectors.language_models.client_errors import model_error

if TYPE_CHECKING:
    from anthropic.types import MessageParam, ToolParam


# At debug level the client logs whole requests, with all that is personal in them.
logging.getLogger("anthropic").setLevel(logging.INFO)


class AnthropicProtocol:
    """Messages, streamed; the answer is the input of the only tool, which the model has to use.

    Args:
        base_url: '' for Anthropic itself.
        key: '' where the server asks for none.
        timeout_seconds: for a whole answer.
    """

    def __init__(self, model: str, base_url: str, key: str, timeout_seconds: float) -> None:
        self._model = model
        self._timeout = timeout_seconds
        # Trying again is decided one level above, for all protocols alike.
        self._client = anthropic.Anthropic(
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
            raise model_error("anthropic", error, question, "".join(parts)) from None

    def _read(self, question: Question, progress: Progress, parts: list[str]) -> Reply:
        deadline = time.monotonic() + self._timeout
        given, received, why_ended = 0, 0, ""
        with self._client.messages.create(
            model=self._model,
            system=question.instructions,
            messages=_messages(question),
            tools=[_tool(question)],
            tool_choice={"type": "tool", "name": question.name},
            max_tokens=question.most_output_tokens,
            stream=True,
        ) as stream:
            for event in stream:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the answer was not whole after {self._timeout:g} seconds")
                if event.type == "message_start":
                    given = event.message.usage.input_tokens
                elif event.type == "content_block_delta" and event.delta.type == "input_json_delta":
                    parts.append(event.delta.partial_json)
                elif event.type == "message_delta":
                    received, why_ended = event.usage.output_tokens, event.delta.stop_reason or ""
                progress(sum(map(len, parts)))
        text = "".join(parts)
        return Reply(
            text=text,
            input_tokens=given or estimated_tokens(question.instructions, *(t.text for t in question.turns)),
            output_tokens=received or estimated_tokens(text),
            is_whole=why_ended in ("tool_use", "end_turn"),
        )


def _messages(question: Question) -> list[MessageParam]:
    messages = [{"role": turn.role, "content": turn.text} for turn in question.turns]
    return cast("list[MessageParam]", messages)


def _tool(question: Question) -> ToolParam:
    tool = {
        "name": question.name,
        "description": "Hands over the answer.",
        "input_schema": dict(question.json_schema),
    }
    return cast("ToolParam", tool)
