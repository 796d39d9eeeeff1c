"""Calls that may never return."""

from __future__ import annotations

import threading

import pytest

from streams.runtime.outbox import within


def test_given_a_call_that_does_not_return_when_its_time_is_over_then_it_is_left_behind() -> None:
    never = threading.Event()

    with pytest.raises(TimeoutError, match="has not returned"):
        within(0.1, never.wait, meanwhile=lambda: None)

    never.set()


def test_given_a_call_that_raises_when_made_then_its_error_comes_through() -> None:
    with pytest.raises(KeyError):
        within(10, lambda: {}["absent"], meanwhile=lambda: None)
