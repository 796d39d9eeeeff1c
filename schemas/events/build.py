"""Events of `build-events`: the artefact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from schemas.artefacts import Build
from schemas.events.feature import Attempt, Engine, Reason
from schemas.personal import PERSONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildStarted:
    """Deployment has taken the tested files."""

    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildCompleted:
    """The wheel was built, installed in a fresh environment, and answered /health."""

    attempt: Attempt
    engine: Engine
    build: Annotated[Build, Doc("The artefact"), PERSONAL]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFailed:
    """The wheel could not be built, installed or started."""

    attempt: Attempt
    reason: Reason
