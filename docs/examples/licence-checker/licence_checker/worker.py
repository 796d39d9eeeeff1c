"""The shell: reads the build's bill of materials, and tells what is in it."""

from __future__ import annotations

from pathlib import Path

from licence_checker.licences import licences_in, not_allowed
from schemas.envelope import Event
from schemas.events.build import BuildCompleted
from schemas.events.note import AgentNoted, Fact
from streams.core.decider import WorkDone, WorkFailed

BILL_OF_MATERIALS = "sbom.cdx.json"


class LicenceWorker:
    """Checks the licences of one build."""

    def __init__(self, artefacts: Path) -> None:
        self._artefacts = artefacts

    def work(self, started: Event, trigger: Event) -> WorkDone | WorkFailed:  # noqa: ARG002
        """A note with the licence of every component; a failure where the build is not there any more."""
        built = trigger.payload
        assert isinstance(built, BuildCompleted)
        file = self._artefacts / built.build.folder / BILL_OF_MATERIALS
        try:
            licences = licences_in(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            return WorkFailed(attempt=built.attempt, reason=f"{BILL_OF_MATERIALS} cannot be read: {error}")
        wrong = not_allowed(licences)
        told = f"to look at: {', '.join(wrong)}" if wrong else "all are allowed"
        note = AgentNoted(
            attempt=built.attempt,
            subject="licences",
            text=f"{len(licences)} components, {told}",
            facts=tuple(Fact(name=name, value=licence) for name, licence in sorted(licences.items())),
        )
        return WorkDone(attempt=built.attempt, payload=note)

    def undo(self, delivery_id: str, attempt: int) -> None:
        """It leaves nothing outside the log."""
