"""Outgoing calls to a local server that refuses, is slow, fails, and recovers."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from prometheus_client import REGISTRY

from connectors.resilience.breaker import BreakerOpenError
from connectors.resilience.outgoing import Outgoing
from connectors.resilience.policy import CallPolicy, policy_of
from connectors.resilience.state_changes import StateChange, tell_of_changes
from connectors.settings import Settings
from schemas.errors import BadInputError
from tests.failing_server import FailingServer

QUICK = CallPolicy(first_wait_seconds=0.02, longest_wait_seconds=0.05, reset_seconds=0.3)
# With time limits that also hold on a busy machine.
IMPATIENT = replace(QUICK, timeout_seconds=1.0, reset_seconds=1.5)


@pytest.fixture
def server() -> Iterator[FailingServer]:
    running = FailingServer()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def changes() -> Iterator[list[StateChange]]:
    told: list[StateChange] = []
    forget = tell_of_changes(told.append)
    yield told
    forget()


def is_failure(error: BaseException) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= 500
    return isinstance(error, httpx.HTTPError)


def calls_to(name: str, policy: CallPolicy = QUICK) -> Outgoing:
    return Outgoing(name, policy, is_failure=is_failure, timeouts=(httpx.TimeoutException,))


def getting(server: FailingServer, timeout: float = 5.0) -> Callable[[], int]:
    return lambda: httpx.get(server.url, timeout=timeout).raise_for_status().status_code


def metric(name: str, label: str) -> float:
    return REGISTRY.get_sample_value(name, {"name": label}) or 0.0


def failing(calls: Outgoing, request: Callable[[], int], times: int) -> None:
    for _ in range(times):
        with pytest.raises(httpx.HTTPError):
            calls.call(request, is_repeatable=False)


def test_given_the_default_settings_when_asked_then_the_policy_is_the_documented_one() -> None:
    assert policy_of(Settings()) == CallPolicy(
        timeout_seconds=10,
        attempts=3,
        first_wait_seconds=2,
        longest_wait_seconds=10,
        failures_to_open=5,
        reset_seconds=60,
    )


def test_given_server_errors_when_called_then_it_is_tried_three_times_and_retries_are_counted(
    server: FailingServer,
) -> None:
    calls, server.status = calls_to("three-tries"), 500

    with pytest.raises(httpx.HTTPStatusError):
        calls.call(getting(server), is_repeatable=True)

    assert server.asked == 3
    assert metric("outgoing_retries_total", "three-tries") == 2


def test_given_a_call_that_must_not_be_repeated_when_it_fails_then_it_is_made_once(
    server: FailingServer,
) -> None:
    server.status = 503

    with pytest.raises(httpx.HTTPStatusError):
        calls_to("once").call(getting(server), is_repeatable=False)

    assert server.asked == 1


def test_given_a_passing_failure_when_called_then_the_answer_of_a_later_try_is_given(
    server: FailingServer,
) -> None:
    calls, server.statuses = calls_to("passing"), [500, 503]

    assert calls.call(getting(server), is_repeatable=True) == 200
    assert calls.breaker.state == "closed"


def test_given_refused_connections_when_five_fail_then_no_further_call_is_made(
    server: FailingServer, changes: list[StateChange]
) -> None:
    server.stop()
    calls, made = calls_to("refused", replace(QUICK, reset_seconds=60)), []

    failing(calls, getting(server), 5)
    with pytest.raises(BreakerOpenError, match="ConnectError") as refused:
        calls.call(lambda: made.append(1), is_repeatable=True)

    assert made == []
    assert 55 < refused.value.retry_after_seconds <= 60
    assert [(each.before, each.after, each.failures) for each in changes] == [("closed", "open", 5)]
    assert metric("circuit_breaker_state", "refused") == 2
    assert metric("circuit_breaker_openings_total", "refused") == 1
    assert metric("outgoing_refusals_total", "refused") == 1


def test_given_an_open_breaker_when_the_server_is_back_after_the_reset_then_it_closes(
    server: FailingServer, changes: list[StateChange]
) -> None:
    calls, server.status = calls_to("recovery"), 500
    failing(calls, getting(server), 5)
    server.status = 200
    time.sleep(QUICK.reset_seconds + 0.05)

    assert calls.call(getting(server), is_repeatable=True) == 200
    assert [each.after for each in changes] == ["open", "half_open", "closed"]
    assert metric("circuit_breaker_state", "recovery") == 0


def test_given_an_open_breaker_when_the_trial_fails_then_it_stays_open_for_another_while(
    server: FailingServer,
) -> None:
    calls, server.status = calls_to("still-away", IMPATIENT), 500
    failing(calls, getting(server), 5)
    time.sleep(IMPATIENT.reset_seconds + 0.05)

    failing(calls, getting(server), 1)
    with pytest.raises(BreakerOpenError):
        calls.call(getting(server), is_repeatable=True)

    assert server.asked == 6
    assert metric("circuit_breaker_openings_total", "still-away") == 2


def test_given_a_half_open_breaker_when_others_call_during_the_trial_then_none_is_let_through(
    server: FailingServer,
) -> None:
    calls, server.status = calls_to("one-trial", replace(QUICK, timeout_seconds=30)), 500
    failing(calls, getting(server), 5)
    time.sleep(QUICK.reset_seconds + 0.05)

    with held_call(calls):
        for _ in range(8):
            with pytest.raises(BreakerOpenError):
                calls.call(getting(server), is_repeatable=False)

    assert server.asked == 5
    assert calls.breaker.state == "closed"


@contextmanager
def held_call(calls: Outgoing) -> Iterator[None]:
    """A call of another thread that is under way, and succeeds at the end."""
    begun, answered = threading.Event(), threading.Event()

    def request() -> int:
        begun.set()
        return int(answered.wait(30))

    caller = threading.Thread(target=lambda: calls.call(request, is_repeatable=False))
    caller.start()
    assert begun.wait(30)
    yield
    answered.set()
    caller.join()


def test_given_a_slow_answer_when_called_then_it_is_given_up_in_time_whatever_the_client_would_wait(
    server: FailingServer,
) -> None:
    calls, server.delay_seconds = calls_to("slow", IMPATIENT), 6.0
    started = time.monotonic()

    with pytest.raises(TimeoutError, match="slow has not returned"):
        calls.call(getting(server, timeout=30), is_repeatable=False)

    assert time.monotonic() - started < 4
    assert metric("outgoing_timeouts_total", "slow") == 1


def test_given_a_refusal_of_what_was_asked_when_called_then_it_is_neither_repeated_nor_a_failure(
    server: FailingServer,
) -> None:
    calls, server.status = calls_to("refusal"), 404

    failing(calls, getting(server), 6)

    assert server.asked == 6
    assert calls.breaker.state == "closed"


def test_given_bad_input_when_called_then_it_is_the_callers_fault() -> None:
    calls = Outgoing("bad-input", QUICK)

    def refuse() -> int:
        raise BadInputError("Asking", why="it is wrong", todo="Change it")

    for _ in range(6):
        with pytest.raises(BadInputError):
            calls.call(refuse, is_repeatable=True)

    assert calls.breaker.state == "closed"
    assert metric("outgoing_retries_total", "bad-input") == 0


def test_given_a_fallback_when_the_server_is_away_then_the_degraded_answer_is_given(
    server: FailingServer,
) -> None:
    calls, server.status = calls_to("degraded", replace(QUICK, reset_seconds=60)), 500
    answers = [
        calls.call(getting(server), is_repeatable=True, fallback=lambda error: -len(str(error)))
        for _ in range(3)
    ]

    assert all(answer < 0 for answer in answers)
    assert server.asked == 5
    assert metric("outgoing_degraded_answers_total", "degraded") == 3


def test_given_a_fallback_when_the_caller_is_at_fault_then_the_error_is_raised(server: FailingServer) -> None:
    server.status = 400

    with pytest.raises(httpx.HTTPStatusError):
        calls_to("no-degrading").call(getting(server), is_repeatable=True, fallback=lambda _: 0)


def test_given_that_the_other_side_is_known_to_be_back_when_told_then_the_breaker_closes_at_once(
    server: FailingServer,
) -> None:
    calls, server.status = calls_to("known", replace(QUICK, reset_seconds=60)), 500
    failing(calls, getting(server), 5)
    server.status = 200
    calls.breaker.recovered()

    assert calls.call(getting(server), is_repeatable=False) == 200


async def test_given_asyncio_when_the_server_is_slow_fails_and_recovers_then_it_is_as_with_threads(
    server: FailingServer,
) -> None:
    calls = calls_to("asyncio", IMPATIENT)

    async def get() -> int:
        async with httpx.AsyncClient() as client:
            return (await client.get(server.url, timeout=30)).raise_for_status().status_code

    server.delay_seconds = 6.0
    started = time.monotonic()
    assert await calls.call_async(get, is_repeatable=False, fallback=lambda _: -1) == -1
    assert time.monotonic() - started < 4
    server.delay_seconds, server.status = 0.0, 500
    assert await calls.call_async(get, is_repeatable=True, fallback=lambda _: -2) == -2
    assert await calls.call_async(get, is_repeatable=True, fallback=lambda _: -3) == -3
    assert calls.breaker.state == "open"
    server.status = 200
    await asyncio.sleep(IMPATIENT.reset_seconds + 0.05)
    assert await calls.call_async(get, is_repeatable=True) == 200
    assert calls.breaker.state == "closed"


async def test_given_asyncio_when_the_caller_gives_up_its_trial_then_another_may_try(
    server: FailingServer,
) -> None:
    calls, server.status = calls_to("cancelled"), 500
    failing(calls, getting(server), 5)
    await asyncio.sleep(QUICK.reset_seconds + 0.05)
    trial = asyncio.create_task(calls.call_async(lambda: asyncio.sleep(30), is_repeatable=False))
    await asyncio.sleep(0.05)
    trial.cancel()
    await asyncio.gather(trial, return_exceptions=True)

    async def answer() -> int:
        return 1

    assert await calls.call_async(answer, is_repeatable=False) == 1


def test_given_a_call_from_before_the_opening_when_it_succeeds_late_then_the_breaker_stays_open(
    server: FailingServer,
) -> None:
    calls, server.status = calls_to("late", replace(QUICK, timeout_seconds=30, reset_seconds=60)), 500

    with held_call(calls):
        failing(calls, getting(server), 5)

    assert calls.breaker.state == "open"


class BusyError(Exception):
    """The other side says how long it wants to be left alone."""

    def __init__(self, seconds: float) -> None:
        self.retry_after_seconds = seconds


def test_given_a_wait_that_is_told_when_called_then_it_is_kept() -> None:
    calls = Outgoing("told-wait", CallPolicy(first_wait_seconds=0.01, longest_wait_seconds=0.02))
    times: list[float] = []

    def request() -> str:
        times.append(time.monotonic())
        if len(times) == 1:
            raise BusyError(0.3)
        return "answer"

    assert calls.call(request, is_repeatable=True) == "answer"
    assert times[1] - times[0] >= 0.3


def test_given_a_wait_longer_than_the_longest_when_called_then_it_is_not_tried_again() -> None:
    calls = Outgoing("long-wait", CallPolicy(first_wait_seconds=0.01, longest_told_wait_seconds=60))
    tries: list[int] = []

    def request() -> str:
        tries.append(1)
        raise BusyError(61)

    with pytest.raises(BusyError):
        calls.call(request, is_repeatable=True)
    assert len(tries) == 1
