"""The written tests as text: complete, traceable, the same each time, well formed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.sandbox.launch import write_files
from schemas.artefacts import SourceBundle
from streams.agents.testing_engineer.engine import write_tests
from streams.agents.testing_engineer.reading_results import test_prefix as prefix_of
from tests.unit.streams.agents.testing_engineer.fixtures_by_name import FIXTURES


def _functions(bundle: SourceBundle) -> list[ast.FunctionDef]:
    return [
        node
        for file in bundle.files
        if file.path.startswith("tests/test_")
        for node in ast.parse(file.content).body
        if isinstance(node, ast.FunctionDef)
    ]


@pytest.mark.parametrize("name", FIXTURES)
def test_given_a_specification_when_tests_are_written_twice_then_they_are_the_same(name: str) -> None:
    assert write_tests(FIXTURES[name](), None) == write_tests(FIXTURES[name](), None)


@pytest.mark.parametrize("name", FIXTURES)
def test_given_a_specification_when_tests_are_written_then_each_criterion_has_one(name: str) -> None:
    specification = FIXTURES[name]()
    names = [function.name for function in _functions(write_tests(specification))]
    for story in specification.stories:
        for criterion in story.criteria:
            assert any(one.startswith(prefix_of(criterion.id)) for one in names), criterion


@pytest.mark.parametrize("name", FIXTURES)
def test_given_a_specification_when_tests_are_written_then_their_names_are_unique(name: str) -> None:
    functions = [function.name for function in _functions(write_tests(FIXTURES[name]()))]
    assert len(functions) == len(set(functions))
    assert all(re.fullmatch(r"test_s\d+_ac\d+_[a-z0-9_]+", function) for function in functions)


@pytest.mark.parametrize("name", FIXTURES)
def test_given_a_specification_when_tests_are_written_then_each_can_fail(name: str) -> None:
    checking = {"refused", "lists", "remove", "act", "change", "create", "read", "accepted"}
    for function in _functions(write_tests(FIXTURES[name]())):
        asserts = any(isinstance(node, ast.Assert) for node in ast.walk(function))
        calls = {
            node.func.id
            for node in ast.walk(function)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert asserts or calls & checking, function.name
        assert ast.get_docstring(function), function.name


@pytest.mark.parametrize("name", FIXTURES)
def test_given_a_specification_when_tests_are_written_then_ruff_has_nothing_to_say(
    name: str, tmp_path: Path
) -> None:
    specification = FIXTURES[name]()
    write_files(write_tests(specification), tmp_path)
    (tmp_path / specification.package).mkdir()
    for module in ("__init__", "app", "clock"):
        (tmp_path / specification.package / f"{module}.py").touch()
    for command in (
        ["check", "--isolated", "--select", "E4,E7,E9,F,I,B,UP,SIM,PIE,RET"],
        ["format", "--isolated", "--check"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "."],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
