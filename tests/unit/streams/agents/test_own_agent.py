from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from schemas.errors import SetupError
from schemas.events.build import BuildCompleted
from streams.agents.own_agent import GROUP, OwnAgent, added_agents
from streams.core.noting import NotingDecider
from streams.core.worker import Worker

_HERE = "tests.unit.streams.agents.test_own_agent"


def _worker(_: object) -> Worker:
    raise AssertionError("nobody asks for it")


CHECKER = OwnAgent((NotingDecider(name="checker", version="1", trigger=BuildCompleted),), _worker)
NO_AGENT = "no agent"
NO_DECIDER = OwnAgent((), _worker)


def _entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, f"{_HERE}:{value}", GROUP)


def test_given_an_entry_point_when_agents_are_looked_for_then_it_is_found_by_its_name() -> None:
    assert added_agents(["deployment"], [_entry("checker", "CHECKER")]) == {"checker": CHECKER}


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (_entry("deployment", "CHECKER"), "this name is taken"),
        (_entry("projector", "CHECKER"), "this name is taken"),
        (_entry("Checker; DROP", "CHECKER"), "this cannot be an agent's name"),
        (_entry("c" * 41, "CHECKER"), "this cannot be an agent's name"),
        (_entry("other", "CHECKER"), "its decider calls itself checker"),
        (_entry("checker", "MISSING"), "cannot be loaded"),
        (_entry("checker", "NO_AGENT"), "is no OwnAgent"),
        (_entry("checker", "NO_DECIDER"), "is no OwnAgent"),
    ],
)
def test_given_an_agent_that_cannot_be_added_when_looked_for_then_the_error_says_why(
    entry: EntryPoint, why: str
) -> None:
    with pytest.raises(SetupError) as refused:
        added_agents(["deployment"], [entry])

    assert why in refused.value.why
    assert refused.value.what.startswith(f"Loading the agent '{entry.name}'")
