"""The runner, in the real sandbox: results, coverage, and what is told of a run that goes wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.sandbox import Limits
from schemas.artefacts import SourceBundle, SourceFile
from schemas.specification import Criterion, Specification, Story
from streams.agents.testing_engineer.runner import LIMITS, run_tests

_SHOP = """
def price(amount: int) -> int:
    if amount > 10:
        return amount * 9
    return amount * 10
"""


def _criterion(name: str) -> Criterion:
    return Criterion(id=name, given="a", when="b", then="c", kind="create", entity="Thing")


_SPECIFICATION = Specification(
    name="Shop",
    package="shop",
    summary="A shop.",
    entities=(),
    stories=(
        Story(id="S01", feature="F01", role="clerk", goal="sell", criteria=(_criterion("S01-AC1"),)),
        Story(id="S02", feature="F01", role="clerk", goal="buy", criteria=(_criterion("S02-AC1"),)),
    ),
)


def _sources(tests: str) -> SourceBundle:
    return SourceBundle(
        files=(
            SourceFile(path="shop/__init__.py", content=_SHOP),
            SourceFile(path="tests/test_shop.py", content=tests),
        )
    )


def test_given_tests_that_pass_and_fail_when_run_then_each_is_told_with_its_story() -> None:
    tests = (
        "import shop\n"
        "def test_s01_ac1_small():\n    assert shop.price(1) == 10\n"
        "def test_s02_ac1_wrong():\n    assert shop.price(2) == 99\n"
    )
    report = run_tests(_SPECIFICATION, _sources(tests))
    assert report.error == ""
    assert (report.passed, report.failed) == (1, 1)
    assert [(case.criterion_id, case.story_id, case.outcome) for case in report.cases] == [
        ("S01-AC1", "S01", "passed"),
        ("S02-AC1", "S02", "failed"),
    ]
    assert report.cases[1].name == "tests/test_shop.py::test_s02_ac1_wrong"
    assert "20 == 99" in report.cases[1].message
    assert [(story.story_id, story.passed, story.failed) for story in report.stories] == [
        ("S01", 1, 0),
        ("S02", 0, 1),
    ]


def test_given_one_branch_not_taken_when_run_then_coverage_counts_lines_and_branches_of_the_package() -> None:
    tests = "import shop\ndef test_s01_ac1_small():\n    assert shop.price(1) == 10\n"
    report = run_tests(_SPECIFICATION, _sources(tests))
    assert report.line_coverage == pytest.approx(3 / 4)
    assert report.branch_coverage == pytest.approx(1 / 2)


def test_given_a_test_that_spins_when_run_then_the_limit_and_the_test_are_named() -> None:
    tests = "def test_s01_ac1_spins():\n    while True:\n        pass\n"
    report = run_tests(_SPECIFICATION, _sources(tests), replace(LIMITS, cpu_seconds=8))
    assert "8 seconds of processor time" in report.error
    assert "tests/test_shop.py::test_s01_ac1_spins" in report.error


def test_given_a_test_that_sleeps_when_run_then_the_limit_is_named() -> None:
    tests = "import time\ndef test_s01_ac1_sleeps():\n    time.sleep(1000)\n"
    report = run_tests(_SPECIFICATION, _sources(tests), replace(LIMITS, wall_seconds=4))
    assert "4 seconds" in report.error
    assert report.passed == 0
    assert report.seconds < 60


def test_given_a_test_that_hogs_memory_when_run_then_it_does_not_pass() -> None:
    tests = "def test_s01_ac1_hog():\n    hog = []\n    while True:\n        hog.append(bytearray(10**7))\n"
    report = run_tests(_SPECIFICATION, _sources(tests), replace(LIMITS, memory_bytes=400 * 1024**2))
    assert report.passed == 0
    assert report.error or report.failed == 1


def test_given_a_test_that_kills_its_process_when_run_then_the_crash_is_told() -> None:
    tests = "import os\ndef test_s01_ac1_dies():\n    os._exit(0)\n"
    report = run_tests(_SPECIFICATION, _sources(tests))
    assert report.error
    assert report.passed == 0


def test_given_a_file_that_does_not_compile_when_run_then_the_error_is_told() -> None:
    report = run_tests(_SPECIFICATION, _sources("def test_s01_ac1_x(:\n"))
    assert report.error
    assert report.passed == 0


def test_given_no_test_when_run_then_the_error_is_told() -> None:
    report = run_tests(_SPECIFICATION, _sources("x = 1\n"))
    assert "exit code 5" in report.error


def test_given_a_test_that_goes_to_the_network_when_run_then_it_is_refused() -> None:
    tests = (
        "import socket\n"
        "def test_s01_ac1_calls_home():\n"
        "    socket.create_connection(('192.0.2.1', 80), timeout=2)\n"
    )
    report = run_tests(_SPECIFICATION, _sources(tests))
    assert report.failed == 1
    assert "Error" in report.cases[0].message


def test_given_a_test_that_fills_the_disk_when_run_then_it_does_not_pass() -> None:
    tests = (
        "def test_s01_ac1_fills():\n"
        "    with open('big', 'wb') as big:\n"
        "        for _ in range(100):\n"
        "            big.write(b'x' * 10**6)\n"
    )
    report = run_tests(_SPECIFICATION, _sources(tests), Limits(file_bytes=5 * 10**6))
    assert report.passed == 0
    assert report.error or report.failed
