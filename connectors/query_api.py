"""Asking the query API over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx

from schemas.errors import BadInputError, SetupError, StreamwrightError

_TIMEOUT_SECONDS = 15.0


def ask(api_url: str, path: str, parameters: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """The JSON object that the API answers.

    Args:
        api_url: as http://127.0.0.1:8000.
        path: below /api/v1, as 'deliveries'.
        parameters: values of each query parameter.

    Raises:
        BadInputError: the API refuses the question, or has no such thing.
        SetupError: the API cannot be reached, or cannot answer now.
    """
    url = f"{api_url}/api/v1/{path}"
    try:
        response = httpx.get(
            url,
            params=httpx.QueryParams({name: list(values) for name, values in parameters.items()}),
            timeout=_TIMEOUT_SECONDS,
        )
    except httpx.HTTPError as error:
        raise SetupError(
            f"Asking {url}",
            why=str(error) or type(error).__name__,
            todo="Check the query API with: streamwright status",
        ) from error
    if response.is_success:
        answer: dict[str, object] = response.json()
        return answer
    raise _refused(url, response)


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
