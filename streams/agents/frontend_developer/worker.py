"""The work of the Frontend Developer: write the page over the API that the backend has."""

from __future__ import annotations

from schemas.envelope import Event
from schemas.events.feature import BackendImplemented, FrontendImplemented
from streams.agents.frontend_developer.engine import implement
from streams.core.decider import WorkDone

ENGINE = "deterministic/1"


class FrontendWorker:
    """Runs the frontend engine."""

    def work(self, started: Event, trigger: Event) -> WorkDone:  # noqa: ARG002
        """The files of service and page together."""
        backend = trigger.payload
        assert isinstance(backend, BackendImplemented)
        page = implement(backend.specification, backend.openapi)
        done = FrontendImplemented(
            attempt=backend.attempt,
            engine=ENGINE,
            requirement=backend.requirement,
            specification=backend.specification,
            sources=backend.sources.merged(page),
        )
        return WorkDone(attempt=backend.attempt, payload=done)

    def undo(self, delivery_id: str, attempt: int) -> None:
        """Nothing is left outside the log."""
