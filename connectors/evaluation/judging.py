"""Judges one ended delivery: nothing that goes wrong with it ends the run."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from openapi_spec_validator import OpenAPIV31SpecValidator

from connectors.evaluation.deliveries import Ended
from connectors.evaluation.entity_matching import EntityFound, match_entities
from connectors.evaluation.fuzzing import fuzz
from connectors.evaluation.installed_service import install, served
from connectors.evaluation.mutants import source_of, try_mutants
from connectors.evaluation.operation_calls import OperationTried, try_operation
from connectors.evaluation.page_check import PageFindings, check_page
from connectors.evaluation.requirement_set import Checks, EvaluatedRequirement
from connectors.evaluation.sample_values import SampleValues
from connectors.evaluation.scores import MutantScore, RequirementScore
from connectors.evaluation.service_description import Description, described
from connectors.evaluation.service_session import ServiceSession

_CALLING_SECONDS = 400.0


@dataclass(frozen=True)
class Thoroughness:
    """How much is tried of each service.

    Attributes:
        fuzz_seconds: time for schemathesis, 0 for none.
        mutants: how many are tried of a service, 0 for none.
        pages: whether pages are opened in a browser.
        seed: of everything that is sampled.
        limit_seconds: what is not begun when so much time has gone into one service is left out.
    """

    fuzz_seconds: int = 20
    mutants: int = 20
    pages: bool = True
    seed: int = 1
    limit_seconds: float = 900.0


def text_digest(requirement: EvaluatedRequirement) -> str:
    """SHA-256 of the requirement with its checks."""
    return hashlib.sha256(requirement.model_dump_json().encode()).hexdigest()


def judged(ended: Ended, how: Thoroughness, progress: Callable[[str], Any]) -> RequirementScore:
    """The score of one delivery.

    Args:
        progress: is told what is done now.
    """
    return _Judge(ended, how, progress).score()


class _Judge:
    def __init__(self, ended: Ended, how: Thoroughness, progress: Callable[[str], Any]) -> None:
        self._ended = ended
        self._how = how
        self._progress = progress
        self._checks = ended.requirement.checks or Checks()
        self._found: dict[str, Any] = {}
        self._troubles: list[str] = []
        self._began = time.monotonic()

    def score(self) -> RequirementScore:
        ended = self._ended
        if self._checks.outcome == "built":
            self._found["entities"] = match_entities(self._checks.entities, ())
            self._found["operations"] = tuple(OperationTried(o, "missing") for o in self._checks.operations)
        if ended.wheel is not None:
            with tempfile.TemporaryDirectory(prefix="evaluate-", ignore_cleanup_errors=True) as folder:
                self._guarded("judging the service", lambda: self._service(Path(folder)))
            if self._how.mutants:
                self._guarded("trying mutants", self._mutants)
        return RequirementScore(
            id=ended.requirement.id,
            text_sha256=text_digest(ended.requirement),
            expected=self._checks.outcome if ended.requirement.checks else "",
            outcome=ended.outcome,
            delivery_id=ended.delivery_id,
            delivery_seconds=ended.seconds,
            reason=ended.reason,
            questions=ended.questions,
            tests_passed=ended.tests_passed,
            tests_failed=ended.tests_failed,
            line_coverage=ended.line_coverage,
            troubles=tuple(self._troubles),
            seconds=round(time.monotonic() - self._began, 2),
            **self._found,
        )

    def _guarded(self, what: str, step: Callable[[], None]) -> None:
        """One step; whatever it raises is noted, because the next requirement must be judged all the same."""
        if time.monotonic() - self._began > self._how.limit_seconds:
            self._troubles.append(f"{what}: left out, the time for this requirement is over")
            return
        self._progress(what)
        try:
            step()
        except Exception as error:
            self._troubles.append(f"{what}: {type(error).__name__}: {error}"[:600])

    def _service(self, folder: Path) -> None:
        assert self._ended.wheel is not None
        python = install(self._ended.wheel, folder / "environment")
        self._found["installed"] = True
        place = folder / "data"
        place.mkdir()
        with served(python, self._ended.package, place) as url:
            self._found["started"] = True
            document = httpx.get(f"{url}/openapi.json", timeout=60).raise_for_status().json()
            self._found["openapi_problems"] = _problems(document)
            service = described(document)
            self._guarded("finding entities", lambda: self._entities(service))
            self._guarded("calling operations", lambda: self._operations(url, service))
            if self._how.pages:
                self._guarded("opening the page", lambda: self._page(url))
            if self._how.fuzz_seconds:
                self._guarded("fuzzing", lambda: self._fuzz(url, folder))

    def _entities(self, service: Description) -> None:
        found: tuple[EntityFound, ...] = match_entities(self._checks.entities, service.resources)
        self._found["entities"] = found

    def _operations(self, url: str, service: Description) -> None:
        """Each operation that the checks name is called; what is cut off by the time limit was not found."""
        values = SampleValues(datetime.now(UTC).date())
        tried = list(self._found.get("operations", ()))
        with ServiceSession(url, service, values, time.monotonic() + _CALLING_SECONDS) as session:
            things = tuple(self._checks.entities)
            try:
                for place, operation in enumerate(self._checks.operations):
                    tried[place] = try_operation(operation, session, things)
                    self._found["operations"] = tuple(tried)
            finally:
                self._found["called_errors"] = tuple(session.server_errors)

    def _page(self, url: str) -> None:
        found: PageFindings = check_page(url)
        self._found["page"] = found

    def _fuzz(self, url: str, folder: Path) -> None:
        self._found["fuzzing"] = fuzz(url, folder, seconds=self._how.fuzz_seconds, seed=self._how.seed)

    def _mutants(self) -> None:
        assert self._ended.source is not None
        tried = try_mutants(
            source_of(self._ended.source),
            self._ended.package,
            count=self._how.mutants,
            seed=self._how.seed,
            progress=self._progress,
        )
        self._found["mutants"] = MutantScore(**asdict(tried))


def _problems(document: dict[str, Any]) -> tuple[str, ...]:
    """What the validator says against an OpenAPI document."""
    errors = OpenAPIV31SpecValidator(document).iter_errors()
    return tuple(str(error.message)[:300] for error in errors)
