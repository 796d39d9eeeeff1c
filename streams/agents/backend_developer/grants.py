"""Who may do what: the table that a rules module holds."""

from __future__ import annotations

from streams.agents.backend_developer import expressions
from streams.agents.backend_developer.plan import TEXTS, EntityPlan


def table(entity: EntityPlan) -> dict[str, dict[str, list[str]]]:
    """Roles by operation, each with the paths that must equal the user; no path: all records."""
    found: dict[str, dict[str, list[str]]] = {}
    free: set[tuple[str, str]] = set()
    for rule in entity.of(entity.plan.spec.permissions):
        for operation in rule.operations:
            own = found.setdefault(operation, {}).setdefault(rule.role, [])
            if rule.own:
                own.append(rule.own)
            else:
                free.add((operation, rule.role))
    for name, actions in entity.actions.items():
        if all(action.roles for action in actions):
            for role in dict.fromkeys(role for action in actions for role in action.roles):
                found.setdefault(name, {}).setdefault(role, [])
    for operation, role in free:
        found[operation][role] = []
    return found


def own_scopes(entity: EntityPlan, operation: str) -> bool:
    """Whether a role may do it with its own records only."""
    return any(table(entity).get(operation, {}).values())


def constants(entity: EntityPlan) -> list[str]:
    """`GRANTS`, and what is a person's own."""
    found = table(entity)
    paths = list(dict.fromkeys(path for roles in found.values() for own in roles.values() for path in own))
    lines: list[str] = []
    names = {path: f"_OWN_{path.replace('.', '_').upper()}" for path in paths}
    for path in paths:
        read = expressions.path(entity, "record", path).text
        column = "{column} == user" if _is_text(entity, path) else "cast({column}, String) == user"
        lines += [
            "",
            f"{names[path]} = access.Own(",
            f"    read=lambda record: {read},",
            f"    where=lambda user: {expressions.owned(entity, path, column)},",
            ")",
        ]
    lines += ["", "GRANTS: access.Grants = {"]
    for operation, roles in found.items():
        items = [f'"{role}": {_tuple([names[path] for path in own])}' for role, own in roles.items()]
        lines.append(f"    {expressions.quoted(operation)}: {{{', '.join(items)}}},")
    return [*lines, "}"]


def _tuple(items: list[str]) -> str:
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def _is_text(entity: EntityPlan, path: str) -> bool:
    return entity.plan.resolve(entity, path).type in {*TEXTS, "choice"}
