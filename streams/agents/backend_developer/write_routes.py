"""Writes `routes/<entity>.py`: the requests about one entity."""

from __future__ import annotations

from streams.agents.backend_developer import expressions, route_text, rule_checks, rule_steps
from streams.agents.backend_developer.grants import own_scopes
from streams.agents.backend_developer.plan import EntityPlan, attribute
from streams.agents.backend_developer.route_text import Route, asks
from streams.agents.backend_developer.source import docstring, indented, module
from streams.agents.backend_developer.write_lists import exports, lists
from streams.agents.backend_developer.write_rules import has_own, with_caller
from streams.agents.backend_developer.write_schemas import (
    action_inputs,
    always_required,
    filter_names,
    inputs_class,
)


def routes(entity: EntityPlan) -> str:
    """The module's source."""
    package, plural = entity.plan.spec.package, entity.entity.plural.replace("-", " ")
    body = [
        f"router = APIRouter(tags=[{expressions.quoted(plural.capitalize())}])",
        "",
        *_filters(entity),
        "",
        *_sorts(entity),
    ]
    found = [_create(entity), *lists(entity), *exports(entity), _read(entity), *_updates(entity)]
    found += [_delete(entity), *_actions(entity)]
    for lines in (_asked(entity), _existing(entity), *(route.source() for route in found)):
        body += ["", "", *lines]
    imports = (
        "import csv",
        "import datetime as dt",
        "import io",
        "from decimal import Decimal",
        "from operator import eq, ge, le",
        "from typing import Annotated, Any",
        "from fastapi import APIRouter, Depends, Query, Response",
        "from sqlalchemy import Select, select",
        f"from {package} import access, clock, lookup, models",
        f"from {package}.access import Asking",
        f"from {package}.database import Database",
        f"from {package}.lookup import Filters, RecordId",
        f"from {package}.problem import problems",
        f"from {package}.rules import {entity.module} as rules",
        f"from {package}.schemas import {entity.module} as schemas",
    )
    return module(f"Requests about {plural}.", imports, body)


def _filters(entity: EntityPlan) -> list[str]:
    lines = ["_FILTERS: Filters = {"]
    for name, field, comparison in filter_names(entity):
        column = f"models.{entity.record}.{attribute(field.name)}"
        lines.append(f'    "{attribute(name)}": ({column}, {comparison}),')
    return [*lines, "}"]


def _sorts(entity: EntityPlan) -> list[str]:
    names = ["id", *(field.name for field in entity.filters)]
    return [
        "_SORTS = {",
        *(f'    "{name}": models.{entity.record}.{attribute(name)},' for name in names),
        "}",
    ]


def _asked(entity: EntityPlan) -> list[str]:
    """The query that all lists begin with: filters, search, and what the caller may see."""
    record = f"models.{entity.record}"
    scopes = own_scopes(entity, "list")
    parameters = [f"wanted: schemas.{entity.name}Filter", *(["caller: Asking"] if scopes else [])]
    lines = [f"query = lookup.matching(select({record}), wanted, _FILTERS)"]
    for search in entity.of(entity.plan.spec.searches):
        columns = ", ".join(f"{record}.{attribute(name)}" for name in search.fields)
        lines += [
            'if "q" in wanted.model_fields_set:',
            f"    query = query.where(lookup.containing({columns}, text=wanted.q))",
        ]
    if scopes:
        lines.append('query = query.where(*access.visible(caller, rules.GRANTS.get("list")))')
    text = docstring("What the filters of a request leave.")
    head = route_text.head("asked", parameters, f"Select[tuple[{record}]]")
    if len(lines) == 1:
        lines = [f"return {lines[0].removeprefix('query = ')}"]
    else:
        lines.append("return query")
    return [*head, *indented([text, *lines])]


def _existing(entity: EntityPlan) -> list[str]:
    """The check that comes before the shape of a body: may it, and is it there?"""
    find = f"lookup.find(session, models.{entity.record}, record_id)"
    whom = "who may not, and ids" if asks(entity) else "ids"
    text = docstring(f"Refuses {whom} that nothing has, before the body is read.")
    if not asks(entity):
        head = "def _existing(record_id: RecordId, database: Database) -> None:"
        return [head, *indented([text, "with database.reading() as session:", f"    {find}"])]
    grant = "rules.GRANTS.get(operation)" if with_caller(entity) else "None"
    own = with_caller(entity) and has_own(entity)
    lines = [
        f"access.check_role(caller, {grant})",
        "with database.reading() as session:",
        f"    access.check_own(caller, {grant}, {find})" if own else f"    {find}",
    ]
    check = "def check(record_id: RecordId, database: Database, caller: Asking) -> None:"
    return [
        "def _existing(operation: str) -> Any:",
        *indented([text, "", check, *indented(lines), "", "return check"]),
    ]


def _shown(entity: EntityPlan, record: str) -> str:
    return f"return schemas.{entity.name}Read.model_validate({record})"


