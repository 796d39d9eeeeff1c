"""What the page needs to know of a service: the specification, cut to what people see and do."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.specification import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChoice:
    """One value of a choice; `tone` colours it where it is a state."""

    value: str
    label: str
    tone: str = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageField:
    """One field: how it is shown, entered, sorted and filtered. `references` is a plural."""

    name: str
    label: str
    type: str
    required: bool
    choices: tuple[PageChoice, ...]
    references: str
    minimum: str
    exclusive_minimum: bool
    maximum: str
    multiple_of: str
    max_length: int
    default: str
    many: bool
    read_only: bool
    help: str
    sortable: bool
    filter: bool
    filter_range: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAlternative:
    """One way to take an action; the first that applies to the record is taken."""

    sources: tuple[str, ...]
    guards: tuple[Condition, ...]
    inputs: tuple[str, ...]
    required_inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAction:
    """A button on the page of a record."""

    name: str
    label: str
    alternatives: tuple[PageAlternative, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLock:
    """Writes that are not offered while the record (or the one it refers to by `via`) is in a state."""

    via: str
    via_plural: str
    state_field: str
    states: tuple[str, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRelation:
    """Records of another entity that refer to this one by `via`; `owned` ones are its children."""

    plural: str
    via: str
    owned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageGrant:
    """A role that may do an operation, on its own records alone where `own` is not empty."""

    operation: str
    role: str
    own: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageListing:
    """A named list of an entity."""

    name: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEntity:
    """One kind of record: its list, its record page, its form."""

    name: str
    plural: str
    label: str
    plural_label: str
    description: str
    parent: str
    fields: tuple[PageField, ...]
    title: tuple[str, ...]
    columns: tuple[str, ...]
    state_field: str
    creatable: tuple[str, ...]
    can: tuple[str, ...]
    search: bool
    export: bool
    listings: tuple[PageListing, ...]
    actions: tuple[PageAction, ...]
    locks: tuple[PageLock, ...]
    relations: tuple[PageRelation, ...]
    grants: tuple[PageGrant, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageGroup:
    """A column of a report; `type` is that of a field, or 'month'."""

    key: str
    label: str
    type: str
    choices: tuple[PageChoice, ...]
    references: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReport:
    """A total; `alone` has a page of its own, `within` is shown on records of that plural."""

    name: str
    label: str
    plural: str
    alone: bool
    within: str
    groups: tuple[PageGroup, ...]
    measure: str
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageModel:
    """All of the page; written as JSON beside it."""

    name: str
    summary: str
    roles: tuple[PageChoice, ...]
    entities: tuple[PageEntity, ...]
    reports: tuple[PageReport, ...]
    notifications: bool
