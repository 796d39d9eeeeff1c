"""A language model with all that stands around a call: kept answers, budget, retries, breaker, metrics."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

import structlog

from connectors.language_models import measures
from connectors.language_models.asking import (
    FailureKind,
    LanguageModel,
    ModelError,
    Provider,
    Question,
    Reply,
    estimated_tokens,
)
from connectors.language_models.budget import Budget, input_tokens_of
from connectors.language_models.kept_answers import KeptAnswers, Spent, digest_of
from connectors.language_models.redaction import REDACTED, without_secrets
from connectors.resilience.breaker import BreakerOpenError
from connectors.resilience.outgoing import Outgoing

_log = structlog.get_logger()
_PROGRESS_SECONDS = 2.0
Ending = Literal["answered", "not_made"] | FailureKind


def is_failure_of_provider(error: BaseException) -> bool:
    """Whether the provider cannot answer now; a request that it does not take is ours to mend."""
    return not isinstance(error, ModelError) or error.kind != "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How asking went.

    Attributes:
        text: the answer, or what had come of it; may hold what must not be recorded.
        reason: why there is no answer, without secrets; '' where there is one.
        tries: requests made.
        seconds: time from the question to the answer, waits included.
    """

    ending: Ending
    text: str = ""
    reason: str = ""
    is_whole: bool = True
    is_kept: bool = False
    tries: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)
    seconds: float = 0.0


@dataclass(slots=True)
class _Used:
    """What the tries of one call have used."""

    tries: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelClient:
    """One model of one provider.

    Attributes:
        secrets: texts that are never logged or recorded.
        clock: seconds, monotonic.
    """

    provider: Provider
    model: str
    base_url: str
    protocol: LanguageModel
    outgoing: Outgoing
    budget: Budget
    kept: KeptAnswers
    secrets: tuple[str, ...] = ()
    clock: Callable[[], float] = field(default=time.monotonic)

    def redact(self, text: str) -> str:
        """The text without keys and passwords."""
        return without_secrets(text, self.secrets)

    def ask(self, delivery_id: str, question: Question, *, seconds: float, only_kept: bool = False) -> Asked:
        """The answer, from earlier calls where it is kept. Never raises for what a provider does.

        Args:
            seconds: no request is begun after that time.
            only_kept: make no request.
        """
        digest = digest_of(self.provider, self.model, self.base_url, question)
        kept = self.kept.find(delivery_id, digest)
        if kept is not None:
            measures.KEPT.labels(self.provider, self.model).inc()
            return Asked(ending="answered", text=kept.text, is_whole=kept.is_whole, is_kept=True)
        refusal = "no answer is kept" if only_kept else self._refusal(delivery_id, question, seconds)
        if refusal:
            return self._told(Asked(ending="not_made", reason=refusal))
        return self._told(self._call(delivery_id, digest, question, seconds))

    def _refusal(self, delivery_id: str, question: Question, seconds: float) -> str:
        if seconds <= 0:
            return "the time for calls of this work is used up"
        return self.budget.refusal(self.kept.spent(delivery_id), question)

    def _call(self, delivery_id: str, digest: str, question: Question, seconds: float) -> Asked:
        used, began = _Used(), self.clock()

        def request() -> Reply:
            if self.clock() - began > seconds:
                raise ModelError(self.provider, "timed_out", "the time for calls of this work is used up")
            used.tries += 1
            return self._request(question, used, delivery_id)

        try:
            reply = self.outgoing.call(request, is_repeatable=True)
        except BreakerOpenError as error:
            return self._asked("failed" if used.tries else "not_made", used, began, str(error))
        except ModelError as error:
            return self._asked(error.kind, used, began, str(error))
        except TimeoutError as error:
            # The client itself did not return: what it had sent counts.
            self._use(used, delivery_id, input_tokens_of(question), 0)
            return self._asked("timed_out", used, began, str(error))
        self.kept.keep(delivery_id, digest, reply)
        used.text = reply.text
        return replace(self._asked("answered", used, began, ""), is_whole=reply.is_whole)

    def _asked(self, ending: Ending, used: _Used, began: float, reason: str) -> Asked:
        return Asked(
            ending=ending,
            text=used.text,
            reason=self.redact(reason),
            is_whole=False,
            tries=used.tries,
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
            cost=self.budget.cost_of(used.input_tokens, used.output_tokens),
            seconds=self.clock() - began,
        )

    def _request(self, question: Question, used: _Used, delivery_id: str) -> Reply:
        try:
            reply = self.protocol.ask(question, self._progress(delivery_id))
        except ModelError as error:
            received = estimated_tokens(error.text) if error.text else 0
            self._use(used, delivery_id, error.input_tokens, received)
            used.text = self._without_key(error.text)
            raise
        self._use(used, delivery_id, reply.input_tokens, reply.output_tokens)
        return replace(reply, text=self._without_key(reply.text))

    def _without_key(self, text: str) -> str:
        """A provider could tell the key back: then it must get into no result either."""
        for secret in filter(None, self.secrets):
            text = text.replace(secret, REDACTED)
        return text

    def _use(self, used: _Used, delivery_id: str, sent: int, received: int) -> None:
        used.input_tokens += sent
        used.output_tokens += received
        self._spend(delivery_id, sent, received)

    def _spend(self, delivery_id: str, sent: int, received: int) -> None:
        """Noted at once, so that a crash does not make calls free."""
        cost = self.budget.cost_of(sent, received)
        if sent or received:
            self.kept.spend(delivery_id, Spent(sent + received, cost))
        measures.TOKENS.labels(self.provider, self.model, "sent").inc(sent)
        measures.TOKENS.labels(self.provider, self.model, "received").inc(received)
        measures.COST.labels(self.provider, self.model).inc(float(cost))

    def _progress(self, delivery_id: str) -> Callable[[int], None]:
        told = self.clock()
        gauge = measures.STREAMED.labels(self.provider, self.model)

        def progress(characters: int) -> None:
            nonlocal told
            gauge.set(characters)
            if self.clock() - told >= _PROGRESS_SECONDS:
                told = self.clock()
                _log.info("language model answers", delivery=delivery_id, characters=characters)

        return progress

    def _told(self, asked: Asked) -> Asked:
        labels = (self.provider, self.model)
        measures.CALLS.labels(*labels, asked.ending).inc()
        measures.SECONDS.labels(*labels).observe(asked.seconds)
        measures.STREAMED.labels(*labels).set(0)
        _log.info(
            "language model asked",
            provider=self.provider,
            model=self.model,
            ending=asked.ending,
            reason=asked.reason,
            tries=asked.tries,
            tokens=asked.input_tokens + asked.output_tokens,
            seconds=round(asked.seconds, 3),
        )
        return asked
