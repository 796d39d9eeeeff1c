"""The routes that show several records: the list, named lists, the export."""

from __future__ import annotations

from schemas.specification import Listing
from streams.agents.backend_developer import expressions
from streams.agents.backend_developer.grants import own_scopes
from streams.agents.backend_developer.plan import EntityPlan
from streams.agents.backend_developer.route_text import Route

_CSV = '{"description": "The records", "content": {"text/csv": {"schema": {"type": "string"}}}}'


def lists(entity: EntityPlan) -> list[Route]:
    """The list of all records, and the named ones."""
    lines = [
        f"query = lookup.in_order({_asked(entity)}, wanted.sort, _SORTS)",
        "with database.reading() as session:",
        "    found = lookup.page(session, query, wanted.limit, wanted.offset)",
        f"    return schemas.{entity.name}Page.model_validate(found)",
    ]
    named = [
        _list(
            entity,
            f"/{rule.name}",
            f"list_{rule.name.replace('-', '_')}_{entity.module}",
            _listing(entity, rule),
        )
        for rule in entity.of(entity.plan.spec.listings)
    ]
    return [_list(entity, "", f"list_{entity.module}", lines), *named]


def _asked(entity: EntityPlan) -> str:
    return "asked(wanted, caller)" if own_scopes(entity, "list") else "asked(wanted)"


def _list(entity: EntityPlan, rest: str, fallback: str, lines: list[str]) -> Route:
    return Route(
        entity=entity,
        method="GET",
        path=f"/{entity.entity.plural}{rest}",
        fallback=fallback,
        statuses=(422,),
        parameters=(f"wanted: Annotated[schemas.{entity.name}Query, Query()]", "database: Database"),
        result=f"schemas.{entity.name}Page",
        lines=lines,
        grant="list",
    )


def needs_python(entity: EntityPlan, listing: Listing) -> bool:
    """Whether a condition of the listing can only be told in Python."""
    return any(expressions.sql(entity, one) is None for one in listing.where)


def _listing(entity: EntityPlan, rule: Listing) -> list[str]:
    conditions = [expressions.sql(entity, one, "models.") for one in rule.where]
    inside = [one for one in conditions if one is not None]
    lines = [f"query = lookup.in_order({_asked(entity)}, wanted.sort, _SORTS)"]
    if inside:
        lines += ["query = query.where(", *(f"    {one}," for one in inside), ")"]
    lines.append("with database.reading() as session:")
    if needs_python(entity, rule):
        rest = tuple(one for one, text in zip(rule.where, conditions, strict=True) if text is None)
        lines += [
            "    kept = [",
            "        one",
            "        for one in session.scalars(query)",
            f"        if {expressions.all_hold(entity, 'one', rest)}",
            "    ]",
            "    found = lookup.page_of(kept, wanted.limit, wanted.offset)",
        ]
    else:
        lines.append("    found = lookup.page(session, query, wanted.limit, wanted.offset)")
    return [*lines, f"    return schemas.{entity.name}Page.model_validate(found)"]


def exports(entity: EntityPlan) -> list[Route]:
    """The export as CSV, where there is one."""
    if not entity.of(entity.plan.spec.exports):
        return []
    plural = entity.entity.plural
    names = ("id", *(field.name for field in entity.fields), "created_at", "updated_at")
    lines = [
        "text = io.StringIO()",
        "writer = csv.DictWriter(",
        "    text,",
        "    [",
        *(f"        {expressions.quoted(name)}," for name in names),
        "    ],",
        ")",
        "writer.writeheader()",
        "with database.reading() as session:",
        f"    for one in session.scalars({_asked(entity)}.order_by(models.{entity.record}.id)):",
        f"        shown = schemas.{entity.name}Read.model_validate(one)",
        '        cells = shown.model_dump(mode="json", by_alias=True)',
        "        writer.writerow({name: lookup.cell(value) for name, value in cells.items()})",
        f'headers = {{"Content-Disposition": \'attachment; filename="{plural}.csv"\'}}',
        'return Response(text.getvalue(), headers=headers, media_type="text/csv")',
    ]
    return [
        Route(
            entity=entity,
            method="GET",
            path=f"/{plural}/export.csv",
            fallback=f"export_{entity.module}",
            statuses=(422,),
            parameters=(f"wanted: Annotated[schemas.{entity.name}Filter, Query()]", "database: Database"),
            result="Response",
            lines=lines,
            grant="list",
            options=("response_class=Response",),
            described=_CSV,
        )
    ]
