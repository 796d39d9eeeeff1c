"""Earlier versions of the saga's decider, for deliveries that began with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.envelope import Event
from streams.core.decider import Message
from streams.core.saga import SagaDecider, SagaState, decided_upon


@dataclass(frozen=True, slots=True)
class SagaDecider1(SagaDecider):
    """Version 1: where an attempt's end overtakes the request, the attempt is not recorded as started."""

    version: str = "1"

    def decide(self, state: SagaState, message: Message) -> Sequence[object]:
        """What the saga records upon an event of the agents or of a user."""
        return decided_upon(state, message.payload) if isinstance(message, Event) else []
