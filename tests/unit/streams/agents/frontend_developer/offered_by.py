"""The OpenAPI document of a specification's service, written from the contract of generated services."""

from __future__ import annotations

import json

from schemas.specification import Entity, Specification

_ORDERED = ("integer", "decimal", "money", "date", "datetime", "time")
_Json = dict[str, object]


def openapi_of(specification: Specification) -> str:
    """The document: all paths of the operations, and the queries of the lists."""
    paths: dict[str, _Json] = {}
    for operation in specification.operations:
        item = paths.setdefault(operation.path, {})
        item[operation.method.lower()] = {"operationId": operation.name}
    for entity in specification.entities:
        read = paths[f"/{entity.plural}"]["get"]
        assert isinstance(read, dict)
        searched = any(rule.entity == entity.name for rule in specification.searches)
        names = [*_queries(entity), "sort", "limit", "offset", *(["q"] if searched else [])]
        read["parameters"] = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names]
    return json.dumps({"openapi": "3.1.0", "paths": paths})


def _queries(entity: Entity) -> list[str]:
    fields = [field for field in entity.fields if not field.many]
    ranges = [f"{field.name}_{end}" for field in fields if field.type in _ORDERED for end in ("from", "to")]
    return [*(field.name for field in fields), *ranges]
