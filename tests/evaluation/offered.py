"""How much of what requirements name is in their specifications: python -m tests.evaluation.offered FILE.

Reads the sets of `streamwright evaluate`, whose lines may also hold `half`, and `rules` as 'limits:Booking':
a rule of that list about that entity. Compares by the same code, but with the operations of the specification
in place of a running service: this tells what is understood and offered, not what works.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from connectors.evaluation.entity_matching import match_entities
from connectors.evaluation.operation_matching import plans_for
from connectors.evaluation.service_description import Description, described
from schemas.specification import Entity, Field, Operation, Specification
from streams.agents.business_analyzer.engine import analyse

_ANSWERING = ("read", "list", "listing", "report", "create", "update", "action", "export")


def service_of(specification: Specification) -> Description:
    """What the service of the specification will say that it offers."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in specification.operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(specification, operation)
    return described({"paths": paths})


def _described(specification: Specification, operation: Operation) -> dict[str, Any]:
    entity = next((e for e in specification.entities if e.name == operation.entity), None)
    read = {f.name: _schema(f) for f in entity.fields} if entity else {}
    written = {f.name: _schema(f) for f in entity.fields if not f.read_only} if entity else {}
    kind = "text/csv" if operation.kind == "export" else "application/json"
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": {"200": {"content": {kind: {"schema": {"properties": read}}}}},
    }
    if operation.kind in ("create", "update") and entity:
        body = {"properties": written, "required": [f.name for f in entity.fields if f.required]}
        told["requestBody"] = {"content": {"application/json": {"schema": body}}}
    if operation.kind == "list" and entity:
        told["parameters"] = [
            {"in": "query", "name": n, "schema": s} for n, s in _filters(specification, entity)
        ]
    return told


def _filters(specification: Specification, entity: Entity) -> list[tuple[str, dict[str, Any]]]:
    searched = [("q", {})] if any(s.entity == entity.name for s in specification.searches) else []
    return [*searched, *((f.name, _schema(f)) for f in entity.fields)]


def _schema(field: Field) -> dict[str, Any]:
    if field.type == "boolean":
        return {"type": "boolean"}
    return {"enum": list(field.choices)} if field.choices else {"type": "string"}


def rule_found(rule: str, specification: Specification) -> bool:
    """Whether a rule like 'limits:Booking' is there: its list, and a word of the entity that it is about."""
    kind, _, entity = rule.partition(":")
    if kind == "field":
        return True
    about = [r.entity for r in getattr(specification, kind)]
    if kind == "uniques":
        about += [e.name for e in specification.entities if any(f.unique for f in e.fields)]
    return any(entity.lower() in name.lower() or name.lower() in entity.lower() for name in about)


def counted(record: dict[str, Any]) -> tuple[Counter[str], list[str]]:
    """Counts of one line of the set, and what is missing."""
    checks, counts, missing = record["checks"], Counter[str](), []
    if checks.get("outcome", "built") != "built":
        return counts, missing
    found = analyse(record["text"])
    specification = found if isinstance(found, Specification) else None
    service = service_of(specification) if specification else Description((), ())
    counts["requirements"] += 1
    if specification is None:
        missing.append("ends in questions")
    entities = match_entities(checks["entities"], service.resources)
    for entity in entities:
        counts["entities"] += 1
        counts["entities_found"] += bool(entity.resource)
        missing += [] if entity.resource else [f"entity {entity.name}"]
        counts["fields"] += len(entity.fields)
        counts["fields_found"] += sum(name is not None for name in entity.fields.values())
        missing += [f"{entity.name}.{n}" for n, at in entity.fields.items() if at is None and entity.resource]
    counts["complete"] += all(entity.resource for entity in entities)
    for operation in checks["operations"]:
        counts["operations"] += 1
        offered = bool(plans_for(operation, service, tuple(checks["entities"])))
        counts["operations_found"] += offered
        missing += [] if offered else [operation]
    for rule in record.get("rules", ()):
        counts["rules"] += 1
        there = specification is not None and rule_found(rule, specification)
        counts["rules_found"] += there
        missing += [] if there else [rule]
    return counts, missing


def main() -> int:
    """Prints the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--half", default="", help="only lines of this half")
    parser.add_argument("--missing", action="store_true", help="print what is missing of each")
    options = parser.parse_args()
    total: Counter[str] = Counter()
    for line in options.file.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if options.half and record.get("half") != options.half:
            continue
        counts, missing = counted(record)
        total += counts
        if options.missing and missing:
            print(f"{record['id']}: {', '.join(missing)}")
    for found, of in (
        ("complete", "requirements"),
        *((f"{k}_found", k) for k in ("entities", "fields", "operations", "rules")),
    ):
        if total[of]:
            print(f"{found}: {total[found]} of {total[of]} ({100 * total[found] / total[of]:.1f} %)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
