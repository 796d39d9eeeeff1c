"""A decider that notes what it was asked, and what it decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schemas.catalogue import type_of
from schemas.envelope import Event
from streams.agents.registry import AnyDecider
from streams.core.decider import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision of a service.

    Attributes:
        upon: id of the event that it was asked about, '' for a result of work.
        result: class of the result of work, '' for an event.
        attempt: of the result of work, 0 for an event.
        decided: names of the events that it decided to record.
    """

    service: str
    upon: str = ""
    result: str = ""
    attempt: int = 0
    decided: tuple[str, ...]


@dataclass(frozen=True)
class Witness:
    """Decides as another decider does, and notes it."""

    inner: AnyDecider
    noted: list[Decision]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def decide(self, state: object, message: Message) -> Sequence[object]:
        """As the inner one decides."""
        payloads = self.inner.decide(state, message)
        names = tuple(type_of(payload).name for payload in payloads)
        if isinstance(message, Event):
            noted = Decision(service=self.inner.name, upon=message.envelope.event_id, decided=names)
        else:
            result = type(message).__name__
            noted = Decision(service=self.inner.name, result=result, attempt=message.attempt, decided=names)
        self.noted.append(noted)
        return payloads
