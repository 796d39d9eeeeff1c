"""Fills in the templates: modules that every service has, each without what this one does not need."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined

from streams.agents.backend_developer import expressions, grants, rule_checks
from streams.agents.backend_developer.plan import EntityPlan, Plan, attribute, snake
from streams.agents.backend_developer.rule_steps import is_movable, late_required, plain_steps
from streams.agents.backend_developer.source import docstring, tidy
from streams.agents.backend_developer.write_lists import needs_python
from streams.agents.backend_developer.write_rules import with_caller

VERSION = "1.0.0"


def support(plan: Plan, generated: str) -> dict[str, str]:
    """Support modules by path; `generated` is the source of all other modules."""
    package = plan.spec.package
    about = docstring(plan.spec.summary or plan.spec.name)
    files = {
        f"{package}/__init__.py": f'{about}\n\n__version__ = "{VERSION}"\n',
        f"{package}/__main__.py": _filled("main.py.j2", package=package),
        f"{package}/app.py": _filled("app.py.j2", **_texts(plan)),
        f"{package}/page.py": _filled("page.py.j2", package=package),
        f"{package}/problem.py": _filled("problem.py.j2"),
        f"{package}/clock.py": _filled("clock.py.j2", uses_midnight="midnight(" in generated),
        f"{package}/database.py": _filled("database.py.j2", package=package, **_database(plan)),
        f"{package}/columns.py": _filled("columns.py.j2", **_columns(plan, generated)),
        f"{package}/values.py": _values(plan, generated),
        f"{package}/lookup.py": _filled("lookup.py.j2", package=package, **_lookup(plan)),
        f"{package}/rules/__init__.py": '"""What happens when records are written."""\n',
        f"{package}/schemas/__init__.py": '"""What requests may hold and what answers look like."""\n',
    }
    files |= {f"{package}/{name}": text for name, text in _optional(plan, generated).items()}
    return {**files, "pyproject.toml": _project(plan), "README.md": _readme(plan)}


def _filled(template: str, **values: object) -> str:
    text = _environment().from_string(_texts_of_templates()[template]).render(values)
    if template.endswith(".py.j2"):
        return tidy(text)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


@cache
def _environment() -> Environment:
    return Environment(
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _texts_of_templates() -> Mapping[str, str]:
    folder = resources.files(__package__).joinpath("templates")
    return {
        file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".j2")
    }


def _texts(plan: Plan) -> dict[str, str]:
    return {
        "package": plan.spec.package,
        "title": _plain(plan.spec.name),
        "title_source": expressions.quoted(_plain(plan.spec.name)),
        "summary_source": expressions.quoted(_plain(plan.spec.summary)),
    }


def _plain(text: str) -> str:
    """The text in one line, without what neither Python nor Markdown can hold."""
    encodable = text.encode("utf-8", "replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in encodable).split()).replace('"', "'")


def _database(plan: Plan) -> dict[str, object]:
    return {
        "expires": bool(plan.spec.expiries),
        "searches": bool(plan.spec.searches),
        "computes": any(entity.computed for entity in plan.entities),
    }


def _columns(plan: Plan, generated: str) -> dict[str, object]:
    decimals, moneys = "StoredDecimal" in generated, "StoredMoney" in generated
    lists = "StoredList" in generated
    names = ["DateTime", "TypeDecorator"]
    names += ["BigInteger"] if decimals or moneys else []
    names += ["String"] if lists else []
    return {
        "decimals": decimals,
        "moneys": moneys,
        "numbers": decimals or moneys,
        "lists": lists,
        "computes": any(entity.computed for entity in plan.entities),
        "sqlalchemy_names": ", ".join(sorted(names)),
    }


def _values(plan: Plan, generated: str) -> str:
    def uses(name: str) -> bool:
        return re.search(rf"\b{name}\b", generated) is not None

    flags = {
        "dates": uses("Date") and "date" in plan.kinds,
        "moments": True,
        "times": "time" in plan.kinds,
        "texts": uses("Text"),
        "filled": uses("FilledText"),
        "emails": uses("Email"),
        "urls": uses("Url"),
        "phones": uses("Phone"),
        "references": "reference" in plan.kinds,
        "integers": "integer" in plan.kinds,
        "moneys": "money" in plan.kinds,
        "decimals": "decimal" in plan.kinds or uses("NumberText"),
    }
    numbers = flags["moneys"] or flags["decimals"]
    names = ["BaseModel", "BeforeValidator", "ConfigDict", "Field", "model_validator"]
    names += ["EmailStr"] if flags["emails"] else []
    names += ["PlainSerializer"] if numbers else []
    names += ["WithJsonSchema"] if numbers or flags["times"] else []
    return _filled(
        "values.py.j2", **flags, numbers=numbers, pydantic_names=", ".join(sorted(names, key=_import_order))
    )


def _import_order(name: str) -> tuple[bool, str]:
    return name.islower(), name


def _lookup(plan: Plan) -> dict[str, bool]:
    listings = plan.spec.listings
    return {
        "references": "reference" in plan.kinds,
        "uniques": bool(plan.spec.uniques) or any(f.unique for e in plan.entities for f in e.writable),
        "searches": bool(plan.spec.searches),
        "exports": bool(plan.spec.exports),
        "slices": any(needs_python(plan.entity(listing.entity), listing) for listing in listings),
    }


def _optional(plan: Plan, generated: str) -> dict[str, str]:
    """Modules that only some services need."""
    spec, package = plan.spec, plan.spec.package
    files = {}
    arithmetic = {name: f"{name}(" in generated for name in ("as_money", "as_decimal", "multiplied")}
    if any(arithmetic.values()):
        files["numbers.py"] = _filled("numbers.py.j2", **arithmetic)
    if spec.actions:
        files["steps.py"] = _filled("steps.py.j2", package=package, **_steps(plan))
    if spec.roles:
        files["access.py"] = _filled("access.py.j2", package=package, **_access(plan))
    if any(plan.referrers(entity) for entity in plan.entities):
        files["removal.py"] = _filled(
            "removal.py.j2", package=package, referrers=_referrers(plan), owns=_owns(plan)
        )
    if spec.overlaps:
        files["intervals.py"] = _filled("intervals.py.j2")
    if spec.period_locks:
        periods = sorted({rule.period for rule in spec.period_locks})
        files["periods.py"] = _filled("periods.py.j2", periods=periods)
    if spec.expiries:
        files["expiries.py"] = _filled("expiries.py.j2", package=package, expiries=_expiries(plan))
    if spec.notices:
        files["notices.py"] = _notices(plan)
        files["routes/notifications.py"] = _notification_routes(plan)
    return {**files, "routes/__init__.py": _routers(plan)}


def _steps(plan: Plan) -> dict[str, object]:
    rules = plan.spec.actions
    tests = []
    if plan.uses_step_roles:
        tests.append("(not step.roles or role is None or role in step.roles)")
    if plan.uses_sources:
        tests.append("(not step.sources or state in step.sources)")
    if any(rule.at_most for rule in rules):
        tests.append("(not step.at_most or getattr(record, step.counter) < step.at_most)")
    if any(rule.guards for rule in rules):
        tests.append("step.guard(record)")
    return {
        "sources": plan.uses_sources,
        "targets": any(rule.target for rule in rules),
        "guards": any(rule.guards for rule in rules),
        "moves": any(is_movable(entity) and plain_steps(entity) for entity in plan.entities),
        "required": any(late_required(entity) for entity in plan.entities),
        "roles": plan.uses_step_roles,
        "at_most": any(rule.at_most for rule in rules),
        "tests": [tests[0][1:-1]] if len(tests) == 1 and tests[0][0] == "(" else tests or ["True"],
    }


def _access(plan: Plan) -> dict[str, object]:
    tables = [grants.table(entity) for entity in plan.entities if with_caller(entity)]
    owned = {operation for table in tables for operation, roles in table.items() if any(roles.values())}
    roles = ", ".join(expressions.quoted(role) for role in sorted(plan.spec.roles))
    return {
        "roles": f"{{{roles}}}",
        "owns": bool(owned),
        "lists_own": "list" in owned,
        "reads_own": "read" in owned,
        "checks_own": bool(owned),
    }


def _owns(plan: Plan) -> bool:
    return any(entity.entity.parent for entity in plan.entities)


def _referrers(plan: Plan) -> dict[str, list[str]]:
    found = {}
    for entity in plan.entities:
        lines = [
            ", ".join(
                [
                    f"models.{other.record}",
                    f"models.{other.record}.{attribute(field.name)}",
                    *([str(other.entity.parent == field.name)] if _owns(plan) else []),
                    expressions.quoted(other.label),
                ]
            )
            for other, field in plan.referrers(entity)
        ]
        if lines:
            found[entity.record] = lines
    return found


def _expiries(plan: Plan) -> list[dict[str, str]]:
    found = []
    for rule in plan.spec.expiries:
        entity = plan.entity(rule.entity)
        field = entity.field(rule.start)
        limit = f"clock.now() - dt.timedelta(minutes={rule.minutes})"
        start = expressions.path(entity, "record", rule.start)
        in_query = entity.is_stored(rule.start) and "." not in rule.start
        until = f"({limit}).date()" if field.type == "date" else limit
        where = f".where(models.{entity.record}.{attribute(rule.start)} <= {until})" if in_query else ""
        found.append(
            {
                "variable": f"{snake(rule.id)}_records",
                "record": entity.record,
                "state": attribute(entity.state),
                "sources": rule_checks.listed(rule.sources),
                "target": expressions.quoted(rule.target),
                "where": where,
                "condition": "" if in_query else f"{start.text} is not None and {start.text} <= {until}",
            }
        )
    return found


def _notices(plan: Plan) -> str:
    by_record: dict[str, list[dict[str, str]]] = {}
    for rule in plan.spec.notices:
        entity = plan.entity(rule.entity)
        holds = expressions.condition(entity, entity.variable, rule.condition)
        empty = _some_empty(entity, rule.condition.left, rule.condition.right)
        # Nobody is warned of what is not known: an ordering with nothing to compare raises no notice.
        if rule.condition.operator in ("lt", "le", "gt", "ge") and empty:
            holds = f"{' and '.join(f'{text} is not None' for text in empty)} and {holds}"
        by_record.setdefault(entity.record, []).append(
            {
                "rule": expressions.quoted(rule.id),
                "entity": expressions.quoted(entity.name),
                "message": expressions.quoted(_plain(rule.message) or f"A {entity.label} needs attention."),
                "variable": entity.variable,
                "holds": holds,
            }
        )
    text = "".join(one["holds"] for many in by_record.values() for one in many)
    flags = {"uses_dt": "dt." in text, "uses_decimal": "Decimal" in text}
    return _filled("notices.py.j2", package=plan.spec.package, notices=by_record, **flags)


def _some_empty(entity: EntityPlan, *operands: str) -> list[str]:
    found = []
    for operand in operands:
        if operand.startswith("=") or expressions.clock(operand) is not None:
            continue
        expression = expressions.path(entity, entity.variable, operand)
        found += [expression.text] if expression.nullable else []
    return found


def _notification_routes(plan: Plan) -> str:
    operation = next((one for one in plan.spec.operations if one.path == "/notifications"), None)
    return _filled(
        "notifications_routes.py.j2",
        package=plan.spec.package,
        roles=bool(plan.spec.roles),
        operation_id=expressions.quoted(operation.name if operation else "list_notifications"),
        summary=expressions.quoted(operation.summary if operation else "List the notifications"),
    )


def _routers(plan: Plan) -> str:
    order = [entity.module for entity in plan.entities]
    order += ["reports"] if plan.spec.reports else []
    order += ["notifications"] if plan.spec.notices else []
    return _filled("routes_init.py.j2", package=plan.spec.package, modules=sorted(order), order=order)


def _project(plan: Plan) -> str:
    return _filled(
        "pyproject.toml.j2",
        package=plan.spec.package,
        version=VERSION,
        summary_toml=json.dumps(_plain(plan.spec.summary or plan.spec.name), ensure_ascii=False),
        emails="email" in plan.kinds,
    )


def _readme(plan: Plan) -> str:
    spec = plan.spec
    values = (spec.actions, spec.locks, spec.period_locks, spec.comparisons)
    told = [
        (rule.id, rule.message)
        for rules in (*values, spec.overlaps, spec.adjustments, spec.limits, spec.uniques, spec.notices)
        for rule in rules
    ]
    rules_told = [f"`{id_}`: {_plain(message)}" if message else f"`{id_}`" for id_, message in told]
    return _filled(
        "README.md.j2",
        package=spec.package,
        name=_plain(spec.name),
        summary=_plain(spec.summary),
        roles=list(spec.roles),
        operations=spec.operations,
        rules=rules_told,
    )
