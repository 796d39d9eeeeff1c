"""Really calls the operations that a requirement names, with records in the states that they need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, permutations
from typing import Any, Literal

import httpx

from connectors.evaluation.operation_matching import Plan, plans_for, values_of
from connectors.evaluation.service_description import Endpoint, Resource
from connectors.evaluation.service_session import NotAcceptedError, Record, ServiceSession, told

Standing = Literal["works", "missing", "refused"]
_MOST_PLANS = 4
_MOST_ROADS = 16
_ACTION_ROUNDS = 5


@dataclass(frozen=True)
class OperationTried:
    """How an operation fared.

    Attributes:
        operation: as the checks name it.
        standing: 'works': answered with 2xx; 'missing': nothing like it is offered; 'refused': it is offered,
            and answered with an error whatever was sent.
        how: method and path that were called.
        detail: last words of the service where it refused.
    """

    operation: str
    standing: Standing
    how: str = ""
    detail: str = ""


def try_operation(operation: str, session: ServiceSession, things: Sequence[str] = ()) -> OperationTried:
    """Tries the ways to call it, the nearest first, until one works.

    Args:
        things: names of the entities that the checks name.

    Raises:
        TimeoutError: the time of the session is over.
    """
    plans = plans_for(operation, session.service, things)[:_MOST_PLANS]
    tried = OperationTried(operation, "missing")
    for plan in plans:
        how = f"{plan.endpoint.method.upper()} {plan.endpoint.path}"
        how += f" ({plan.parameter}{'=' + plan.value if plan.value else ''})" if plan.parameter else ""
        try:
            trouble = _carry_out(plan, session)
        except (NotAcceptedError, httpx.HTTPError, KeyError, TypeError, ValueError) as error:
            trouble = f"{type(error).__name__}: {error}"
        if not trouble:
            return OperationTried(operation, "works", how)
        if tried.standing == "missing":
            tried = OperationTried(operation, "refused", how, trouble[:300])
    return tried


def _carry_out(plan: Plan, session: ServiceSession) -> str:
    """'' where it worked, or what went wrong."""
    if plan.kind == "create" and plan.resource:
        session.create(plan.resource)
        return ""
    if plan.kind == "list":
        return _trouble(session.call("get", plan.endpoint.path))
    if plan.kind == "filter":
        return _filtered(plan, session)
    if plan.kind == "get":
        return _got(plan, session)
    if plan.resource is None:
        return _trouble(session.send("post", plan.endpoint.path, plan.endpoint.body))
    if plan.kind in ("action", "set"):
        return _changed(plan, plan.resource, session)
    return _on_one(plan, plan.resource, session)


def _trouble(answer: httpx.Response) -> str:
    return "" if answer.is_success else told(answer)


def _path(endpoint: Endpoint, record: Record) -> str:
    """The path with the record's id in the place of its first parameter."""
    return "/".join(str(record["id"]) if part.startswith("{") else part for part in endpoint.path.split("/"))


def _on_one(plan: Plan, resource: Resource, session: ServiceSession) -> str:
    record = session.create(resource)
    path = _path(plan.endpoint, record)
    if plan.kind == "delete":
        return _trouble(session.call("delete", path))
    if plan.kind == "read":
        answer = session.call("get", path)
        lacks = plan.parameter and answer.is_success and plan.parameter not in answer.json()
        return f"the record lacks {plan.parameter}" if lacks else _trouble(answer)
    return _trouble(session.send(plan.endpoint.method, path, plan.endpoint.body, full=True))


def _got(plan: Plan, session: ServiceSession) -> str:
    if plan.resource is not None:
        record = session.create(plan.resource)
        return _trouble(session.call("get", _path(plan.endpoint, record)))
    return _trouble(session.call("get", plan.endpoint.path))


def _filtered(plan: Plan, session: ServiceSession) -> str:
    """A filter must find the record that its value was taken from."""
    if plan.resource is None or plan.value:
        return _trouble(session.call("get", plan.endpoint.path, query={plan.parameter: plan.value}))
    record = session.create(plan.resource, full=True)
    value: Any = record.get(plan.parameter)
    if plan.parameter not in record:
        value = next((v for k, v in record.items() if isinstance(v, str) and k != "created_at"), None)
    if value is None:
        value = session.parameter_value(plan.parameter, plan.endpoint.query[plan.parameter])
        return _trouble(session.call("get", plan.endpoint.path, query={plan.parameter: value}))
    value = str(value).lower() if isinstance(value, bool) else value
    answer = session.call("get", plan.endpoint.path, query={plan.parameter: value})
    if not answer.is_success:
        return told(answer)
    found = answer.json()
    items = found.get("items", []) if isinstance(found, dict) else found
    here = any(isinstance(item, dict) and item.get("id") == record.get("id") for item in items)
    return "" if here else f"{plan.parameter}={value} does not find the record that has it"


def _changed(plan: Plan, resource: Resource, session: ServiceSession) -> str:
    """Roads to a state from which the change is allowed are tried, the shortest first."""
    trouble = ""
    for full, first, road in islice(_roads(plan, resource), _MOST_ROADS):
        try:
            record = session.create(resource, full=full, first=first)
        except NotAcceptedError as error:
            trouble = trouble or str(error)
            continue
        if all(_step(step, record, session).is_success for step in road):
            answer = _step(plan, record, session)
            if answer.is_success:
                return ""
            trouble = told(answer)
            if answer.status_code >= 500:
                return trouble
    return trouble


def _roads(plan: Plan, resource: Resource) -> Iterator[tuple[bool, int, tuple[Plan, ...]]]:
    """What is sent on creation (whole, first attempt), and the steps that are taken before."""
    yield from ((full, first, ()) for first in (0, 1) for full in (False, True))
    others = [Plan("action", a, resource) for a in resource.actions if a is not plan.endpoint]
    yield from ((False, 0, steps) for steps in permutations(others, 1))
    yield from ((False, 0, (step,)) for step in _states(plan, resource))
    yield from ((False, 0, steps) for steps in permutations(others, 2))
    yield from ((False, 0, steps) for steps in permutations(others, 3))


def _states(plan: Plan, resource: Resource) -> list[Plan]:
    """Updates that put the record straight into a state."""
    update = resource.update
    if update is None:
        return []
    fields = (update.body or {}).get("properties", {})
    return [
        Plan("set", update, resource, name, str(value))
        for name, schema in fields.items()
        for value in values_of(schema)
        if (name, str(value)) != (plan.parameter, plan.value)
    ]


def _step(plan: Plan, record: Record, session: ServiceSession) -> httpx.Response:
    path = _path(plan.endpoint, record)
    if plan.kind == "action":
        return session.send(plan.endpoint.method, path, plan.endpoint.body, rounds=_ACTION_ROUNDS)
    fields = (plan.endpoint.body or {}).get("properties", {})
    schema = fields.get(plan.parameter, {})
    if not plan.value:
        only = {"type": "object", "properties": {plan.parameter: schema}, "required": [plan.parameter]}
        return session.send(plan.endpoint.method, path, only, rounds=_ACTION_ROUNDS)
    value: object = plan.value == "true" if plan.value in ("true", "false") else plan.value
    value = [value] if schema.get("type") == "array" else value
    body: dict[str, object] = {plan.parameter: value}
    if plan.endpoint.method == "put":
        body = {**{k: v for k, v in record.items() if k in fields}, **body}
    return session.call(plan.endpoint.method, path, body)
