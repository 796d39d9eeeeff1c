"""All services of the write side, by name."""

from __future__ import annotations

from typing import Any

from schemas.catalogue import BY_PAYLOAD
from streams.agents.backend_developer.decider import DECIDER as BACKEND_DEVELOPER
from streams.agents.business_analyzer.decider import AnalysisDecider
from streams.agents.deployment.decider import DECIDER as DEPLOYMENT
from streams.agents.frontend_developer.decider import DECIDER as FRONTEND_DEVELOPER
from streams.agents.testing_engineer.decider import DECIDER as TESTING_ENGINEER
from streams.core.decider import Decider
from streams.core.saga import SagaDecider

# Each decider has a state type of its own, which only it looks into.
AnyDecider = Decider[Any]

DECIDERS: dict[str, AnyDecider] = {
    decider.name: decider
    for decider in (
        AnalysisDecider(),
        BACKEND_DEVELOPER,
        FRONTEND_DEVELOPER,
        TESTING_ENGINEER,
        DEPLOYMENT,
        SagaDecider(),
    )
}

# The service that reads every topic also writes the dead letters of records that do not decode,
# so that each such record has just one dead letter.
DEAD_LETTER_OWNER = "delivery-saga"


def topics_of(decider: AnyDecider) -> list[str]:
    """Topics that a service reads."""
    return sorted({BY_PAYLOAD[payload].topic for payload in decider.consumes})
