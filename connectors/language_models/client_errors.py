"""Errors of the providers' clients as ours. Both clients are made alike, and so are their errors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

from connectors.language_models.asking import FailureKind, ModelError, Question, estimated_tokens

_LONGEST = 500


def model_error(provider: str, error: Exception, question: Question, text: str) -> ModelError:
    """What a client raised, as an error of ours.

    Args:
        text: of the answer, as far as it had come.
    """
    kind = _kind(error)
    # A request that was answered with a status was not worked on, one that broke off later was.
    is_unpaid = not text and kind in ("refused", "rate_limited", "failed")
    sent = (question.instructions, *(turn.text for turn in question.turns))
    return ModelError(
        provider,
        kind,
        f"{type(error).__name__}: {str(error)[:_LONGEST]}",
        text=text,
        input_tokens=0 if is_unpaid else estimated_tokens(*sent),
        retry_after_seconds=_retry_after(error),
    )


def _kind(error: Exception) -> FailureKind:
    status = getattr(error, "status_code", None)
    if status == 429:
        return "rate_limited"
    if isinstance(status, int) and 400 <= status < 500 and status not in (408, 409):
        return "refused"
    names = {cls.__name__ for cls in type(error).__mro__}
    if status == 408 or names & {"TimeoutError", "APITimeoutError", "TimeoutException"}:
        return "timed_out"
    return "failed"


def _retry_after(error: Exception) -> float:
    """The header of that name, in seconds or as a date."""
    response = getattr(error, "response", None)
    headers = cast("Mapping[str, str]", getattr(response, "headers", {}))
    told = headers.get("retry-after", "")
    try:
        return max(float(told), 0.0)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return 0.0
    return max((moment.astimezone(UTC) - datetime.now(UTC)).total_seconds(), 0.0)
