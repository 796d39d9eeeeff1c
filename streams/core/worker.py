"""What a worker is: the part of an agent that does the costly, impure work."""

from __future__ import annotations

from typing import Protocol

from schemas.envelope import Event
from streams.core.decider import WorkDone, WorkFailed


class Worker(Protocol):
    """An agent's impure part."""

    def work(self, started: Event, trigger: Event) -> WorkDone | WorkFailed:
        """Do the work of one attempt.

        Args:
            started: the agent's own event that the work has started.
            trigger: the event that the agent reacts to.

        Raises:
            Exception: is recorded as the failure of the step; nothing of the work may then be left.
        """
        ...

    def undo(self, delivery_id: str, attempt: int) -> None:
        """Remove what the work of an attempt left outside the log; may be called more than once."""
        ...
