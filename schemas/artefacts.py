"""What agents hand on: source files, the test report and the build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from typing_extensions import Doc


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One text file of the generated service."""

    path: Annotated[str, Doc("Relative POSIX path in the project, never with '..'")]
    content: Annotated[str, Doc("UTF-8 text, lines end in \\n")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBundle:
    """Files of the generated project, sorted by path, each path once."""

    files: Annotated[tuple[SourceFile, ...], Doc("Sorted by path")] = ()

    def merged(self, other: SourceBundle) -> SourceBundle:
        """Both bundles as one; a file of `other` takes the place of one with the same path."""
        by_path = {file.path: file for file in (*self.files, *other.files)}
        return SourceBundle(files=tuple(by_path[path] for path in sorted(by_path)))


TestOutcome = Literal["passed", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCase:
    """One test that was run."""

    __test__ = False

    name: Annotated[str, Doc("pytest node id")]
    story_id: Annotated[str, Doc("Story it traces to")]
    criterion_id: Annotated[str, Doc("Acceptance criterion it traces to")]
    outcome: Annotated[TestOutcome, Doc("passed or failed; an error counts as failed")]
    seconds: Annotated[float, Doc("Time of the call in seconds")]
    message: Annotated[str, Doc("Why it failed, at most 2,000 characters, '' when passed")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryResult:
    """What the tests say of one story."""

    story_id: Annotated[str, Doc("Story")]
    passed: Annotated[int, Doc("Tests passed")]
    failed: Annotated[int, Doc("Tests failed")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestReport:
    """What the sandboxed test run gave."""

    __test__ = False

    cases: Annotated[tuple[TestCase, ...], Doc("In the order of the run")]
    stories: Annotated[tuple[StoryResult, ...], Doc("One for each story")]
    passed: Annotated[int, Doc("Tests passed")]
    failed: Annotated[int, Doc("Tests failed")]
    line_coverage: Annotated[float, Doc("Share of lines of the service run by the tests, 0 to 1")]
    branch_coverage: Annotated[float, Doc("Share of its branches, 0 to 1")]
    seconds: Annotated[float, Doc("Time of the whole run in seconds")]
    error: Annotated[str, Doc("Why no result came (a limit, a crash of the runner), '' if it did")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFile:
    """One file in the artefact's folder."""

    path: Annotated[str, Doc("Relative to the artefact's folder")]
    sha256: Annotated[str, Doc("Hex digest of the content")]
    size: Annotated[int, Doc("Bytes")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A wheel with what belongs to it, in a folder named after the delivery."""

    package: Annotated[str, Doc("Python package")]
    version: Annotated[str, Doc("Version of the wheel")]
    folder: Annotated[str, Doc("Folder, relative to the root of the artefact store")]
    wheel: Annotated[str, Doc("File name of the wheel in the folder")]
    wheel_sha256: Annotated[str, Doc("Hex digest of the wheel")]
    files: Annotated[tuple[BuildFile, ...], Doc("All files of the folder, sorted by path")]
    install_seconds: Annotated[float, Doc("Time to install it in a fresh environment, in seconds")]
    health_seconds: Annotated[float, Doc("Time from start to the first good /health, in seconds")]
