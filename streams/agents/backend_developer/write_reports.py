"""Writes `routes/reports.py`: totals over records, for all or for one parent."""

from __future__ import annotations

from schemas.specification import Report
from streams.agents.backend_developer import expressions
from streams.agents.backend_developer.grants import own_scopes
from streams.agents.backend_developer.plan import EntityPlan, Plan
from streams.agents.backend_developer.route_text import asks
from streams.agents.backend_developer.source import docstring, indented, module

_TYPES = {
    "integer": "int",
    "reference": "int",
    "boolean": "bool",
    "decimal": "NumberText",
    "money": "MoneyText",
}
_TIMES = {"date": "dt.date", "datetime": "dt.datetime", "time": "dt.time"}


def reports(plan: Plan) -> str:
    """The module's source."""
    package = plan.spec.package
    body = ["", 'router = APIRouter(tags=["Reports"])']
    for report in plan.spec.reports:
        body += [
            line for lines in _report(plan, plan.entity(report.entity), report) for line in ("", "", *lines)
        ]
    modules = sorted({plan.entity(report.entity).module for report in plan.spec.reports})
    imports = (
        "import datetime as dt",
        "from decimal import Decimal",
        "from typing import Annotated, Any",
        "",
        "from fastapi import APIRouter, Depends, Query",
        "from sqlalchemy import Select, select",
        "from sqlalchemy.orm import Session",
        "",
        f"from {package} import access, clock, lookup, models",
        f"from {package}.access import Asking",
        f"from {package}.database import Database",
        f"from {package}.lookup import RecordId",
        f"from {package}.numbers import as_decimal, as_money",
        f"from {package}.problem import problems",
        *(f"from {package}.routes import {name} as {name}_routes" for name in modules),
        *(f"from {package}.schemas import {name} as {name}_schemas" for name in modules),
        f"from {package}.values import Answer, MoneyText, NumberText",
    )
    return module("Reports: totals over records.", imports, body)


def total_type(plan: Plan, report: Report) -> str:
    """Type of the totals: that of the most precise measure."""
    entity = plan.entity(report.entity)
    types = {plan.resolve(entity, path).type for path in report.measure}
    return next((type_ for type_ in ("money", "decimal") if type_ in types), "integer")


def _class(report: Report) -> str:
    return "".join(part.capitalize() for part in report.name.split("-"))


def _key(group: str) -> str:
    period, _, path = group.rpartition(":")
    return period or path.rsplit(".", 1)[-1]


def _report(plan: Plan, entity: EntityPlan, report: Report) -> list[list[str]]:
    name = report.name.replace("-", "_")
    found = [_models(plan, entity, report), _asked(entity, report, name), _totals(plan, entity, report, name)]
    found.append(_route(plan, entity, report, name, None))
    if report.within:
        found.append(_route(plan, entity, report, name, entity.target(entity.field(report.within))))
    return found


def _group_type(plan: Plan, entity: EntityPlan, group: str) -> str:
    period, _, path = group.rpartition(":")
    if period:
        return "str | None" if plan.operand_nullable(entity, path) else "str"
    field = plan.resolve(entity, path)
    shown = {**_TYPES, **_TIMES}.get(field.type, "str")
    return f"{shown} | None" if plan.operand_nullable(entity, path) else shown


def _models(plan: Plan, entity: EntityPlan, report: Report) -> list[str]:
    total = _TYPES[total_type(plan, report)]
    groups = [f"{_key(group)}: {_group_type(plan, entity, group)}" for group in report.group_by]
    label = report.label
    return [
        f"class {_class(report)}Row(Answer):",
        *indented([docstring(f"One line of the report: {label}."), "", *groups, f"total: {total}"]),
        "",
        "",
        f"class {_class(report)}Report(Answer):",
        *indented([docstring(f"{label}."), "", f"rows: list[{_class(report)}Row]", f"total: {total}"]),
    ]


def _asked(entity: EntityPlan, report: Report, name: str) -> list[str]:
    """The query with all conditions that the database can tell."""
    scopes = own_scopes(entity, "list")
    caller = ", caller: Asking" if scopes else ""
    inside = [text for one in report.where if (text := expressions.sql(entity, one, "models.")) is not None]
    record = f"models.{entity.record}"
    asked = f"{entity.module}_routes.asked(wanted{', caller' if scopes else ''})"
    lines = (
        [f"return {asked}.where(", *(f"    {one}," for one in inside), ")"] if inside else [f"return {asked}"]
    )
    return [
        f"def _asked_for_{name}(",
        f"    wanted: {entity.module}_schemas.{entity.name}Filter{caller}",
        f") -> Select[tuple[{record}]]:",
        *indented([docstring("The records that may count."), *lines]),
    ]


