"""Whether a record is one to react to: on the right topic, with the right key, of a known origin. Pure."""

from __future__ import annotations

from collections.abc import Collection

from schemas.catalogue import type_of
from schemas.envelope import Envelope, Event
from schemas.errors import DecodeError
from schemas.events.outcome import (
    CircuitBreakerChanged,
    DeadLetterDiscarded,
    DeadLetterRedriven,
    PersonalDataErased,
)
from schemas.events.requirement import (
    CancellationRequested,
    ClarificationAnswered,
    RequirementSubmitted,
    RetryRequested,
)
from streams.core.identity import event_id, stream_id

# No service records that many events upon one cause.
_MOST_EVENTS_OF_A_CAUSE = 1_000
# Longer texts in the envelope serve nobody; they would travel in the headers of all events that follow.
_LONGEST_TEXT = 1_000
_TEXTS = ("stream_id", "correlation_id", "causation_id", "actor", "traceparent")

USER_EVENTS: frozenset[type] = frozenset(
    (
        RequirementSubmitted,
        ClarificationAnswered,
        CancellationRequested,
        RetryRequested,
        DeadLetterRedriven,
        DeadLetterDiscarded,
        CircuitBreakerChanged,
        PersonalDataErased,
    )
)


def check(position: object, topic: str, key: bytes | None, event: Event, services: Collection[str]) -> None:
    """See that a record's event is one to react to.

    Args:
        position: of the record, for people.
        services: names of all services.

    Raises:
        DecodeError: it stands on another topic, has another key or another origin than it tells, or an
            envelope with a text too long to go with each event that follows.
    """
    check_place(position, topic, key, event)
    check_texts(position, event.envelope)
    check_origin(position, event, services)


def check_place(position: object, topic: str, key: bytes | None, event: Event) -> None:
    """See that an event stands on the topic of its type, and has its delivery's id as key.

    Args:
        position: of its record, for people.

    Raises:
        DecodeError: it stands elsewhere, or has another key.
    """
    right = type_of(event.payload).topic
    if topic != right:
        raise DecodeError(
            f"Reading {position}",
            why=f"{event.envelope.event_type} belongs to the topic {right}",
            todo="Publish it there",
        )
    if key != event.envelope.delivery_id.encode():
        raise DecodeError(
            f"Reading {position}",
            why=f"its key {(key or b'')[:60]!r} is not its delivery id",
            todo="Publish with the delivery id as key",
        )


def check_texts(position: object, envelope: Envelope) -> None:
    """See that no text of the envelope is longer than 1,000 characters.

    Args:
        position: of its record, for people.

    Raises:
        DecodeError: one is.
    """
    for name in _TEXTS:
        length = len(getattr(envelope, name))
        if length > _LONGEST_TEXT:
            raise DecodeError(
                f"Reading {position}",
                why=f"the {name} of its envelope has {length} characters, more than {_LONGEST_TEXT}",
                todo="Fill the envelope as schemas/envelope.py says",
            )


def check_origin(position: object, event: Event, services: Collection[str]) -> None:
    """See that an event of a service has the identity that only its cause and its service give.

    Events of people come from anywhere. Who copies an identity as well is found by the audit: the
    version in the stream is taken.

    Args:
        position: of its record, for people.
        services: names of all services.

    Raises:
        DecodeError: somebody else has made it.
    """
    if type(event.payload) in USER_EVENTS:
        return
    envelope = event.envelope
    service = envelope.actor.partition("/")[0]
    if service not in services or envelope.stream_id != stream_id(service, envelope.delivery_id):
        why = f"its stream '{envelope.stream_id[:80]}' is not one of its actor '{envelope.actor[:60]}'"
    elif not _is_recorded_upon_its_cause(envelope, service):
        why = f"its id is not one that {service} gives upon the cause '{envelope.causation_id[:60]}'"
    else:
        return
    raise DecodeError(
        f"Reading {position}", why=why, todo="Leave the events of services to the services: discard it"
    )


def _is_recorded_upon_its_cause(envelope: Envelope, service: str) -> bool:
    return any(
        event_id(envelope.causation_id, service, ordinal) == envelope.event_id
        for ordinal in range(_MOST_EVENTS_OF_A_CAUSE)
    )
