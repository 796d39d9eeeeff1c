"""Room booking: overlap, capacity, times in the past, own records."""

from __future__ import annotations

from schemas.specification import (
    Action,
    Comparison,
    NoOverlap,
    Permission,
    Report,
    Specification,
    StateMachine,
)
from tests.specifications.writing import choice, entity, field, finished, needed, refers, when


def room_booking() -> Specification:
    """Meeting rooms and their bookings; massages show an overlap by duration."""
    room = entity(
        "MeetingRoom",
        "meeting-rooms",
        "Meeting room",
        needed("name", unique=True),
        field("floor", "integer"),
        needed("capacity", "integer", minimum="1"),
    )
    booking = entity(
        "Booking",
        "bookings",
        "Booking",
        refers("meeting_room_id", "MeetingRoom"),
        needed("organiser_email", "email"),
        needed("start", "datetime"),
        needed("end", "datetime"),
        needed("attendees", "integer", minimum="1"),
        choice("status", "booked", "cancelled", default="booked"),
    )
    massage = entity(
        "Massage",
        "massages",
        "Massage",
        refers("meeting_room_id", "MeetingRoom"),
        needed("starts_at", "datetime"),
        needed("minutes", "integer", minimum="15", maximum="60", multiple_of="15"),
    )
    return finished(
        Specification(
            name="Room booking",
            package="room_booking",
            summary="Employees book meeting rooms.",
            entities=(room, booking, massage),
            roles=("employee", "organiser", "facility_manager"),
            state_machines=(
                StateMachine(
                    id="booking-status",
                    entity="Booking",
                    field="status",
                    states=("booked", "cancelled"),
                    initial="booked",
                ),
            ),
            actions=(
                Action(
                    id="booking-cancel",
                    entity="Booking",
                    name="cancel",
                    label="Cancel",
                    sources=("booked",),
                    target="cancelled",
                ),
            ),
            comparisons=(
                Comparison(
                    id="booking-ends-later",
                    entity="Booking",
                    condition=when("start", "lt", "end"),
                    message="The end is after the start",
                ),
                Comparison(
                    id="booking-not-past",
                    entity="Booking",
                    condition=when("start", "ge", "now"),
                    message="Nobody can book in the past",
                ),
                Comparison(
                    id="booking-fits",
                    entity="Booking",
                    condition=when("attendees", "le", "meeting_room_id.capacity"),
                    message="The room is too small",
                ),
            ),
            overlaps=(
                NoOverlap(
                    id="booking-overlap",
                    entity="Booking",
                    within=("meeting_room_id",),
                    start="start",
                    end="end",
                    ignoring_states=("cancelled",),
                    message="The room is taken",
                ),
                NoOverlap(
                    id="massage-overlap",
                    entity="Massage",
                    within=("meeting_room_id",),
                    start="starts_at",
                    duration_minutes="minutes",
                ),
            ),
            permissions=(
                Permission(
                    id="organiser-cancels-own",
                    role="organiser",
                    entity="Booking",
                    operations=("cancel", "update"),
                    own="organiser_email",
                ),
                Permission(
                    id="manager-keeps-rooms",
                    role="facility_manager",
                    entity="MeetingRoom",
                    operations=("create", "update", "delete"),
                ),
            ),
            reports=(
                Report(
                    id="bookings-by-room",
                    name="bookings-by-room",
                    label="Bookings by room",
                    entity="Booking",
                    group_by=("meeting_room_id.name", "day:start"),
                    where=(when("status", "eq", "=booked"),),
                ),
            ),
        )
    )
