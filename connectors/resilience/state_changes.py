"""Changes of breakers' states, and who is told of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["closed", "half_open", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """A breaker's state has changed.

    Attributes:
        name: the breaker, as 'schema-registry'.
        failures: failures in a row before the change.
        cause: class of the last failure, '' where there was none. Its text is left out, as it may hold
            what a log must not.
        changed_at: UTC.
    """

    name: str
    before: State
    after: State
    failures: int
    cause: str
    changed_at: datetime


Listener = Callable[[StateChange], None]
_listeners: list[Listener] = []


def tell_of_changes(listener: Listener) -> Callable[[], None]:
    """Have the listener told of every change in this process; gives what ends that.

    It is called by whoever makes the outgoing call, so it must return at once and not raise.
    """
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def tell(change: StateChange) -> None:
    """Tell everyone who wants to know."""
    for listener in tuple(_listeners):
        listener(change)
