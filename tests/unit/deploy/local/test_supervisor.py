"""When a process that ended is started again."""

from __future__ import annotations

from deploy.local.process import ProcessId
from deploy.local.supervisor import Kept, ended


def _run(kept: Kept, started: float, seconds: float, code: int = 1) -> Kept:
    from dataclasses import replace

    return ended(replace(kept, process=ProcessId(7, started)), code, started + seconds)


def test_given_a_process_that_keeps_ending_when_it_ends_again_then_the_wait_doubles_up_to_a_limit() -> None:
    kept, waits = Kept("api"), []
    for _ in range(9):
        kept = _run(kept, started=1000.0, seconds=1)
        waits.append(kept.due - 1001.0)

    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert (kept.ends, kept.process) == (9, None)


def test_given_a_process_that_ran_well_when_it_ends_then_it_is_started_soon() -> None:
    kept = Kept("api")
    for _ in range(5):
        kept = _run(kept, started=1000.0, seconds=1)

    kept = _run(kept, started=2000.0, seconds=60)

    assert kept.due == 2060.5
    assert kept.ends == 6


def test_given_an_end_when_told_then_it_says_how() -> None:
    assert _run(Kept("api"), 0, 1, code=70).told == "ended with code 70"
    assert _run(Kept("api"), 0, 1, code=-9).told == "ended by SIGKILL"
