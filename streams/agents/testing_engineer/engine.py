"""The Testing Engineer's engine: specification -> the tests of the generated service.

For each acceptance criterion it asks for tests of the criterion's kind, builds their steps in a
scenario that follows what the service must hold, and leaves a test out where no scenario can be found.
"""

from __future__ import annotations

from collections.abc import Iterator

from schemas.artefacts import SourceBundle, SourceFile
from schemas.specification import Criterion, Specification
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint, snake
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
    written: dict[str, list[WrittenTest]] = {}
    omitted: dict[str, list[Omission]] = {}
    names: set[str] = set()
    for story in specification.stories:
        for criterion in story.criteria:
            for result in _of_criterion(blueprint, criterion, names):
                if isinstance(result, WrittenTest):
                    written.setdefault(criterion.entity, []).append(result)
                else:
                    omitted.setdefault(criterion.entity, []).append(result)
    files = [
        SourceFile(path="tests/conftest.py", content=conftest(specification.package)),
        SourceFile(path="tests/steps.py", content=steps()),
    ]
    for entity in specification.entities:
        if entity.name in written:
            title = f"Tests of {entity.plural.replace('-', ' ')}, by acceptance criterion."
            content = test_file(title, written[entity.name], omitted.get(entity.name, []))
            files.append(SourceFile(path=f"tests/test_{snake(entity.name)}.py", content=content))
    return SourceBundle(files=tuple(sorted(files, key=lambda file: file.path)))


def _of_criterion(
    blueprint: Blueprint, criterion: Criterion, names: set[str]
) -> Iterator[WrittenTest | Omission]:
    check = CHECKS.get(criterion.kind)
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
