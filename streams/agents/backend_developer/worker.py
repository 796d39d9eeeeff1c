"""The work of the Backend Developer: write the service, and see it start."""

from __future__ import annotations

from connectors.service_runner import openapi_of
from schemas.envelope import Event
from schemas.events.feature import BackendImplemented, SpecificationWritten
from streams.agents.backend_developer.engine import implement
from streams.core.decider import WorkDone

ENGINE = "deterministic/1"
_START_SECONDS = 60.0


class BackendWorker:
    """Runs the backend engine, and then the service."""

    def work(self, started: Event, trigger: Event) -> WorkDone:  # noqa: ARG002
        """The service's sources, and the OpenAPI document that it gave when it ran."""
        written = trigger.payload
        assert isinstance(written, SpecificationWritten)
        sources = implement(written.specification)
        openapi = openapi_of(sources, written.specification.package, timeout_seconds=_START_SECONDS)
        done = BackendImplemented(
            attempt=written.attempt,
            engine=ENGINE,
            requirement=written.requirement,
            specification=written.specification,
            sources=sources,
            openapi=openapi,
        )
        return WorkDone(attempt=written.attempt, payload=done)

    def undo(self, delivery_id: str, attempt: int) -> None:
        """Nothing is left outside the log."""
