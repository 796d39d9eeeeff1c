"""The Testing Engineer's engine: specification -> the tests of the generated service.

For each acceptance criterion it asks for tests of the criterion's kind, builds their steps in a
scenario that follows what the service must hold, and leaves a test out where no scenario can be found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.artefacts import SourceBundle, SourceFile
from schemas.specification import Criterion, Specification
from streams.agents.testing_engineer.attempt import Attempt, Check
from streams.agents.testing_engineer.blueprint import Blueprint, snake
from streams.agents.testing_engineer.check_service import first_criterion, service
from streams.agents.testing_engineer.checks import CHECKS
from streams.agents.testing_engineer.reading_results import test_prefix
from streams.agents.testing_engineer.rendering import Omission, WrittenTest, conftest, steps, test_file
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.solving import CannotSatisfyError


def write_tests(specification: Specification, openapi: str | None = None) -> SourceBundle:  # noqa: ARG001
    """The files below tests/ for a service of this specification; the same input, the same files.

    Args:
        specification: what the service must do, with its stories.
        openapi: OpenAPI document of the service, which the deterministic engine has no need of.
    """
    blueprint = Blueprint(specification)
    names: set[str] = set()
    results = [
        result
        for story in specification.stories
        for criterion in story.criteria
        for result in _of_criterion(blueprint, criterion, CHECKS.get(criterion.kind), names)
    ]
    files = [
        SourceFile(path="tests/conftest.py", content=conftest(specification.package)),
        SourceFile(path="tests/steps.py", content=steps()),
    ]
    for entity in specification.entities:
        own = [result for result in results if result.criterion.entity == entity.name]
        title = f"Tests of {entity.plural.replace('-', ' ')}, by acceptance criterion."
        files += _file(snake(entity.name), title, own)
    whole = first_criterion(specification)
    if whole is not None:
        of_service = list(_of_criterion(blueprint, whole, service, names))
        files += _file("service_as_a_whole", "Tests of the service as a whole.", of_service)
    return SourceBundle(files=tuple(sorted(files, key=lambda file: file.path)))


def _file(name: str, title: str, results: Sequence[WrittenTest | Omission]) -> list[SourceFile]:
    tests = [result for result in results if isinstance(result, WrittenTest)]
    omissions = [result for result in results if isinstance(result, Omission)]
    if not tests:
        return []
    return [SourceFile(path=f"tests/test_{name}.py", content=test_file(title, tests, omissions))]


def _of_criterion(
    blueprint: Blueprint, criterion: Criterion, check: Check | None, names: set[str]
) -> Iterator[WrittenTest | Omission]:
    if check is None:
        yield Omission(criterion.kind, criterion, "no test is known for this kind")
        return
    for attempt in check(blueprint, criterion):
        yield _built(blueprint, criterion, attempt, names)


def _built(
    blueprint: Blueprint, criterion: Criterion, attempt: Attempt, names: set[str]
) -> WrittenTest | Omission:
    scenario = Scenario(blueprint)
    try:
        attempt.build(scenario)
    except CannotSatisfyError as error:
        return Omission(attempt.name, criterion, str(error))
    if not scenario.script.checks:
        return Omission(attempt.name, criterion, "nothing could be checked")
    name = test_prefix(criterion.id) + snake(attempt.name)
    while name in names:
        name += "_more"
    names.add(name)
    return WrittenTest(name, criterion, attempt.says, tuple(scenario.script.lines()))