def _measure(entity: EntityPlan, report: Report) -> str:
    if not report.measure:
        return "1"
    texts = []
    for path in report.measure:
        found = expressions.path(entity, "one", path)
        texts.append(f"({found.text} or 0)" if found.nullable else found.text)
    return " * ".join(texts)


def _group_value(entity: EntityPlan, group: str) -> str:
    period, _, path = group.rpartition(":")
    found = expressions.path(entity, "one", path)
    if not period:
        return found.text
    length = {"month": 7, "day": 10}[period]
    text = f"{found.text}.isoformat()[:{length}]"
    return f"({text} if {found.text} is not None else None)" if found.nullable else text


def _rounded(type_: str, text: str) -> str:
    return {"money": f"as_money({text})", "decimal": f"as_decimal({text})"}.get(type_, text)


def _totals(plan: Plan, entity: EntityPlan, report: Report, name: str) -> list[str]:
    type_ = total_type(plan, report)
    number = "int" if type_ == "integer" else "Decimal"
    zero = "0" if type_ == "integer" else "Decimal(0)"
    outside = tuple(one for one in report.where if expressions.sql(entity, one) is None)
    head = [
        f"def _totals_of_{name}(",
        f"    session: Session, query: Select[tuple[models.{entity.record}]]",
        f") -> {_class(report)}Report:",
    ]
    lines = [docstring("Adds up what counts."), f"total = {zero}"]
    kept = f"if {expressions.all_hold(entity, 'one', outside)}:" if outside else ""
    if not report.group_by:
        inner = [f"total += {_measure(entity, report)}"]
        lines += [
            "for one in session.scalars(query):",
            *indented([kept, *indented(inner)] if kept else inner),
        ]
        shown = _rounded(type_, "total")
        lines += [
            f"row = {_class(report)}Row(total={shown})",
            f"return {_class(report)}Report(rows=[row], total={shown})",
        ]
        return [*head, *indented(lines)]
    keys = ", ".join(_group_value(entity, group) for group in report.group_by)
    inner = [
        f"key = ({keys},)",
        f"groups[key] = groups.get(key, {zero}) + {_measure(entity, report)}",
    ]
    lines[1:] = [f"groups: dict[tuple[Any, ...], {number}] = {{}}"]
    lines += ["for one in session.scalars(query):", *indented([kept, *indented(inner)] if kept else inner)]
    arguments = [f"{_key(group)}=key[{place}]" for place, group in enumerate(report.group_by)]
    arguments.append(f"total={_rounded(type_, 'groups[key]')}")
    start = "" if type_ == "integer" else ", Decimal(0)"
    lines += [
        "rows = [",
        f"    {_class(report)}Row({', '.join(arguments)})",
        "    for key in sorted(groups, key=lambda key: [(part is not None, part) for part in key])",
        "]",
        f"total = sum(groups.values(){start})",
        f"return {_class(report)}Report(rows=rows, total={_rounded(type_, 'total')})",
    ]
    return [*head, *indented(lines)]


def _route(plan: Plan, entity: EntityPlan, report: Report, name: str, parent: EntityPlan | None) -> list[str]:
    path = f"/{parent.entity.plural}/{{id}}/{report.name}" if parent else f"/reports/{report.name}"
    operation = next((one for one in plan.spec.operations if (one.method, one.path) == ("GET", path)), None)
    fallback = f"report_{name}{f'_of_{parent.module}' if parent else ''}"
    title = operation.name if operation else fallback
    statuses = [422, *([404] if parent else []), *([403] if asks(entity) else [])]
    scopes = own_scopes(entity, "list")
    arguments = [
        expressions.quoted(path),
        f"operation_id={expressions.quoted(title)}",
        f"summary={expressions.quoted(report.label)}",
        *(["dependencies=[Depends(access.may(None))]"] if asks(entity) else []),
        f"responses=problems({', '.join(map(str, sorted(statuses)))})",
    ]
    parameters = [
        *(["record_id: RecordId"] if parent else []),
        f"wanted: Annotated[{entity.module}_schemas.{entity.name}Filter, Query()]",
        "database: Database",
        *(["caller: Asking"] if scopes else []),
    ]
    query = f"_asked_for_{name}(wanted{', caller' if scopes else ''})"
    lines = [f"query = {query}"]
    if parent:
        lines.append(f"query = query.where(models.{entity.record}.{report.within} == record_id)")
    lines.append("with database.reading() as session:")
    if parent:
        lines.append(f"    lookup.find(session, models.{parent.record}, record_id)")
    lines.append(f"    return _totals_of_{name}(session, query)")
    text = f"{report.label}{f' for one {parent.label}' if parent else ''}."
    return [
        "@router.get(",
        *indented(f"{argument}," for argument in arguments),
        ")",
        f"def {fallback}(",
        *indented(f"{parameter}," for parameter in parameters),
        f") -> {_class(report)}Report:",
        *indented([docstring(text), *lines]),
    ]
