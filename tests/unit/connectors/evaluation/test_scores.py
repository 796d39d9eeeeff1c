"""Shares over requirements, and what changed between two runs."""

from __future__ import annotations

from typing import Any

from connectors.evaluation.comparison import compared
from connectors.evaluation.entity_matching import EntityFound
from connectors.evaluation.evaluation_files import Report
from connectors.evaluation.fuzzing import FuzzFindings, findings_of
from connectors.evaluation.operation_calls import OperationTried, Standing
from connectors.evaluation.scores import MutantScore, RequirementScore, summary_of


def _score(identifier: str, **others: Any) -> RequirementScore:
    given: dict[str, Any] = {"id": identifier, "text_sha256": "", "outcome": "built", "started": True}
    return RequirementScore(**{**given, **others})


def _operation(standing: Standing) -> OperationTried:
    return OperationTried("cancel booking", standing)


def _report(*scores: RequirementScore) -> Report:
    summary = summary_of(scores, 1)
    return Report(
        set="s", fuzz_seconds=0, mutants=0, pages=False, seed=1, summary=summary, requirements=scores
    )


def test_given_builds_and_a_clarification_when_summed_up_then_shares_are_of_what_was_wanted() -> None:
    entities = (
        EntityFound("Room", "/rooms", {"name": "name", "floor": None}),
        EntityFound("Booking", "", {}),
    )
    scores = [
        _score(
            "a", expected="built", entities=entities, operations=(_operation("works"),), line_coverage=0.9
        ),
        _score(
            "b", expected="built", outcome="clarification", started=False, operations=(_operation("missing"),)
        ),
        _score("c", expected="clarification", outcome="clarification", started=False),
    ]

    summary = summary_of(scores, 12.34)

    assert (summary.built, summary.clarified, summary.failed) == (0.3333, 0.6667, 0.0)
    assert (summary.entities_found, summary.fields_found, summary.operations_working) == (0.5, 0.5, 0.5)
    assert (summary.as_expected, summary.services_complete) == (0.6667, 0.0)
    assert (summary.line_coverage, summary.mutants_caught, summary.seconds) == (0.9, None, 12.3)


def test_given_a_build_that_does_not_start_when_summed_up_then_it_failed() -> None:
    summary = summary_of([_score("a", expected="built", started=False)], 1)

    assert (summary.built, summary.failed, summary.as_expected) == (0.0, 1.0, 0.0)


def test_given_errors_and_mutants_when_summed_up_then_they_are_counted_over_all_services() -> None:
    scores = [
        _score("a", called_errors=("500 GET /a",), mutants=MutantScore(sampled=3, caught=3)),
        _score("b", fuzzing=FuzzFindings(1, ("GET /b",), ("x",)), mutants=MutantScore(sampled=1, caught=0)),
    ]

    summary = summary_of(scores, 1)

    assert (summary.server_errors, summary.schema_violations, summary.mutants_caught) == (2, 1, 0.75)


def test_given_two_runs_when_compared_then_what_was_gained_and_lost_is_named() -> None:
    room = (EntityFound("Room", "/rooms", {}),)
    before = _report(_score("a", operations=(_operation("works"),)), _score("gone"))
    after = _report(_score("a", operations=(_operation("refused"),), entities=room), _score("new"))

    comparison = compared(before, after)

    (change,) = comparison.requirements
    assert (change.gained, change.lost, change.outcome) == (("entity Room",), ("cancel booking",), "")
    assert [f.name for f in comparison.figures if f.difference] == []


def test_given_a_report_of_schemathesis_when_read_then_server_errors_are_told_from_violations() -> None:
    found = findings_of(
        {
            "test_cases": {"generated": 7},
            "failures": [
                {"type": "ServerError", "title": "Server error", "operations": ["GET /a"]},
                {
                    "type": "JsonSchemaError",
                    "title": "Response violates schema",
                    "operations": ["GET /b", "GET /c"],
                },
            ],
        }
    )

    assert (found.cases, found.server_errors) == (7, ("GET /a: Server error",))
    assert found.violations == ("GET /b: Response violates schema", "GET /c: Response violates schema")
