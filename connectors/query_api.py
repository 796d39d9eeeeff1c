"""Asking the query API over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import httpx

from connectors.resilience.outgoing import Outgoing
from connectors.resilience.policy import CallPolicy
from schemas.errors import BadInputError, SetupError, StreamwrightError

_TOO_MANY_REQUESTS = 429
# The API itself takes up to its time limit to answer.
_ON_THE_WAY_SECONDS = 5.0


def query_calls(policy: CallPolicy) -> Outgoing:
    """The calls to a query API: its server errors and silence count as failures, its refusals do not."""
    patient = replace(policy, timeout_seconds=policy.timeout_seconds + _ON_THE_WAY_SECONDS)
    return Outgoing("query-api", patient, is_failure=_is_failure, timeouts=(httpx.TimeoutException,))


def _is_failure(error: BaseException) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= 500 or error.response.status_code == _TOO_MANY_REQUESTS
    return isinstance(error, httpx.HTTPError)


def ask(
    api_url: str, path: str, parameters: Mapping[str, Sequence[str]], calls: Outgoing
) -> dict[str, object]:
    """The JSON object that the API answers.

    Args:
        api_url: as http://127.0.0.1:8000.
        path: below /api/v1, as 'deliveries'.
        parameters: values of each query parameter.
        calls: as `query_calls` gives them.

    Raises:
        BadInputError: the API refuses the question, or has no such thing.
        SetupError: the API cannot be reached, or cannot answer now.
    """
    answer: dict[str, object] = _response(api_url, path, parameters, calls).json()
    return answer


def ask_text(api_url: str, path: str, calls: Outgoing) -> str:
    """The text that the API answers, as of a generated file; else as `ask`."""
    return _response(api_url, path, {}, calls).text


def _response(
    api_url: str, path: str, parameters: Mapping[str, Sequence[str]], calls: Outgoing
) -> httpx.Response:
    url = f"{api_url}/api/v1/{path}"
    named = httpx.QueryParams({name: list(values) for name, values in parameters.items()})
    timeout = calls.policy.timeout_seconds
    try:
        return calls.call(
            lambda: httpx.get(url, params=named, timeout=timeout).raise_for_status(), is_repeatable=True
        )
    except httpx.HTTPStatusError as error:
        raise _refused(url, error.response) from error
    except (httpx.HTTPError, TimeoutError) as error:
        raise SetupError(
            f"Asking {url}",
            why=str(error) or type(error).__name__,
            todo="Check the query API with: streamwright status",
        ) from error


def _refused(url: str, response: httpx.Response) -> StreamwrightError:
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    told = [f"{error.get('field')}: {error.get('message')}" for error in problem.get("errors", [])]
    why = "; ".join([str(problem.get("detail") or problem.get("title") or response.text[:200]), *told])
    if response.status_code >= 500:
        return SetupError(f"Asking {url}", why=why, todo="Try again in a moment, or see: streamwright status")
    return BadInputError(
        f"Asking {url}", why=why, todo=f"See {response.url.join('/docs')} for what can be asked"
    )
