"""What an evaluation leaves in its folder: a file for each requirement, to go on from, and the report."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from connectors.evaluation.judging import Thoroughness, text_digest
from connectors.evaluation.requirement_set import EvaluatedRequirement
from connectors.evaluation.scores import RequirementScore, Summary
from schemas.errors import BadInputError

REPORT = "evaluation.json"


class Report(BaseModel):
    """A whole evaluation.

    Attributes:
        set: file name of the requirement set.
        fuzz_seconds, mutants, pages, seed: how thorough it was; see `Thoroughness`.
    """

    model_config = ConfigDict(frozen=True)

    set: str
    fuzz_seconds: int
    mutants: int
    pages: bool
    seed: int
    summary: Summary
    requirements: tuple[RequirementScore, ...]


def save_report(report: Report, folder: Path) -> Path:
    """Writes the report as JSON into the folder; gives its path."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / REPORT
    file.write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return file


def read_report(path: Path) -> Report:
    """The report in a file, or in the folder of a run.

    Raises:
        BadInputError: there is none, or it is not one.
    """
    file = path / REPORT if path.is_dir() else path
    try:
        return Report.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError) as error:
        raise BadInputError(
            f"Reading the evaluation {file}",
            why=str(error)[:500],
            todo="Give evaluation.json of an earlier run, or its folder",
        ) from error


class Progressed:
    """Scores that are kept while a run goes on.

    Args:
        folder: of the run.
        how: scores of a run that was less or more thorough are not taken over.
    """

    def __init__(self, folder: Path, how: Thoroughness) -> None:
        kind = f"fuzz{how.fuzz_seconds}-mutants{how.mutants}-pages{int(how.pages)}-seed{how.seed}"
        self._folder = folder / "requirements" / kind

    def keep(self, score: RequirementScore) -> None:
        """Writes the score of one requirement."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file(score.id).write_text(score.model_dump_json(indent=2) + "\n", encoding="utf-8")

    def kept(self, requirement: EvaluatedRequirement) -> RequirementScore | None:
        """The score of the same requirement, None where there is none."""
        try:
            text = self._file(requirement.id).read_text(encoding="utf-8")
            score = RequirementScore.model_validate_json(text)
        except (OSError, ValidationError):
            return None
        return score if score.text_sha256 == text_digest(requirement) else None

    def _file(self, identifier: str) -> Path:
        return self._folder / f"{re.sub(r'[^A-Za-z0-9_-]', '_', identifier)[:100]}.json"
