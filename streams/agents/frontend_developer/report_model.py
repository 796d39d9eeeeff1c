"""The reports of a specification as the page shows them."""

from __future__ import annotations

from schemas.specification import Entity, Field, Report, Specification
from streams.agents.frontend_developer.offered import Offered
from streams.agents.frontend_developer.page_model import PageChoice, PageGroup, PageReport
from streams.agents.frontend_developer.wording import humanised, tone

_FILTERS = ("choice", "reference", "boolean", "date", "datetime")
_ALWAYS_PRESENT = ("id", "created_at", "updated_at")


def reports_of(specification: Specification, offered: Offered) -> tuple[PageReport, ...]:
    """The reports that the service offers, alone or within a parent."""
    reports = []
    for report in specification.reports:
        entity = specification.entity(report.entity)
        within = _parent_plural(specification, entity, report)
        alone = offered.has("GET", f"/reports/{report.name}")
        inside = bool(within) and offered.has("GET", f"/{within}/{{}}/{report.name}")
        if alone or inside:
            reports.append(_report(specification, offered, report, alone, within if inside else ""))
    return tuple(reports)


def _parent_plural(specification: Specification, entity: Entity, report: Report) -> str:
    field = entity.field(report.within) if report.within else None
    return specification.entity(field.references).plural if field and field.references else ""


def _report(
    specification: Specification, offered: Offered, report: Report, alone: bool, within: str
) -> PageReport:
    entity = specification.entity(report.entity)
    path = f"/reports/{report.name}"
    return PageReport(
        name=report.name,
        label=report.label or humanised(report.name),
        plural=entity.plural,
        alone=alone,
        within=within,
        groups=tuple(_group(specification, entity, group) for group in report.group_by),
        measure=_measure(entity, report),
        filters=tuple(
            field.name
            for field in entity.fields
            if field.type in _FILTERS and not field.many and offered.takes(path, _asked(field))
        ),
    )


def _asked(field: Field) -> str:
    return f"{field.name}_from" if field.type in ("date", "datetime") else field.name


def _measure(entity: Entity, report: Report) -> str:
    if not report.measure:
        return "count"
    kinds = [field.type for name in report.measure if (field := entity.field(name))]
    return "money" if "money" in kinds else "number"


def _group(specification: Specification, entity: Entity, group: str) -> PageGroup:
    cut, _, path = group.rpartition(":")
    if cut:
        return PageGroup(
            key=cut,
            label=humanised(cut),
            type="month" if cut == "month" else "date",
            choices=(),
            references="",
        )
    key = path.rsplit(".", 1)[-1]
    field = _followed(specification, entity, path.split("."))
    if field is None:
        kind = "integer" if key == "id" else "datetime" if key in _ALWAYS_PRESENT else "text"
        return PageGroup(key=key, label=humanised(key), type=kind, choices=(), references="")
    plural = specification.entity(field.references).plural if field.references else ""
    return PageGroup(
        key=key,
        label=field.label or humanised(key),
        type=field.type,
        choices=tuple(PageChoice(value=one, label=humanised(one), tone=tone(one)) for one in field.choices),
        references=plural,
    )


def _followed(specification: Specification, entity: Entity, path: list[str]) -> Field | None:
    """The field at the end of a path through references, None where it is not one of the fields."""
    field = entity.field(path[0])
    if len(path) == 1 or field is None or not field.references:
        return field if len(path) == 1 else None
    return _followed(specification, specification.entity(field.references), path[1:])
