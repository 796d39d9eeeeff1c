"""Breaks a service on purpose, one place at a time, and sees whether its generated tests notice."""

from __future__ import annotations

import ast
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from connectors.sandbox import Limits, Outcome, run
from schemas.artefacts import SourceBundle, SourceFile

_COMPARISONS = ("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE")
_ARITHMETIC = ("Add_Sub", "Sub_Add", "Mul_Add", "Add_Mul", "Div_Mul", "FloorDiv_Mul", "Mod_Mul")
# Annotations are full of '|', and 'is' on numbers changes nothing: such operators would only make equals.
OPERATORS = (
    *(f"core/ReplaceComparisonOperator_{a}_{b}" for a in _COMPARISONS for b in _COMPARISONS if a != b),
    "core/ReplaceComparisonOperator_Is_IsNot",
    "core/ReplaceComparisonOperator_IsNot_Is",
    *(f"core/ReplaceBinaryOperator_{pair}" for pair in _ARITHMETIC),
    "core/ReplaceUnaryOperator_Delete_Not",
    "core/ReplaceUnaryOperator_Delete_USub",
    "core/AddNot",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceContinueWithBreak",
    "core/ExceptionReplacer",
    "core/NumberReplacer",
    "core/RemoveDecorator",
    "core/ZeroIterationForLoop",
)
LIMITS = Limits(wall_seconds=240, cpu_seconds=200, processes=64)
_PYTEST = [sys.executable, "-m", "pytest", "tests", "-q", "-x", "--no-header", "-p", "no:cacheprovider"]
_ENVIRONMENT = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": "."}


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    Attributes:
        what: file, line and kind of change.
        file: with the changed content.
    """

    what: str
    file: SourceFile


@dataclass(frozen=True)
class MutantsTried:
    """How many of the mutants the tests caught.

    Attributes:
        survivors: what the tests did not notice.
        trouble: why none was tried, '' where some were.
    """

    sampled: int = 0
    caught: int = 0
    survivors: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class _Place:
    path: str
    line: int
    operator: str
    occurrence: int


def source_of(folder: Path) -> SourceBundle:
    """All text files below the folder."""
    files = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        try:
            content = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        files.append(SourceFile(path=path.relative_to(folder).as_posix(), content=content))
    return SourceBundle(files=tuple(files))


def sample(sources: SourceBundle, package: str, count: int, seed: int) -> list[Mutant]:
    """Mutants of the package, at most one on a line; the same for the same sources, count and seed."""
    chances = random.Random(seed)
    places: dict[tuple[str, int], list[_Place]] = {}
    contents = {f.path: f.content for f in sources.files if _is_code(f.path, package)}
    for path, content in contents.items():
        for place in _places(path, content):
            places.setdefault((path, place.line), []).append(place)
    lines = sorted(places)
    chances.shuffle(lines)
    mutants: list[Mutant] = []
    for line in lines:
        if len(mutants) == count:
            break
        made = _mutant(chances.choice(places[line]), contents[line[0]])
        if made:
            mutants.append(made)
    return mutants


def _is_code(path: str, package: str) -> bool:
    return path.startswith(f"{package}/") and path.endswith(".py")


def _places(path: str, content: str) -> Iterator[_Place]:
    tree = get_ast(content)
    operators = [(name, get_operator(name)()) for name in OPERATORS]
    counts: dict[str, int] = {}
    for node in ast_nodes(tree):
        for name, operator in operators:
            for start, _ in operator.mutation_positions(node):
                yield _Place(path, int(start[0]), name, counts.get(name, 0))
                counts[name] = counts.get(name, 0) + 1


def _mutant(place: _Place, content: str) -> Mutant | None:
    """None where the change is none, or no Python any more."""
    changed = mutate_code(content, get_operator(place.operator)(), place.occurrence)
    if changed is None:
        return None
    try:
        same = ast.dump(ast.parse(changed)) == ast.dump(ast.parse(content))
    except SyntaxError:
        return None
    kind = place.operator.removeprefix("core/")
    line = _changed_line(content, changed)
    what = f"{place.path}:{place.line} {kind}: {line}"
    return None if same else Mutant(what, SourceFile(path=place.path, content=changed))


def _changed_line(before: str, after: str) -> str:
    pairs: Iterable[tuple[str, str]] = zip(before.splitlines(), after.splitlines(), strict=False)
    return next((new.strip() for old, new in pairs if old != new), "")[:120]


def try_mutants(
    sources: SourceBundle,
    package: str,
    *,
    count: int,
    seed: int,
    progress: Callable[[str], Any] = lambda _: None,
) -> MutantsTried:
    """Runs the tests of the service in the sandbox, once as they are and once for each mutant.

    A mutant is caught where its tests fail, break, or do not end within the limits.

    Raises:
        SetupError: the sandbox cannot start.
    """
    first = _run_tests(sources)
    if first.exit_code != 0:
        tail = first.stdout[-300:]
        return MutantsTried(trouble=f"the tests fail on the service as it is: {tail}")
    limits = replace(LIMITS, wall_seconds=max(20.0, 4 * first.seconds))
    mutants = sample(sources, package, count, seed)
    survivors = []
    for number, mutant in enumerate(mutants, start=1):
        progress(f"mutant {number} of {len(mutants)}")
        outcome = _run_tests(sources.merged(SourceBundle(files=(mutant.file,))), limits)
        if outcome.exit_code == 0:
            survivors.append(mutant.what)
    return MutantsTried(len(mutants), len(mutants) - len(survivors), tuple(survivors))


def _run_tests(sources: SourceBundle, limits: Limits = LIMITS) -> Outcome:
    return run(_PYTEST, files=sources, limits=limits, environment=_ENVIRONMENT)
