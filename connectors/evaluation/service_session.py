"""Talks to a running service: creates records with all that they refer to, and counts errors."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from connectors.evaluation.entity_matching import resource_named
from connectors.evaluation.sample_values import SampleValues
from connectors.evaluation.service_description import Description, Json, Resource, object_schema

_ROUNDS = 10
_DEEPEST = 5
_REQUEST_SECONDS = 60.0
Record = dict[str, Any]


class NotAcceptedError(Exception):
    """The service took none of the data that was made for it; the message holds its last words."""


@dataclass
class Trial:
    """What is sent next: which attempt each field is at, and which fields that may be left out are sent."""

    attempts: dict[str, int] = field(default_factory=dict)
    first: int = 0
    sent: set[str] = field(default_factory=set)

    def attempt(self, name: str) -> int:
        """The attempt of the field."""
        return self.attempts.get(name, self.first)

    def learn(self, refusal: httpx.Response, names: Mapping[str, Json]) -> None:
        """Try something else for the fields that the refusal names; for all where it names none."""
        named = _fields_named(refusal) & set(names)
        for name in named or set(names):
            self.attempts[name] = self.attempt(name) + 1
        self.sent |= named


def _fields_named(refusal: httpx.Response) -> set[str]:
    try:
        errors = refusal.json().get("errors") or refusal.json().get("detail") or []
    except (ValueError, AttributeError):
        return set()
    found = set()
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, dict):
            place = error.get("field") or (error.get("loc") or [""])[-1]
            found.add(str(place).split(".")[-1])
    return found


class ServiceSession:
    """One conversation with a service.

    Args:
        url: as http://127.0.0.1:8000.
        service: what it offers.
        values: makes the data.
        deadline: on the monotonic clock; afterwards every call raises TimeoutError.
    """

    def __init__(self, url: str, service: Description, values: SampleValues, deadline: float) -> None:
        self.service = service
        self.server_errors: list[str] = []
        self._values = values
        self._deadline = deadline
        self._client = httpx.Client(base_url=url, timeout=_REQUEST_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def call(
        self, method: str, path: str, body: object = None, query: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """One request; a status from 500 on is kept in `server_errors`.

        Raises:
            TimeoutError: the time for the whole conversation is over.
        """
        if time.monotonic() > self._deadline:
            raise TimeoutError("the time for calling the service is over")
        answer = self._client.request(method, path, json=body, params=query)
        if answer.status_code >= 500:
            self.server_errors.append(f"{answer.status_code} {method.upper()} {path}")
        return answer

    def create(self, resource: Resource, *, full: bool = False, first: int = 0, depth: int = 0) -> Record:
        """A new record, with new records of everything that it must refer to.

        Args:
            full: send what may be left out, too.
            first: attempt to begin with, see `SampleValues.value`.

        Raises:
            NotAcceptedError: none of the data that was tried is accepted, or it cannot be created at all.
        """
        if resource.create is None or "{" in resource.path:
            raise NotAcceptedError(f"{resource.path} cannot be posted to by itself")
        answer = self.send(
            "post", resource.path, resource.create.body, full=full, first=first, depth=depth, owner=resource
        )
        if not answer.is_success:
            raise NotAcceptedError(told(answer))
        record = answer.json()
        return record if isinstance(record, dict) else {}

    def send(
        self,
        method: str,
        path: str,
        schema: Json | None,
        *,
        full: bool = False,
        first: int = 0,
        depth: int = 0,
        rounds: int = _ROUNDS,
        owner: Resource | None = None,
    ) -> httpx.Response:
        """Sends bodies of that schema until one is accepted; gives the last answer."""
        shape = object_schema(schema)
        trial = Trial(first=first)
        optional = {n for n, s in shape.get("properties", {}).items() if "default" not in s}
        trial.sent = set(shape.get("required", ())) | (optional if full else set())
        answer = httpx.Response(400)
        for turn in range(rounds):
            body = self._body(shape, trial, depth, owner)
            answer = self.call(method, path, body if shape or schema else None)
            if answer.is_success or answer.status_code in (403, 404, 405) or answer.status_code >= 500:
                return answer
            trial.learn(answer, shape.get("properties", {}))
            if turn == rounds // 2:
                trial.sent |= optional
        return answer

    def _body(self, shape: Json, trial: Trial, depth: int, owner: Resource | None) -> Record:
        body: Record = {}
        for name, schema in shape.get("properties", {}).items():
            if name not in trial.sent:
                continue
            attempt = trial.attempt(name)
            if name.endswith("_id") and _is_whole(schema):
                required = name in shape.get("required", ())
                referred = self._referred(name, attempt, depth, owner, required=required)
                if referred is not None:
                    body[name] = referred
            else:
                body[name] = self._values.value(name, schema, attempt)
        return body

    def _referred(
        self, name: str, attempt: int, depth: int, owner: Resource | None, *, required: bool
    ) -> int | None:
        """Id of a new record that the field can refer to, None where it may stay empty."""
        near = resource_named(name.removesuffix("_id"), self.service.resources)
        choices = [r for r in self.service.resources if r.create is not None and r is not near]
        if near is not None:
            choices.insert(0, near)
        chosen = choices[attempt % len(choices)] if choices else None
        if chosen is None or depth >= _DEEPEST or (chosen is owner and not required):
            return None
        try:
            return int(self.create(chosen, first=0, depth=depth + 1)["id"])
        except (NotAcceptedError, KeyError, TypeError, ValueError):
            if required:
                raise
            return None

    def parameter_value(self, name: str, schema: Json) -> Any:
        """A value for a query parameter."""
        return self._values.value(name, schema, 0)


def _is_whole(schema: Json) -> bool:
    return schema.get("type") == "integer" or any(c.get("type") == "integer" for c in schema.get("anyOf", ()))


def told(answer: httpx.Response) -> str:
    """Status and words of an answer, short."""
    try:
        problem = answer.json()
        words = problem.get("detail") or problem.get("title") or ""
        fields = "; ".join(f"{e.get('field')}: {e.get('message')}" for e in problem.get("errors") or ())
        return f"{answer.status_code} {words} {fields}".strip()[:300]
    except (ValueError, AttributeError):
        return f"{answer.status_code} {answer.text[:200]}"
