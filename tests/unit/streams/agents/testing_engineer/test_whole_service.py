"""A service, its page and its tests together: all pass, and nearly every line is run."""

from __future__ import annotations

from streams.agents.testing_engineer.runner import run_tests
from tests.specifications.inventory import inventory
from tests.specifications.try_all import service_of


def test_given_a_service_with_its_page_when_its_own_tests_run_then_all_pass_and_cover_it() -> None:
    specification = inventory()
    report = run_tests(specification, service_of(specification))
    assert report.error == ""
    assert [case.name for case in report.cases if case.outcome == "failed"] == []
    assert report.line_coverage > 0.95
    assert report.branch_coverage > 0.8
    assert all(story.passed for story in report.stories)