def _found(entity: EntityPlan) -> str:
    return f"lookup.find(session, models.{entity.record}, record_id)"


def _create(entity: EntityPlan) -> Route:
    v, path = entity.variable, f"/{entity.entity.plural}"
    lines = [
        "with database.writing() as session:",
        f"    {v} = rules.create(session, dict(body){', caller' if with_caller(entity) else ''})",
        f'    response.headers["Location"] = f"{path}/{{{v}.id}}"',
        f"    {_shown(entity, v)}",
    ]
    return Route(
        entity=entity,
        method="POST",
        path=path,
        fallback=f"create_{entity.module}",
        statuses=(400, 409, 422),
        parameters=(f"body: schemas.{entity.name}Create", "response: Response", "database: Database"),
        result=f"schemas.{entity.name}Read",
        lines=lines,
        grant="create",
        options=("status_code=201",),
    )


def _read(entity: EntityPlan) -> Route:
    lines = ["with database.reading() as session:", f"    {_shown(entity, _found(entity))}"]
    if own_scopes(entity, "read"):
        lines[1:] = [
            f"    {entity.variable} = {_found(entity)}",
            f'    access.check_seen(caller, rules.GRANTS.get("read"), {entity.variable})',
            f"    {_shown(entity, entity.variable)}",
        ]
    return Route(
        entity=entity,
        method="GET",
        path=f"/{entity.entity.plural}/{{id}}",
        fallback=f"get_{entity.module}",
        statuses=(404, 422),
        parameters=("record_id: RecordId", "database: Database"),
        result=f"schemas.{entity.name}Read",
        lines=lines,
        grant="read",
    )


def _updates(entity: EntityPlan) -> list[Route]:
    v = entity.variable
    moves = rule_steps.is_movable(entity) and rule_steps.has_roles(entity)
    lines = [
        "values = body.model_dump(exclude_unset=True)",
        "with database.writing() as session:",
        f"    {v} = {_found(entity)}",
        f"    rules.update(session, {v}, values{', caller' if moves else ''})",
        f"    {_shown(entity, v)}",
    ]
    return [
        Route(
            entity=entity,
            method=method,
            path=f"/{entity.entity.plural}/{{id}}",
            fallback=f"{verb}_{entity.module}",
            statuses=(400, 404, 409, 422),
            parameters=(
                "record_id: RecordId",
                f"body: schemas.{entity.name}{class_}",
                "database: Database",
            ),
            result=f"schemas.{entity.name}Read",
            lines=lines,
            grant="update",
            checks_first=True,
        )
        for method, class_, verb in (("PATCH", "Update", "update"), ("PUT", "Replace", "replace"))
    ]


def _delete(entity: EntityPlan) -> Route:
    v = entity.variable
    own = has_own(entity) and own_scopes(entity, "delete")
    lines = [
        "with database.writing() as session:",
        f"    {v} = {_found(entity)}",
        *([f'    access.check_own(caller, rules.GRANTS.get("delete"), {v})'] if own else []),
        f"    rules.delete(session, {v})",
    ]
    conflicts = bool(rule_checks.locks_of(entity, "delete")) or bool(entity.plan.referrers(entity))
    return Route(
        entity=entity,
        method="DELETE",
        path=f"/{entity.entity.plural}/{{id}}",
        fallback=f"delete_{entity.module}",
        statuses=(404, 409, 422) if conflicts else (404, 422),
        parameters=("record_id: RecordId", "database: Database"),
        result="None",
        lines=lines,
        grant="delete",
        options=("status_code=204",),
    )


def _actions(entity: EntityPlan) -> list[Route]:
    v = entity.variable
    any_inputs = any(action_inputs(actions) for actions in entity.actions.values())
    found = []
    for name, actions in entity.actions.items():
        class_ = f"schemas.{inputs_class(entity, name)}"
        required = bool(always_required(actions))
        arguments = ["session", v, expressions.quoted(name)]
        lines: list[str] = []
        if action_inputs(actions):
            given = "body" if required else f"(body or {class_}())"
            lines.append(f"values = {given}.model_dump(exclude_unset=True)")
        if any_inputs:
            arguments.append("values" if action_inputs(actions) else "{}")
        if rule_steps.has_roles(entity):
            arguments.append("caller")
        lines += [
            "with database.writing() as session:",
            f"    {v} = {_found(entity)}",
            f"    rules.act({', '.join(arguments)})",
            f"    {_shown(entity, v)}",
        ]
        body = (f"body: {class_}",) if required else ()
        found.append(
            Route(
                entity=entity,
                method="POST",
                path=f"/{entity.entity.plural}/{{id}}/{name}",
                fallback=f"{name.replace('-', '_')}_{entity.module}",
                statuses=(400, 404, 409, 422),
                parameters=("record_id: RecordId", *body, "database: Database"),
                last="" if required else f"body: {class_} | None = None",
                result=f"schemas.{entity.name}Read",
                lines=lines,
                grant=name,
                checks_first=True,
            )
        )
    return found
