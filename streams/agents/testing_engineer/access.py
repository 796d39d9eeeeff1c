"""Which roles may do an operation."""

from __future__ import annotations

from schemas.specification import Permission, Specification


def permissions_on(specification: Specification, entity: str, operation: str) -> list[Permission]:
    """The permissions that name the operation."""
    return [
        permission
        for permission in specification.permissions
        if permission.entity == entity and operation in permission.operations
    ]


def _named_by(specification: Specification, entity: str, operation: str) -> list[set[str]]:
    """The sets of roles that rules name for the operation; no set where all may."""
    permitted = {one.role for one in permissions_on(specification, entity, operation)}
    acting = [
        set(action.roles)
        for action in specification.actions
        if action.entity == entity and action.name == operation and action.roles
    ]
    return [roles for roles in (permitted, *acting) if roles]


def permitted_roles(specification: Specification, entity: str, operation: str) -> list[str]:
    """Roles that may do it for every record."""
    sets = _named_by(specification, entity, operation)
    limited = {one.role for one in permissions_on(specification, entity, operation) if one.own}
    return [
        role for role in specification.roles if role not in limited and all(role in roles for roles in sets)
    ]


def forbidden_roles(specification: Specification, entity: str, operation: str) -> list[str]:
    """Roles that may not do it for any record."""
    sets = _named_by(specification, entity, operation)
    return [role for role in specification.roles if sets and all(role not in roles for roles in sets)]
