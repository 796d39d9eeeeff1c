"""The requests that the service answers, from its entities and rules."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.specification import Action, Entity, Operation, Permission, Specification
from schemas.specification.model import OperationKind
from streams.agents.business_analyzer import words


def operations(spec: Specification) -> tuple[Operation, ...]:
    """All operations, each with a name of its own."""
    made: list[Operation] = []
    for entity in spec.entities:
        made.extend(_of_entity(spec, entity))
    made.extend(_of_reports(spec))
    if spec.notices:
        made.append(
            _operation(
                "list_notifications", "notifications", "", "GET", "/notifications", "List the notifications"
            )
        )
    return _unique(made)


def _operation(
    name: str,
    kind: OperationKind,
    entity: str,
    method: str,
    path: str,
    summary: str,
    roles: tuple[str, ...] = (),
) -> Operation:
    return Operation(
        name=name, kind=kind, entity=entity, method=method, path=path, summary=summary, roles=roles
    )


def _of_entity(spec: Specification, entity: Entity) -> Iterable[Operation]:
    one = words.snake(entity.label.split())
    several = entity.plural.replace("-", "_")
    label = entity.label.lower()
    labels = entity.plural.replace("-", " ")
    collection, single = f"/{entity.plural}", f"/{entity.plural}/{{id}}"
    basics: tuple[tuple[str, OperationKind, str, str, str], ...] = (
        (f"create_{one}", "create", "POST", collection, f"Create {_article(label)} {label}"),
        (f"get_{one}", "read", "GET", single, f"Read {_article(label)} {label}"),
        (f"list_{several}", "list", "GET", collection, f"List the {labels}"),
        (f"update_{one}", "update", "PATCH", single, f"Change {_article(label)} {label}"),
        (f"replace_{one}", "update", "PUT", single, f"Replace {_article(label)} {label}"),
        (f"delete_{one}", "delete", "DELETE", single, f"Delete {_article(label)} {label}"),
    )
    for name, kind, method, path, summary in basics:
        yield _operation(name, kind, entity.name, method, path, summary, _roles(spec, entity.name, kind))
    yield from _actions(spec, entity, one)
    for listing in (item for item in spec.listings if item.entity == entity.name):
        name = f"list_{listing.name.replace('-', '_')}_{several}"
        if listing.name.endswith(entity.plural):
            name = f"list_{listing.name.replace('-', '_')}"
        yield _operation(name, "listing", entity.name, "GET", f"{collection}/{listing.name}", listing.label)
    for export in (item for item in spec.exports if item.entity == entity.name):
        yield _operation(
            f"export_{several}",
            "export",
            export.entity,
            "GET",
            f"{collection}/export.csv",
            f"Export the {labels} as CSV",
        )


def _actions(spec: Specification, entity: Entity, one: str) -> Iterable[Operation]:
    seen: dict[str, Action] = {}
    for action in (item for item in spec.actions if item.entity == entity.name):
        seen.setdefault(action.name, action)
    for action in seen.values():
        same = [a for a in spec.actions if a.entity == entity.name and a.name == action.name]
        free = any(not a.roles for a in same)
        roles = () if free else tuple(dict.fromkeys(role for a in same for role in a.roles))
        yield _operation(
            f"{action.name.replace('-', '_')}_{one}",
            "action",
            entity.name,
            "POST",
            f"/{entity.plural}/{{id}}/{action.name}",
            f"{action.label} {_article(entity.label)} {entity.label.lower()}",
            roles or _roles(spec, entity.name, action.name),
        )


def _of_reports(spec: Specification) -> Iterable[Operation]:
    for report in spec.reports:
        name = report.name.replace("-", "_")
        yield _operation(
            f"report_{name}", "report", report.entity, "GET", f"/reports/{report.name}", report.label
        )
        parent = _parent(spec, report.entity, report.within)
        if parent:
            yield _operation(
                f"report_{name}_of_{words.snake(parent.label.split())}",
                "report",
                report.entity,
                "GET",
                f"/{parent.plural}/{{id}}/{report.name}",
                f"{report.label} for one {parent.label.lower()}",
            )


def _parent(spec: Specification, entity: str, within: str) -> Entity | None:
    if not within:
        return None
    field = spec.entity(entity).field(within)
    return spec.entity(field.references) if field is not None and field.references else None


def _roles(spec: Specification, entity: str, operation: str) -> tuple[str, ...]:
    named = [p for p in spec.permissions if p.entity == entity and operation in p.operations]
    return tuple(dict.fromkeys(_role(p) for p in named))


def _role(permission: Permission) -> str:
    return permission.role


def _article(label: str) -> str:
    return "an" if label[:1].lower() in "aeiou" else "a"


def _unique(made: list[Operation]) -> tuple[Operation, ...]:
    from dataclasses import replace

    names: dict[str, int] = {}
    kept: list[Operation] = []
    for operation in made:
        names[operation.name] = names.get(operation.name, 0) + 1
        number = names[operation.name]
        kept.append(replace(operation, name=f"{operation.name}_{number}") if number > 1 else operation)
    return tuple(kept)
