"""An agent that notes the licences of all that a build installs, and which of them are not allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.events.build import BuildCompleted
from streams.agents.own_agent import OwnAgent
from streams.core.noting import NotingDecider

if TYPE_CHECKING:
    from connectors.settings import Settings
    from streams.core.worker import Worker


def _worker(settings: Settings) -> Worker:
    from licence_checker.worker import LicenceWorker

    return LicenceWorker(settings.home / "artefacts")


AGENT = OwnAgent(
    versions=(NotingDecider(name="licence-checker", version="1", trigger=BuildCompleted),),
    worker=_worker,
)
