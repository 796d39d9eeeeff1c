"""Erasing a subject's personal data: the key is deleted, and that is recorded as an event."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from connectors.kafka.position import Position
from connectors.kafka.publisher import Publisher
from connectors.kafka.user_events import user_event
from connectors.personal_data.key_store import KeyStore
from schemas.codec import Codec, replace_envelope
from schemas.errors import BadInputError
from schemas.events.outcome import PersonalDataErased

_ERASURES = uuid.UUID("5b6b6c52-6a30-5a35-b2a6-0e6c3c1d9b7e")


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased.

    Attributes:
        key_id: the key that is deleted.
        deliveries: those whose texts it sealed.
        position: where the event stands.
    """

    key_id: str
    deliveries: tuple[str, ...]
    position: Position


def erase_subject(
    store: KeyStore, brokers: str, codec: Codec, subject: str, *, reason: str = "", user: str = ""
) -> Erasure:
    """Delete the subject's key, and record it.

    The store knows whose key it was until it is told to forget, so that an erasure that was interrupted can
    be done again from the start; its event has the same id.

    Raises:
        BadInputError: there is no key of that subject.
        SetupError: the keys cannot be reached, or the broker does not take the event.
    """
    erased = store.erase(subject)
    if erased is None:
        raise BadInputError(
            f"Erasing the personal data of '{subject}'",
            why="nothing was sealed under that name, or it is erased already",
            todo="Use the name as it was given with --user, or delivery:<id> where none was given",
        )
    key_id, deliveries = erased
    payload = PersonalDataErased(key_id=key_id, deliveries=deliveries, reason=reason, requested_by=user)
    event = user_event(payload, user=user, delivery_id=str(uuid.uuid5(_ERASURES, key_id)))
    event_id = str(uuid.uuid5(_ERASURES, f"{key_id}|erased"))
    event = replace_envelope(event, event_id=event_id, correlation_id=event_id)
    return Erasure(key_id, deliveries, Publisher(brokers, codec).publish(event))
