"""Calls that may never return."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from connectors.resilience.deadline import within, within_async


def test_given_a_call_that_does_not_return_when_its_time_is_over_then_it_is_left_behind() -> None:
    never = threading.Event()

    with pytest.raises(TimeoutError, match="waiting has not returned"):
        within(0.1, never.wait, what="waiting")

    never.set()


def test_given_a_call_that_raises_when_made_then_its_error_comes_through() -> None:
    with pytest.raises(KeyError):
        within(10, lambda: {}["absent"], what="looking")


async def test_given_a_coroutine_that_takes_long_to_cancel_when_its_time_is_over_then_it_is_left_behind() -> (
    None
):
    cancelled = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.sleep(30)
        finally:
            await asyncio.sleep(0.5)
            cancelled.set()

    started = time.monotonic()
    with pytest.raises(TimeoutError, match="waiting has not returned"):
        await within_async(0.1, stubborn, what="waiting")

    assert time.monotonic() - started < 0.4
    await asyncio.wait_for(cancelled.wait(), 5)


async def test_given_a_caller_that_is_cancelled_when_it_waits_then_the_call_is_cancelled_too() -> None:
    cancelled = asyncio.Event()

    async def long() -> None:
        try:
            await asyncio.sleep(30)
        finally:
            cancelled.set()

    caller = asyncio.create_task(within_async(30, long, what="waiting"))
    await asyncio.sleep(0.05)
    caller.cancel()

    await asyncio.wait_for(cancelled.wait(), 5)
    with pytest.raises(asyncio.CancelledError):
        await caller
