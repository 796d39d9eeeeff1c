"""Specification and offered requests -> page model."""

from __future__ import annotations

from schemas.errors import WorkError
from schemas.specification import Entity, Field, Specification
from streams.agents.frontend_developer.behaviour import (
    actions_of,
    grants_of,
    locks_of,
    relations_of,
    rules_of,
)
from streams.agents.frontend_developer.offered import Offered
from streams.agents.frontend_developer.page_model import (
    PageChoice,
    PageEntity,
    PageField,
    PageListing,
    PageModel,
)
from streams.agents.frontend_developer.report_model import reports_of
from streams.agents.frontend_developer.wording import field_help, humanised, plural_label, tone

_OPERATIONS = {
    "list": ("GET", "/{plural}"),
    "create": ("POST", "/{plural}"),
    "read": ("GET", "/{plural}/{{}}"),
    "update": ("PATCH", "/{plural}/{{}}"),
    "delete": ("DELETE", "/{plural}/{{}}"),
}
_NAMES = ("name", "title", "full_name", "subject", "label", "display_name", "summary", "text", "description")
_TITLES = ("text", "email", "phone", "integer", "url")
_UNFIT_COLUMNS = ("long_text", "url")
_MOST_COLUMNS = 7
_RANGES = ("date", "datetime")


def describe(specification: Specification, offered: Offered) -> PageModel:
    """The page model of a service.

    Raises:
        WorkError: the specification has no entity, or the service lacks the collection of one.
    """
    _require_collections(specification, offered)
    roles = dict.fromkeys((*specification.roles, *(rule.role for rule in specification.permissions)))
    entities = tuple(_entity(specification, offered, entity) for entity in specification.entities)
    guarded = any(entity.grants for entity in entities)
    return PageModel(
        name=specification.name or humanised(specification.package),
        summary=specification.summary,
        roles=tuple(PageChoice(value=role, label=humanised(role)) for role in roles if guarded),
        entities=entities,
        reports=reports_of(specification, offered),
        notifications=offered.has("GET", "/notifications"),
    )


def _require_collections(specification: Specification, offered: Offered) -> None:
    if not specification.entities:
        raise WorkError(
            "Writing the page",
            why="the specification has no entity",
            todo="Name at least one thing that the service keeps.",
        )
    missing = [
        entity.plural for entity in specification.entities if not offered.has("GET", f"/{entity.plural}")
    ]
    if missing:
        raise WorkError(
            "Writing the page over the OpenAPI document",
            why=f"it has no GET of {', '.join('/' + plural for plural in missing)}",
            todo="Let the Backend Developer write the collections of all entities.",
        )


def _entity(specification: Specification, offered: Offered, entity: Entity) -> PageEntity:
    machine = specification.machine(entity.name)
    path = f"/{entity.plural}"
    title = title_fields(entity)
    state_field = machine.field if machine else ""
    return PageEntity(
        name=entity.name,
        plural=entity.plural,
        label=entity.label or entity.name,
        plural_label=plural_label(entity),
        description=entity.description,
        parent=entity.parent,
        fields=tuple(_field(specification, offered, entity, field) for field in entity.fields),
        title=title,
        columns=_columns(entity, title, state_field),
        state_field=state_field,
        creatable=tuple(dict.fromkeys((machine.initial, *machine.creatable))) if machine else (),
        can=tuple(
            name
            for name, (method, template) in _OPERATIONS.items()
            if offered.has(method, template.format(plural=entity.plural))
        ),
        search=offered.takes(path, "q")
        and any(rule.entity == entity.name for rule in specification.searches),
        export=offered.has("GET", f"{path}/export.csv"),
        listings=tuple(
            PageListing(name=rule.name, label=rule.label or humanised(rule.name))
            for rule in specification.listings
            if rule.entity == entity.name and offered.has("GET", f"{path}/{rule.name}")
        ),
        actions=actions_of(specification, offered, entity),
        locks=locks_of(specification, entity),
        relations=relations_of(specification, offered, entity),
        grants=grants_of(specification, entity),
        rules=rules_of(specification, entity),
    )


def title_fields(entity: Entity) -> tuple[str, ...]:
    """The fields by which people know a record; none where only its number is left."""
    fit = [field for field in entity.fields if field.type in _TITLES and not field.many]
    by_name = {field.name: field for field in fit}
    if {"first_name", "last_name"} <= by_name.keys():
        return ("first_name", "last_name")
    named = [by_name[name] for name in _NAMES if name in by_name]
    unique = [field for field in fit if field.unique]
    required = [field for field in fit if field.required and field.type in ("text", "email")]
    texts = [field for field in fit if field.type == "text"]
    for candidates in (named, unique, required, texts):
        if candidates:
            return (candidates[0].name,)
    return ()


def _columns(entity: Entity, title: tuple[str, ...], state_field: str) -> tuple[str, ...]:
    shown = [
        field.name
        for field in entity.fields
        if field.name not in title and not field.many and field.type not in _UNFIT_COLUMNS
    ]
    kept = shown[: _MOST_COLUMNS - 1]
    if state_field in shown and state_field not in kept:
        kept[-1] = state_field
    return tuple(kept)


def _field(specification: Specification, offered: Offered, entity: Entity, field: Field) -> PageField:
    path = f"/{entity.plural}"
    derived = {rule.field for rule in specification.derivations if rule.entity == entity.name}
    sortable = offered.sorts_by(path, field.name)
    if sortable is None:
        sortable = field.name not in derived and not field.many
    target = next((other.plural for other in specification.entities if other.name == field.references), "")
    return PageField(
        name=field.name,
        label=field.label or humanised(field.name),
        type=field.type if field.type != "reference" or target else "integer",
        required=field.required,
        choices=tuple(
            PageChoice(value=choice, label=humanised(choice), tone=tone(choice)) for choice in field.choices
        ),
        references=target,
        minimum=field.minimum,
        exclusive_minimum=field.exclusive_minimum,
        maximum=field.maximum,
        multiple_of=field.multiple_of,
        max_length=field.max_length,
        default=field.default,
        many=field.many,
        read_only=field.read_only,
        help=field_help(field),
        sortable=sortable and offered.takes(path, "sort"),
        filter=not field.many and offered.takes(path, field.name),
        filter_range=field.type in _RANGES and offered.takes(path, f"{field.name}_from"),
    )
