"""The specification: everything the agents after the analyzer need to know, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from typing_extensions import Doc

from schemas.specification import rules
from schemas.specification.field import Entity
from schemas.specification.story import Feature, NonFunctional, Question, Story

OperationKind = Literal[
    "create", "read", "list", "update", "delete", "action", "report", "listing", "export", "notifications"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One request that the service answers."""

    name: Annotated[str, Doc("snake_case, unique; the operationId in OpenAPI")]
    kind: Annotated[OperationKind, Doc("What it does")]
    entity: Annotated[str, Doc("Entity it is about, '' for notifications")]
    method: Annotated[str, Doc("GET, POST, PATCH, PUT or DELETE")]
    path: Annotated[str, Doc("As in OpenAPI: /bookings/{id}/cancel")]
    summary: Annotated[str, Doc("What a person reads")]
    roles: Annotated[tuple[str, ...], Doc("Roles that may, empty for all")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """What is to be built. Each list of rules has its own kind; see `schemas.specification.rules`."""

    name: Annotated[str, Doc("Name of the service in words")]
    package: Annotated[str, Doc("Python package of the service, snake_case, a valid module name")]
    summary: Annotated[str, Doc("One or two sentences")]
    entities: Annotated[tuple[Entity, ...], Doc("At least one")]
    roles: Annotated[tuple[str, ...], Doc("Roles of people, snake_case")] = ()
    operations: Annotated[tuple[Operation, ...], Doc("All requests that it answers")] = ()
    state_machines: Annotated[tuple[rules.StateMachine, ...], Doc("Life cycles")] = ()
    actions: Annotated[tuple[rules.Action, ...], Doc("Steps people take")] = ()
    effects: Annotated[tuple[rules.Effect, ...], Doc("Fields set when something happens")] = ()
    locks: Annotated[tuple[rules.Lock, ...], Doc("Writes refused by state")] = ()
    period_locks: Annotated[tuple[rules.PeriodLock, ...], Doc("Writes refused by period")] = ()
    comparisons: Annotated[tuple[rules.Comparison, ...], Doc("Relations between values")] = ()
    overlaps: Annotated[tuple[rules.NoOverlap, ...], Doc("Intervals that must not meet")] = ()
    adjustments: Annotated[tuple[rules.Adjustment, ...], Doc("Stock and balances")] = ()
    limits: Annotated[tuple[rules.Limit, ...], Doc("Capacities and quotas")] = ()
    derivations: Annotated[tuple[rules.Derivation, ...], Doc("Computed fields")] = ()
    notices: Annotated[tuple[rules.Notice, ...], Doc("Warnings to people")] = ()
    expiries: Annotated[tuple[rules.Expiry, ...], Doc("States that end by themselves")] = ()
    uniques: Annotated[tuple[rules.Unique, ...], Doc("Combinations that are unique")] = ()
    permissions: Annotated[tuple[rules.Permission, ...], Doc("Who may do what")] = ()
    reports: Annotated[tuple[rules.Report, ...], Doc("Totals")] = ()
    listings: Annotated[tuple[rules.Listing, ...], Doc("Named lists")] = ()
    exports: Annotated[tuple[rules.Export, ...], Doc("Files to take away")] = ()
    searches: Annotated[tuple[rules.Search, ...], Doc("Text search")] = ()
    non_functional: Annotated[tuple[NonFunctional, ...], Doc("Qualities asked for")] = ()
    open_questions: Annotated[tuple[Question, ...], Doc("Assumptions taken, for people to check")] = ()
    features: Annotated[tuple[Feature, ...], Doc("The requirement, split")] = ()
    stories: Annotated[tuple[Story, ...], Doc("User stories with their criteria")] = ()

    def entity(self, name: str) -> Entity:
        """The entity of that name.

        Raises:
            KeyError: the specification has none of that name.
        """
        for entity in self.entities:
            if entity.name == name:
                return entity
        raise KeyError(name)

    def machine(self, entity: str) -> rules.StateMachine | None:
        """The life cycle of the entity, or None."""
        return next((machine for machine in self.state_machines if machine.entity == entity), None)
