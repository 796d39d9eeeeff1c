"""Events of `feature-events`: the specification, and what is built from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from schemas.artefacts import SourceBundle
from schemas.personal import PERSONAL
from schemas.specification import Feature, Specification

Attempt = Annotated[int, Doc("Attempt of the delivery")]
Engine = Annotated[str, Doc("Engine that did the work, with its version: 'deterministic/1'")]
Reason = Annotated[str, Doc("What failed, why, and what to do"), PERSONAL]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecificationWritten:
    """The requirement is understood; the backend can be built."""

    attempt: Attempt
    engine: Engine
    requirement: Annotated[str, Doc("The requirement it comes from"), PERSONAL]
    specification: Annotated[Specification, Doc("What is to be built"), PERSONAL]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCreated:
    """One of the features that the requirement was split into."""

    attempt: Attempt
    feature: Annotated[Feature, Doc("The feature"), PERSONAL]
    story_ids: Annotated[tuple[str, ...], Doc("Stories of the feature")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendStarted:
    """The Backend Developer has taken the specification."""

    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendImplemented:
    """The service is written, and has been started."""

    attempt: Attempt
    engine: Engine
    requirement: Annotated[str, Doc("The requirement it comes from"), PERSONAL]
    specification: Annotated[Specification, Doc("What is built"), PERSONAL]
    sources: Annotated[SourceBundle, Doc("Files of the service"), PERSONAL]
    openapi: Annotated[str, Doc("OpenAPI document that the running service gave, JSON text"), PERSONAL]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendFailed:
    """The service could not be written or did not start."""

    attempt: Attempt
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontendStarted:
    """The Frontend Developer has taken the backend."""

    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontendImplemented:
    """The page is written."""

    attempt: Attempt
    engine: Engine
    requirement: Annotated[str, Doc("The requirement it comes from"), PERSONAL]
    specification: Annotated[Specification, Doc("What is built"), PERSONAL]
    sources: Annotated[SourceBundle, Doc("Files of the service and of its page"), PERSONAL]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontendFailed:
    """The page could not be written."""

    attempt: Attempt
    reason: Reason
