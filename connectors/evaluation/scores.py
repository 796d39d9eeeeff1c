"""What was found of each requirement, and the shares over all of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from connectors.evaluation.entity_matching import EntityFound
from connectors.evaluation.fuzzing import FuzzFindings
from connectors.evaluation.operation_calls import OperationTried
from connectors.evaluation.page_check import PageFindings

_T = TypeVar("_T")


class MutantScore(BaseModel):
    """Mutants of one service; see `mutants.MutantsTried`."""

    model_config = ConfigDict(frozen=True)

    sampled: int = 0
    caught: int = 0
    survivors: tuple[str, ...] = ()
    trouble: str = ""


class RequirementScore(BaseModel):
    """All that was found of one requirement.

    Attributes:
        text_sha256: of the requirement's text, so that a changed one is not taken for judged.
        expected: outcome that the checks expect, '' without checks.
        outcome: how the delivery ended.
        delivery_seconds: from publishing to the end, waiting for others included.
        started: whether the installed service answered `/health`.
        called_errors: answers from 500 on to our own calls.
        mutants: None where none were tried.
        troubles: what could not be judged, and why.
        seconds: time to judge it after the delivery.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    text_sha256: str
    expected: str = ""
    outcome: str
    delivery_id: str = ""
    delivery_seconds: float = 0.0
    reason: str = ""
    questions: tuple[str, ...] = ()
    tests_passed: int = 0
    tests_failed: int = 0
    line_coverage: float | None = None
    installed: bool = False
    started: bool = False
    openapi_problems: tuple[str, ...] | None = None
    entities: tuple[EntityFound, ...] = ()
    operations: tuple[OperationTried, ...] = ()
    called_errors: tuple[str, ...] = ()
    fuzzing: FuzzFindings | None = None
    mutants: MutantScore | None = None
    page: PageFindings | None = None
    troubles: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def as_expected(self) -> bool:
        """Whether the delivery ended as the checks expect; a build must start, too."""
        return self.outcome == self.expected and (self.outcome != "built" or self.started)

    @property
    def server_errors(self) -> int:
        """Answers from 500 on: every one to our own calls, and each operation that schemathesis found."""
        return len(self.called_errors) + (len(self.fuzzing.server_errors) if self.fuzzing else 0)

    @property
    def has_all_entities(self) -> bool:
        """Whether the service starts and has every entity that the checks name."""
        return self.started and all(entity.resource for entity in self.entities)


class Summary(BaseModel):
    """Shares over all requirements, 0 to 1; None where there was nothing to take the share of.

    Attributes:
        requirements: how many there are.
        built, clarified, failed: share of the requirements that ended so; a build counts where the wheel
            installs and the service starts.
        as_expected: share of those with checks that ended as the checks expect.
        entities_found, fields_found: share of the entities and fields named in checks that should be built.
        services_complete: share of the requirements to be built whose service starts with all entities.
        operations_working: share of the named operations that answered 2xx when called.
        server_errors: count over all services; see `RequirementScore.server_errors`.
        schema_violations: count of operations whose answers differ from the OpenAPI document, by kind.
        invalid_openapi: count of services whose OpenAPI document does not validate.
        mutants_caught: share of the sampled mutants that the generated tests caught.
        line_coverage: mean over the builds, as the deliveries report it.
        pages_clean: share of the pages looked at without console error and axe-core violation.
        seconds: of the whole run.
    """

    model_config = ConfigDict(frozen=True)

    requirements: int
    built: float
    clarified: float
    failed: float
    as_expected: float | None
    entities_found: float | None
    fields_found: float | None
    services_complete: float | None
    operations_working: float | None
    server_errors: int
    schema_violations: int
    invalid_openapi: int
    mutants_caught: float | None
    line_coverage: float | None
    pages_clean: float | None
    seconds: float


def summary_of(scores: Sequence[RequirementScore], seconds: float) -> Summary:
    """The shares over all scores.

    Args:
        scores: at least one.
        seconds: time of the whole run.
    """
    built = [score for score in scores if score.outcome == "built" and score.started]
    wanted = [score for score in scores if score.expected == "built"]
    entities = [entity for score in wanted for entity in score.entities]
    fields = [field for entity in entities for field in entity.fields.values()]
    operations = [operation for score in wanted for operation in score.operations]
    mutants = [score.mutants for score in scores if score.mutants and score.mutants.sampled]
    coverages = [score.line_coverage for score in scores if score.line_coverage is not None]
    pages = [score.page for score in scores if score.page and not score.page.skipped]
    clarified = sum(score.outcome == "clarification" for score in scores)
    return Summary(
        requirements=len(scores),
        built=_share(len(built), len(scores)) or 0.0,
        clarified=_share(clarified, len(scores)) or 0.0,
        failed=_share(len(scores) - len(built) - clarified, len(scores)) or 0.0,
        as_expected=_share_of([score for score in scores if score.expected], lambda s: s.as_expected),
        entities_found=_share_of(entities, lambda e: bool(e.resource)),
        fields_found=_share_of(fields, lambda f: f is not None),
        services_complete=_share_of(wanted, lambda s: s.has_all_entities),
        operations_working=_share_of(operations, lambda o: o.standing == "works"),
        server_errors=sum(score.server_errors for score in scores),
        schema_violations=sum(len(s.fuzzing.violations) for s in scores if s.fuzzing),
        invalid_openapi=sum(bool(score.openapi_problems) for score in scores),
        mutants_caught=_share(sum(m.caught for m in mutants), sum(m.sampled for m in mutants)),
        line_coverage=round(sum(coverages) / len(coverages), 4) if coverages else None,
        pages_clean=_share_of(pages, lambda p: not p.errors and not p.violations),
        seconds=round(seconds, 1),
    )


def _share_of(things: Iterable[_T], holds: Callable[[_T], bool]) -> float | None:
    kept = [holds(thing) for thing in things]
    return _share(sum(kept), len(kept))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
