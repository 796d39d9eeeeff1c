"""Conference tickets: quotas by path, reservations that expire, codes, things done once only."""

from __future__ import annotations

from schemas.specification import (
    Action,
    Derivation,
    Effect,
    Expiry,
    Limit,
    Report,
    Specification,
    StateMachine,
)
from tests.specifications.writing import choice, computed, entity, field, finished, needed, refers


def conference() -> Specification:
    """Events, ticket types and tickets."""
    event = entity(
        "Event",
        "events",
        "Event",
        needed("title"),
        field("venue"),
        needed("date", "datetime"),
        needed("seats", "integer", minimum="1"),
    )
    kind = entity(
        "TicketType",
        "ticket-types",
        "Ticket type",
        refers("event_id", "Event"),
        needed("name"),
        needed("price", "money", minimum="0"),
        needed("quota", "integer", minimum="1"),
        parent="event_id",
    )
    states = ("reserved", "paid", "used", "expired")
    ticket = entity(
        "Ticket",
        "tickets",
        "Ticket",
        refers("ticket_type_id", "TicketType"),
        needed("email", "email"),
        choice("status", *states, default="reserved"),
        computed("held_until", "datetime"),
        computed("code"),
        computed("paid_at", "datetime"),
    )
    live = ("expired",)
    return finished(
        Specification(
            name="Conference tickets",
            package="conference_tickets",
            summary="A conference sells tickets.",
            entities=(event, kind, ticket),
            state_machines=(
                StateMachine(
                    id="ticket-status", entity="Ticket", field="status", states=states, initial="reserved"
                ),
            ),
            actions=(
                Action(
                    id="ticket-pay",
                    entity="Ticket",
                    name="pay",
                    label="Pay",
                    sources=("reserved",),
                    target="paid",
                ),
                Action(
                    id="ticket-transfer",
                    entity="Ticket",
                    name="transfer",
                    label="Transfer",
                    sources=("reserved", "paid"),
                    inputs=("email",),
                    required_inputs=("email",),
                    at_most=1,
                    message="A ticket is transferred once only",
                ),
                Action(
                    id="ticket-check-in",
                    entity="Ticket",
                    name="check-in",
                    label="Check in",
                    sources=("paid",),
                    target="used",
                    message="The ticket was used already",
                ),
            ),
            effects=(Effect(id="ticket-paid-at", entity="Ticket", on="pay", field="paid_at", value="now"),),
            limits=(
                Limit(
                    id="quota",
                    entity="Ticket",
                    measure="count",
                    group_by=("ticket_type_id",),
                    maximum="ticket_type_id.quota",
                    ignoring_states=live,
                    message="The quota is sold out",
                ),
                Limit(
                    id="seats",
                    entity="Ticket",
                    measure="count",
                    group_by=("ticket_type_id.event_id",),
                    maximum="ticket_type_id.event_id.seats",
                    ignoring_states=live,
                    message="Sold out",
                ),
            ),
            derivations=(
                Derivation(id="ticket-code", entity="Ticket", field="code", kind="code"),
                Derivation(
                    id="ticket-held",
                    entity="Ticket",
                    field="held_until",
                    kind="offset",
                    operands=("created_at",),
                    amount="=10",
                    unit="minutes",
                ),
            ),
            expiries=(
                Expiry(
                    id="ticket-expiry",
                    entity="Ticket",
                    sources=("reserved",),
                    target="expired",
                    start="created_at",
                    minutes=10,
                ),
            ),
            reports=(
                Report(
                    id="sales",
                    name="sales",
                    label="Sales by event",
                    entity="Ticket",
                    measure=("ticket_type_id.price",),
                    group_by=("ticket_type_id.event_id.title", "month:created_at"),
                ),
            ),
        )
    )
