"""Mutants are real changes, the same for the same seed, and weak tests let them through."""

from __future__ import annotations

import ast

from connectors.evaluation.mutants import sample, try_mutants
from schemas.artefacts import SourceBundle, SourceFile

_CODE = """
def may_enter(age, banned):
    if banned or age < 18:
        return False
    return True
"""
_STRONG = """
import pytest
from door import may_enter

@pytest.mark.parametrize("age,banned,enters", [(17, False, False), (18, False, True), (18, True, False),
    (19, False, True), (16, False, False), (20, True, False)])
def test_door(age, banned, enters):
    assert may_enter(age, banned) is enters
"""
_WEAK = """
from door import may_enter

def test_door():
    may_enter(18, False)
"""


def _service(tests: str) -> SourceBundle:
    files = (
        SourceFile(path="door/__init__.py", content=_CODE),
        SourceFile(path="tests/test_door.py", content=tests),
    )
    return SourceBundle(files=files)


def test_given_a_service_when_sampled_then_each_mutant_is_another_program_on_a_line_of_its_own() -> None:
    mutants = sample(_service(_STRONG), "door", 10, seed=3)

    assert mutants == sample(_service(_STRONG), "door", 10, seed=3)
    assert len(mutants) == 3
    assert {mutant.file.path for mutant in mutants} == {"door/__init__.py"}
    assert all(ast.dump(ast.parse(m.file.content)) != ast.dump(ast.parse(_CODE)) for m in mutants)


def test_given_strong_tests_when_mutants_are_tried_then_all_are_caught() -> None:
    tried = try_mutants(_service(_STRONG), "door", count=3, seed=1)

    assert (tried.sampled, tried.caught, tried.trouble) == (3, 3, ""), tried.survivors


def test_given_tests_that_check_nothing_when_mutants_are_tried_then_they_survive_by_name() -> None:
    tried = try_mutants(_service(_WEAK), "door", count=3, seed=1)

    assert tried.caught == 0
    assert len(tried.survivors) == 3
    assert all(survivor.startswith("door/__init__.py:") for survivor in tried.survivors)


def test_given_tests_that_fail_by_themselves_when_mutants_are_tried_then_none_counts() -> None:
    tried = try_mutants(_service("def test_door():\n    assert False\n"), "door", count=3, seed=1)

    assert tried.sampled == 0
    assert "fail on the service as it is" in tried.trouble
