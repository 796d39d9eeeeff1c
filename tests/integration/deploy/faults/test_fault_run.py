"""The whole: real services, brokers and databases, killed by plan, and nothing lost and nothing twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

_ROUNDS = {
    "short": ("2000", "10", "1", "1"),
    "longer": ("6000", "40", "2", "1"),
    "three brokers": ("6000", "30", "3", "3"),
}
_LONG = [pytest.param(which, marks=pytest.mark.faults) for which in _ROUNDS if which != "short"]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("which", ["short", *_LONG])
def test_given_a_plan_of_faults_when_carried_out_then_nothing_is_lost_twice_or_wrong(which: str) -> None:
    events, faults, seed, brokers = _ROUNDS[which]

    done = subprocess.run(
        [
            *(sys.executable, "-m", "connectors.command_line.main", "faults", "--json"),
            *("--events", events, "--faults", faults, "--seed", seed, "--brokers", brokers),
        ],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout, done.stderr[-2_000:]
    report = json.loads(done.stdout.splitlines()[-1])
    found = {name: report[name] for name in ("missing", "duplicated", "out_of_order", "wrong_state")}
    assert found == dict.fromkeys(found, 0), report["findings"]
    assert (done.returncode, report["faults"], report["quiet"]) == (0, int(faults), True)
    assert report["events"] >= int(events)
