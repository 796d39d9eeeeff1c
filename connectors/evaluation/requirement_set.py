"""A set of requirements to judge by, one JSON object a line, each with what a reader expects of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.errors import BadInputError

Expected = Literal["built", "clarification"]


class Checks(BaseModel):
    """What a reader of the requirement expects, written before anything was delivered.

    Attributes:
        outcome: how the delivery should end.
        entities: fields by entity, in words of the requirement.
        operations: as 'create booking', 'cancel booking', 'list overdue loans', 'filter tasks by status',
            'search books', 'report hours by project', 'export trips'.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Expected = "built"
    entities: Mapping[str, Sequence[str]] = {}
    operations: Sequence[str] = ()


class EvaluatedRequirement(BaseModel):
    """One line of the set.

    Attributes:
        id: unique in the set; names files.
        text: the requirement, as it is published.
        checks: None where only the end of the delivery is judged.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str
    checks: Checks | None = None


def read_set(file: Path) -> list[EvaluatedRequirement]:
    """The requirements of a JSON lines file; empty lines are passed over.

    Raises:
        BadInputError: the file cannot be read, a line is no such object, or two have the same id.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(file, str(error)) from error
    found: dict[str, EvaluatedRequirement] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            requirement = EvaluatedRequirement.model_validate_json(line)
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise _bad(file, f"line {number}: {problems}") from error
        if requirement.id in found:
            raise _bad(file, f"line {number}: the id {requirement.id!r} is there already")
        found[requirement.id] = requirement
    if not found:
        raise _bad(file, "it holds no requirement")
    return list(found.values())


def _bad(file: Path, why: str) -> BadInputError:
    return BadInputError(
        f"Reading the requirement set {file}",
        why=why,
        todo='Give one JSON object a line: {"id": "...", "text": "...", "checks": {...}}',
    )
