"""What a service says that it offers: its OpenAPI document as endpoints and resources. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.evaluation.words import Stems, stems_of

Json = Mapping[str, Any]
_METHODS = ("get", "post", "put", "patch", "delete")
_SUCCESS = ("200", "201", "202")


@dataclass(frozen=True)
class Endpoint:
    """One method of one path.

    Attributes:
        path: template, as '/loans/{id}/return'.
        query: schema by name of each query parameter.
        body: resolved schema of the JSON body, None where it takes none.
        answer: resolved schema of the good answer, empty where it is not JSON.
        content_types: of the good answer.
    """

    method: str
    path: str
    operation_id: str
    summary: str
    query: Mapping[str, Json] = field(default_factory=dict)
    body: Json | None = None
    answer: Json = field(default_factory=dict)
    content_types: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """The path without the empty start."""
        return tuple(part for part in self.path.split("/") if part)

    @property
    def words(self) -> Stems:
        """Stems of path, operation id and summary, without the names of path parameters."""
        plain = " ".join(part for part in self.parts if not part.startswith("{"))
        return stems_of(f"{plain} {self.operation_id} {self.summary}")


@dataclass(frozen=True)
class Resource:
    """What can be created and read under one path.

    Attributes:
        path: of the collection.
        fields: schema by name of every field that can be written or read.
        create, listing, one, update, delete: the usual endpoints, None where they are missing.
        others: further endpoints below the path.
    """

    path: str
    fields: Mapping[str, Json]
    create: Endpoint | None = None
    listing: Endpoint | None = None
    one: Endpoint | None = None
    update: Endpoint | None = None
    delete: Endpoint | None = None
    others: tuple[Endpoint, ...] = ()

    @property
    def name(self) -> str:
        """Last fixed part of its path."""
        return next(part for part in reversed(self.path.split("/")) if part and not part.startswith("{"))

    @property
    def stems(self) -> Stems:
        """Stems of the name."""
        return stems_of(self.name)

    @property
    def actions(self) -> tuple[Endpoint, ...]:
        """Endpoints that do something with one record: POST on '/plural/{id}/action'."""
        return tuple(
            e for e in self.others if e.method == "post" and _below_one(e.path.removeprefix(self.path))
        )


@dataclass(frozen=True)
class Description:
    """A service's endpoints and resources."""

    endpoints: tuple[Endpoint, ...]
    resources: tuple[Resource, ...]


def described(document: Json) -> Description:
    """Reads an OpenAPI document; what it cannot make sense of is left out."""
    endpoints = tuple(
        _endpoint(document, method, path, operation)
        for path, operations in document.get("paths", {}).items()
        for method, operation in operations.items()
        if method in _METHODS
    )
    read = {e.path for e in endpoints if e.method == "get"}
    collections = sorted({e.path for e in endpoints if e.method == "post" and _is_collection(e.path, read)})
    return Description(endpoints, tuple(_resource(path, endpoints) for path in collections))


def _is_collection(path: str, read: set[str]) -> bool:
    """A path to post to that can be listed, or whose parts can be read; actions have neither."""
    return not path.endswith("}") and (path in read or any(p.startswith(f"{path}/{{") for p in read))


def _below_one(rest: str) -> bool:
    parts = [part for part in rest.split("/") if part]
    return len(parts) == 2 and parts[0].startswith("{")


def _endpoint(document: Json, method: str, path: str, operation: Json) -> Endpoint:
    shared = document["paths"][path].get("parameters", [])
    parameters = [resolved(document, p) for p in (*shared, *operation.get("parameters", []))]
    good: Json = next(
        (operation["responses"][c] for c in _SUCCESS if c in operation.get("responses", {})), {}
    )
    content = resolved(document, good).get("content", {})
    body = resolved(document, operation.get("requestBody", {})).get("content", {}).get("application/json")
    return Endpoint(
        method=method,
        path=path,
        operation_id=str(operation.get("operationId", "")),
        summary=str(operation.get("summary", "")),
        query={p["name"]: resolved(document, p.get("schema", {})) for p in parameters if p["in"] == "query"},
        body=None if body is None else resolved(document, body.get("schema", {})),
        answer=resolved(document, content.get("application/json", {}).get("schema", {})),
        content_types=tuple(content),
    )


def resolved(document: Json, node: Any, depth: int = 8) -> Any:
    """The node with local references put in, down to a depth that recursive schemas do not pass."""
    if isinstance(node, Mapping):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/") and depth > 0:
            target: Any = document
            for part in reference[2:].split("/"):
                target = target.get(part.replace("~1", "/").replace("~0", "~"), {})
            return resolved(document, target, depth - 1)
        return {key: resolved(document, value, depth) for key, value in node.items()}
    if isinstance(node, list):
        return [resolved(document, value, depth) for value in node]
    return node


def object_schema(schema: Json | None) -> Json:
    """The object among the choices of a schema, empty where there is none."""
    if not schema:
        return {}
    if "properties" in schema or schema.get("type") == "object":
        return schema
    choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return next((found for choice in choices if (found := object_schema(choice))), {})


def _resource(path: str, endpoints: tuple[Endpoint, ...]) -> Resource:
    below = [e for e in endpoints if e.path == path or e.path.startswith(f"{path}/")]

    def first(methods: tuple[str, ...], *, one: bool) -> Endpoint | None:
        for method in methods:
            for endpoint in below:
                rest = endpoint.path[len(path) :]
                on_one = rest.startswith("/{") and rest.count("/") == 1
                if endpoint.method == method and (on_one if one else not rest):
                    return endpoint
        return None

    create, listing = first(("post",), one=False), first(("get",), one=False)
    single = first(("get",), one=True)
    update, delete = first(("patch", "put"), one=True), first(("delete",), one=True)
    usual = (create, listing, single, update, delete)
    fields: dict[str, Json] = {}
    for schema in (create and create.answer, single and single.answer, create and create.body):
        fields.update(object_schema(schema or {}).get("properties", {}))
    return Resource(
        path=path,
        fields=fields,
        create=create,
        listing=listing,
        one=single,
        update=update,
        delete=delete,
        others=tuple(e for e in below if e not in usual),
    )
