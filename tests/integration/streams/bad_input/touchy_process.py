"""One real service whose decider raises on some deliveries: `python -m ...touchy_process <service>`.

Requirements that begin as `QUICK` are worked on quickly; all others by the service's real worker.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.settings import Settings, settings
from schemas.envelope import Event
from streams.agents.registry import DECIDERS, AnyDecider
from streams.agents.workers import worker_of
from streams.core.decider import Message, WorkDone, WorkFailed
from streams.core.worker import Worker
from streams.runtime.agent import run
from tests.integration.streams.pipeline.quick_workers import STEP_OF, QuickWorker

QUICK = '{"quick": true'
TOUCHY_SERVICE = "backend-developer"
TOUCHY_WORD = "a decider raises on this"


def mended_file(config: Settings) -> Path:
    """The touchy service no longer raises once this file is there."""
    return config.home / "mended"


@dataclass(frozen=True)
class TouchyDecider:
    """The decisions of another decider, with an error in them."""

    inner: AnyDecider
    mended: Path

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def decide(self, state: object, message: Message) -> Sequence[object]:
        """As the inner one decides; raises on deliveries whose requirement holds a certain word.

        Raises:
            ZeroDivisionError: an error of programming.
        """
        words = getattr(message.payload, "requirement", "") if isinstance(message, Event) else ""
        if TOUCHY_WORD in words and not self.mended.exists():
            raise ZeroDivisionError("an error of programming")
        return self.inner.decide(state, message)


@dataclass(frozen=True)
class QuickOrRealWorker:
    """Quick work for requirements that want it, real work for all others."""

    quick: QuickWorker
    real: Worker

    def work(self, started: Event, trigger: Event) -> WorkDone | WorkFailed:
        """The step's result."""
        words = getattr(started.payload, "requirement", "") or getattr(trigger.payload, "requirement", "")
        return (self.quick if words.startswith(QUICK) else self.real).work(started, trigger)

    def undo(self, delivery_id: str, attempt: int) -> None:
        """Remove what the work left."""
        self.real.undo(delivery_id, attempt)


def main(name: str, config: Settings) -> None:
    """Run the service; does not return."""
    if name == TOUCHY_SERVICE:
        DECIDERS[name] = TouchyDecider(DECIDERS[name], mended_file(config))  # type: ignore[assignment]
    step = STEP_OF.get(name)
    run(name, config, QuickOrRealWorker(QuickWorker(step), worker_of(name, config)) if step else None)


if __name__ == "__main__":
    main(sys.argv[1], settings())
