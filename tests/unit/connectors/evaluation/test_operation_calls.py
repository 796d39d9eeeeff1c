"""Named operations are found and really called, also from the states that they need."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

import pytest

from connectors.evaluation.operation_calls import try_operation
from connectors.evaluation.operation_matching import plans_for
from connectors.evaluation.sample_values import SampleValues
from connectors.evaluation.service_description import Description, Endpoint, Resource, described
from connectors.evaluation.service_session import ServiceSession
from tests.unit.connectors.evaluation.lending_service import lending_service, serving


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(lending_service()) as url:
        yield url


@pytest.fixture
def session(address: str) -> Iterator[ServiceSession]:
    service = described(lending_service().openapi())
    values = SampleValues(date(2026, 1, 31))
    with ServiceSession(address, service, values, time.monotonic() + 60) as opened:
        yield opened


@pytest.mark.parametrize(
    ("operation", "how"),
    [
        ("create tool", "POST /tools"),
        ("create loan", "POST /loans"),
        ("list loans", "GET /loans"),
        ("list overdue loans", "GET /loans/overdue"),
        ("list granted loans", "GET /loans (status=granted)"),
        ("filter tools by tag", "GET /tools (tag_number)"),
        ("grant loan", "POST /loans/{id}/grant"),
        ("give back loan", "POST /loans/{id}/return"),
        ("report loans by tool", "GET /reports/loans-by-tool"),
    ],
)
def test_given_a_service_when_what_it_offers_is_named_then_it_works(
    operation: str, how: str, session: ServiceSession
) -> None:
    tried = try_operation(operation, session)

    assert (tried.standing, tried.how) == ("works", how), tried.detail


@pytest.mark.parametrize(
    "operation", ["export loans", "report income by month", "search customers", "archive loan", "delete tool"]
)
def test_given_a_service_when_what_it_lacks_is_named_then_it_is_missing(
    operation: str, session: ServiceSession
) -> None:
    assert try_operation(operation, session).standing == "missing"


def test_given_an_action_that_is_never_allowed_when_tried_then_it_is_refused_with_the_service_s_words(
    session: ServiceSession,
) -> None:
    tried = try_operation("freeze loan", session)

    assert tried.standing == "refused"
    assert "cannot be frozen" in tried.detail


def test_given_an_action_that_breaks_when_tried_then_the_server_error_is_kept(
    session: ServiceSession,
) -> None:
    tried = try_operation("break tool", session)

    assert tried.standing == "refused"
    assert session.server_errors
    assert session.server_errors[0].startswith("500 POST /tools/")


def test_given_no_time_left_when_calling_then_it_says_so(address: str) -> None:
    service = described(lending_service().openapi())
    with (
        ServiceSession(address, service, SampleValues(date(2026, 1, 31)), time.monotonic() - 1) as late,
        pytest.raises(TimeoutError),
    ):
        late.call("get", "/tools")


def test_given_the_names_of_things_when_planned_then_a_part_of_a_name_is_no_condition() -> None:
    service = described(lending_service().openapi())

    assert [plan.kind for plan in plans_for("list tool loans", service, ["ToolLoan"])] == ["list"]
    assert [plan.endpoint.path for plan in plans_for("list overdue loans", service, ["Loan"])] == [
        "/loans/overdue"
    ]
    assert plans_for("list gift loans", service, ["Loan"]) == []


def test_given_two_things_with_one_stem_when_planned_then_letters_decide() -> None:
    update = Endpoint("post", "/applications/{id}/reject", "", "")
    resources = (
        Resource(path="/applicants", fields={}),
        Resource(path="/applications", fields={}, others=(update,)),
    )
    plans = plans_for("reject application", Description((update,), resources), ["Applicant", "Application"])

    assert [plan.endpoint for plan in plans] == [update]
