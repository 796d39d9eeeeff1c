"""Headers of an event's record in the form that producers take."""

from __future__ import annotations

from schemas.cloudevents import header_texts
from schemas.envelope import Envelope


def headers_of(envelope: Envelope) -> list[tuple[str, bytes]]:
    """The headers that the event's record carries."""
    return [(name, value.encode()) for name, value in header_texts(envelope)]
