from __future__ import annotations

import threading

import pytest

from schemas.errors import SetupError
from streams.runtime.reconciler import Reconciliation
from streams.runtime.reconciling import rest_seconds, run_again_and_again


@pytest.mark.parametrize(
    ("run_seconds", "rest"), [(0.0, 60.0), (1.0, 59.0), (3.0, 57.0), (10.0, 190.0), (300.0, 5_700.0)]
)
def test_given_a_run_of_any_length_when_it_rests_then_it_takes_a_twentieth_of_the_time_at_most(
    run_seconds: float, rest: float
) -> None:
    assert rest_seconds(60.0, run_seconds) == rest


def test_given_servers_that_are_away_when_running_again_and_again_then_it_asks_until_it_is_to_end() -> None:
    asked_to_end, runs = threading.Event(), list[int]()

    def run() -> Reconciliation:
        runs.append(len(runs))
        if len(runs) == 3:
            asked_to_end.set()
        elif len(runs) == 1:
            raise SetupError("Reading topics", why="the broker is away", todo="Start it")
        return Reconciliation(0, (), 0.0)

    run_again_and_again(run, 0.001, asked_to_end)

    assert runs == [0, 1, 2]
