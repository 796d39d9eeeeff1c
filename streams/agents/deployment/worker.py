"""The work of Deployment: build the tested files, install, start, offer."""

from __future__ import annotations

from pathlib import Path

from connectors.artefacts import ArtefactStore
from schemas.envelope import Event
from schemas.events.build import BuildCompleted
from schemas.events.test import TestsPassed
from streams.agents.deployment.documents import Identity
from streams.agents.deployment.engine import NAME, Order, build
from streams.core.decider import WorkDone


class DeploymentWorker:
    """Runs the build engine on one artefact store."""

    def __init__(self, artefacts: Path) -> None:
        self._store = ArtefactStore(artefacts)

    def work(self, started: Event, trigger: Event) -> WorkDone:
        """The build, offered in the artefact store."""
        tested = trigger.payload
        assert isinstance(tested, TestsPassed)
        delivery_id = started.envelope.delivery_id
        version = f"1.0.{tested.attempt - 1}"
        identity = Identity(delivery_id=delivery_id, attempt=tested.attempt, version=version)
        order = Order(
            specification=tested.specification,
            requirement=tested.requirement,
            sources=tested.sources,
            identity=identity,
        )
        done = BuildCompleted(attempt=tested.attempt, engine=NAME, build=build(order, self._store))
        return WorkDone(attempt=tested.attempt, payload=done)

    def undo(self, delivery_id: str, attempt: int) -> None:
        """The build is no longer offered."""
        self._store.discard(delivery_id, attempt)
