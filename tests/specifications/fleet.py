"""Vans and trips: guards through references, effects on another record, a report for one parent."""

from __future__ import annotations

from schemas.specification import (
    Action,
    Comparison,
    Derivation,
    Effect,
    Export,
    Limit,
    Report,
    Specification,
    StateMachine,
)
from tests.specifications.writing import choice, computed, entity, field, finished, needed, refers, when


def fleet() -> Specification:
    """A fleet of delivery vans; one trip under way for each van."""
    van = entity(
        "Van",
        "vans",
        "Van",
        needed("number_plate", unique=True, max_length=20),
        needed("mileage", "integer", minimum="0"),
        field("next_service_date", "date"),
    )
    trip = entity(
        "Trip",
        "trips",
        "Trip",
        refers("van_id", "Van"),
        needed("driver"),
        needed("start_odometer", "integer", minimum="0"),
        field("end_odometer", "integer", minimum="0"),
        field("started_at", "datetime", default="now"),
        computed("ended_at", "datetime"),
        computed("kilometres", "integer"),
        choice("status", "under_way", "ended", default="under_way"),
    )
    return finished(
        Specification(
            name="Van fleet",
            package="van_fleet",
            summary="Vans and their trips.",
            entities=(van, trip),
            state_machines=(
                StateMachine(
                    id="trip-status",
                    entity="Trip",
                    field="status",
                    states=("under_way", "ended"),
                    initial="under_way",
                ),
            ),
            actions=(
                Action(
                    id="trip-end",
                    entity="Trip",
                    name="end",
                    label="End",
                    sources=("under_way",),
                    target="ended",
                    inputs=("end_odometer",),
                    required_inputs=("end_odometer",),
                ),
            ),
            effects=(
                Effect(id="trip-ended-at", entity="Trip", on="end", field="ended_at", value="now"),
                Effect(
                    id="van-mileage",
                    entity="Trip",
                    on="end",
                    via="van_id",
                    field="mileage",
                    value="end_odometer",
                    only_if=(when("mileage", "lt", "=1000000"),),
                ),
            ),
            comparisons=(
                Comparison(
                    id="end-after-start",
                    entity="Trip",
                    condition=when("end_odometer", "gt", "start_odometer"),
                    message="The end reading is greater than the start reading",
                ),
                Comparison(
                    id="van-in-service",
                    entity="Trip",
                    condition=when("van_id.next_service_date", "gt", "today"),
                    message="The van is due for service",
                ),
            ),
            limits=(
                Limit(
                    id="one-trip-per-van",
                    entity="Trip",
                    measure="count",
                    group_by=("van_id",),
                    maximum="=1",
                    ignoring_states=("ended",),
                    message="The van is on a trip",
                ),
            ),
            derivations=(
                Derivation(
                    id="trip-kilometres",
                    entity="Trip",
                    field="kilometres",
                    kind="difference",
                    operands=("end_odometer", "start_odometer"),
                ),
            ),
            reports=(
                Report(
                    id="kilometres",
                    name="kilometres",
                    label="Kilometres of the last 30 days",
                    entity="Trip",
                    measure=("kilometres",),
                    group_by=("van_id.number_plate",),
                    within="van_id",
                    where=(when("started_at", "ge", "now-30d"), when("status", "eq", "=ended")),
                ),
            ),
            exports=(Export(id="trip-export", entity="Trip"),),
        )
    )
