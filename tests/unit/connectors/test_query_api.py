"""Asking a query API that fails, is away, or refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.query_api import ask, query_calls
from connectors.resilience.breaker import BreakerOpenError
from connectors.resilience.outgoing import Outgoing
from connectors.resilience.policy import CallPolicy
from schemas.errors import BadInputError, SetupError
from tests.failing_server import FailingServer


@pytest.fixture
def server() -> Iterator[FailingServer]:
    running = FailingServer()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def calls() -> Outgoing:
    return query_calls(CallPolicy(first_wait_seconds=0.05, longest_wait_seconds=0.1))


def test_given_a_passing_server_error_when_asked_then_it_is_asked_again(
    server: FailingServer, calls: Outgoing
) -> None:
    server.body, server.statuses = b'{"items": []}', [503, 503]

    assert ask(server.url, "deliveries", {}, calls) == {"items": []}
    assert server.asked == 3


def test_given_lasting_server_errors_when_asked_then_the_error_tells_what_the_server_told(
    server: FailingServer, calls: Outgoing
) -> None:
    server.status, server.body = 503, b'{"detail": "The database does not answer"}'

    with pytest.raises(SetupError, match="The database does not answer"):
        ask(server.url, "deliveries", {}, calls)

    assert server.asked == 3


def test_given_no_server_when_asked_again_and_again_then_it_is_no_longer_tried(calls: Outgoing) -> None:
    away = FailingServer()

    for _ in range(2):
        with pytest.raises(SetupError, match="refused"):
            ask(away.url, "deliveries", {}, calls)
    with pytest.raises(BreakerOpenError, match="ConnectError"):
        ask(away.url, "deliveries", {}, calls)


def test_given_a_refused_question_when_asked_then_it_is_asked_once(
    server: FailingServer, calls: Outgoing
) -> None:
    server.status, server.body = 422, b'{"detail": "The parameter limit is wrong"}'

    with pytest.raises(BadInputError, match="limit is wrong"):
        ask(server.url, "deliveries", {"limit": ["x"]}, calls)

    assert server.asked == 1
