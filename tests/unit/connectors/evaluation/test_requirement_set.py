"""Sets of requirements are read whole, or refused with the line that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.evaluation.evaluation_files import Progressed, read_report
from connectors.evaluation.judging import Thoroughness, text_digest
from connectors.evaluation.requirement_set import EvaluatedRequirement, read_set
from connectors.evaluation.scores import RequirementScore
from schemas.errors import BadInputError

_UNSEEN = Path(__file__).parents[3] / "evaluation" / "unseen.jsonl"


def test_given_the_kept_set_when_read_then_each_has_checks_and_builds_name_entities_and_operations() -> None:
    requirements = read_set(_UNSEEN)

    assert len(requirements) >= 30
    checks = [requirement.checks for requirement in requirements]
    assert all(c and (c.outcome == "clarification" or (c.entities and c.operations)) for c in checks)


def test_given_a_line_without_checks_when_read_then_there_are_none(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text('{"id": "a", "text": "Keep notes."}\n\n')

    assert read_set(file) == [EvaluatedRequirement(id="a", text="Keep notes.")]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ('{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}', "line 2: the id 'a' is there already"),
        ('{"id": "a"}', "line 1: text"),
        ('{"id": "a", "text": "x", "checks": {"entity": {}}}', "line 1: checks.entity"),
        ("not json", "line 1"),
        ("\n", "no requirement"),
    ],
)
def test_given_a_wrong_set_when_read_then_the_line_is_named(lines: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text(lines)

    with pytest.raises(BadInputError) as caught:
        read_set(file)

    assert why in caught.value.why


def test_given_a_kept_score_when_a_run_goes_on_then_only_the_same_work_is_taken_over(tmp_path: Path) -> None:
    requirement = EvaluatedRequirement(id="a/b", text="Keep notes.")
    score = RequirementScore(id="a/b", text_sha256=text_digest(requirement), outcome="failed")
    Progressed(tmp_path, Thoroughness(mutants=3)).keep(score)

    assert Progressed(tmp_path, Thoroughness(mutants=3)).kept(requirement) == score
    assert Progressed(tmp_path, Thoroughness(mutants=4)).kept(requirement) is None
    changed = requirement.model_copy(update={"text": "Keep other notes."})
    assert Progressed(tmp_path, Thoroughness(mutants=3)).kept(changed) is None


def test_given_no_report_when_read_then_the_error_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        read_report(tmp_path)

    assert "evaluation.json" in caught.value.todo
