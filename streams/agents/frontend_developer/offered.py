"""What a service offers, read from its OpenAPI document; the page shows nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from schemas.errors import WorkError

_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_PARAMETER = re.compile(r"\{[^}]*\}")

Json = dict[str, object]


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def anonymous(path: str) -> str:
    """The path with its parameters nameless, so that `/tasks/{id}` and `/tasks/{task_id}` are one."""
    return _PARAMETER.sub("{}", path).rstrip("/") or "/"


@dataclass(frozen=True, slots=True)
class Offered:
    """The requests that a service answers, and what each one's query may hold."""

    requests: frozenset[tuple[str, str]]
    queries: dict[str, frozenset[str]]
    sorts: dict[str, frozenset[str]]

    def has(self, method: str, path: str) -> bool:
        """Whether it answers this request."""
        return (method.upper(), anonymous(path)) in self.requests

    def takes(self, path: str, parameter: str) -> bool:
        """Whether a GET of the path may be asked with this query parameter."""
        return parameter in self.queries.get(anonymous(path), frozenset())

    def sorts_by(self, path: str, field: str) -> bool | None:
        """Whether the list can be sorted by the field; None where the document does not tell."""
        allowed = self.sorts.get(anonymous(path))
        return None if not allowed else field in allowed


def read_offered(openapi: str) -> Offered:
    """Read an OpenAPI document.

    Raises:
        WorkError: it is not a JSON object with paths.
    """
    try:
        document = json.loads(openapi)
    except ValueError as error:
        raise _unreadable(str(error)) from error
    paths = _object(_object(document).get("paths"))
    if not paths:
        raise _unreadable("it has no paths")
    requests: set[tuple[str, str]] = set()
    queries: dict[str, frozenset[str]] = {}
    sorts: dict[str, frozenset[str]] = {}
    for path, item in paths.items():
        key = anonymous(path)
        requests.update((method.upper(), key) for method in _object(item) if method in _METHODS)
        parameters = _query_parameters(_object(document), _object(item))
        queries[key] = frozenset(parameters)
        sorts[key] = _enumeration(_object(document), parameters.get("sort"))
    return Offered(requests=frozenset(requests), queries=queries, sorts=sorts)


def _unreadable(why: str) -> WorkError:
    return WorkError(
        "Writing the page over the OpenAPI document",
        why=why,
        todo="Give the document that the backend serves at /openapi.json.",
    )


def _resolved(document: Json, value: object) -> Json:
    """The object, or what its local `$ref` points to; one step is all that generators write."""
    reference = _object(value).get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return _object(value)
    target: object = document
    for part in reference[2:].split("/"):
        target = _object(target).get(part.replace("~1", "/").replace("~0", "~"))
    return _object(target)


def _query_parameters(document: Json, item: Json) -> dict[str, object]:
    listed = [*_list(item.get("parameters")), *_list(_object(item.get("get")).get("parameters"))]
    parameters = [_resolved(document, parameter) for parameter in listed]
    return {
        str(parameter["name"]): parameter.get("schema")
        for parameter in parameters
        if parameter.get("in") == "query" and "name" in parameter
    }


def _enumeration(document: Json, schema: object) -> frozenset[str]:
    """Values that a schema, or one of its alternatives, lists."""
    found = _resolved(document, schema)
    values = {value for value in _list(found.get("enum")) if isinstance(value, str)}
    for word in ("anyOf", "oneOf", "allOf"):
        for part in _list(found.get(word)):
            values |= _enumeration(document, part)
    return frozenset(values)
