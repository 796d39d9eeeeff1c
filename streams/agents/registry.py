"""All services of the write side, by name, with all versions of their deciders.

A stream goes on with the version of its first event: its state is the fold of events that this version
decided. A delivery that a service has not seen yet takes the current version.
"""

from __future__ import annotations

from typing import Any

from schemas.catalogue import BY_PAYLOAD
from schemas.errors import HistoryError
from streams.agents.backend_developer.decider import DECIDER as BACKEND_DEVELOPER
from streams.agents.business_analyzer.decider import AnalysisDecider
from streams.agents.deployment.decider import DECIDER as DEPLOYMENT
from streams.agents.frontend_developer.decider import DECIDER as FRONTEND_DEVELOPER
from streams.agents.own_agent import added_agents
from streams.agents.testing_engineer.decider import DECIDER as TESTING_ENGINEER
from streams.core.decider import Decider
from streams.core.saga import SagaDecider
from streams.core.saga_versions import SagaDecider1

# Each decider has a state type of its own, which only it looks into.
AnyDecider = Decider[Any]

# The oldest first, the current one last. A version leaves when no stream of it is in any log.
_BUILT_IN: dict[str, tuple[AnyDecider, ...]] = {
    versions[-1].name: versions
    for versions in (
        (AnalysisDecider(),),
        (BACKEND_DEVELOPER,),
        (FRONTEND_DEVELOPER,),
        (TESTING_ENGINEER,),
        (DEPLOYMENT,),
        (SagaDecider1(), SagaDecider()),
    )
}

ADDED = added_agents(_BUILT_IN)

VERSIONS: dict[str, tuple[AnyDecider, ...]] = {
    **_BUILT_IN,
    **{name: agent.versions for name, agent in ADDED.items()},
}

DECIDERS: dict[str, AnyDecider] = {name: versions[-1] for name, versions in VERSIONS.items()}

# The service that reads every topic also writes the dead letters of records that do not decode,
# so that each such record has just one dead letter.
DEAD_LETTER_OWNER = "delivery-saga"


def versions_of(current: AnyDecider) -> tuple[AnyDecider, ...]:
    """All versions of a service's decider, the current one last."""
    earlier = (each for each in VERSIONS.get(current.name, ()) if each.version != current.version)
    return (*earlier, current)


def version_of(current: AnyDecider, actor: str) -> AnyDecider | None:
    """The version that an event's actor names, as 'delivery-saga/1'; None where it is not known."""
    service, _, version = actor.rpartition("/")
    if service == current.name and version == current.version:
        return current
    known = versions_of(current) if service == current.name else ()
    return next((each for each in known if each.version == version), None)


def decider_of_stream(current: AnyDecider, first_actor: str) -> AnyDecider:
    """The decider that a stream goes on with.

    Args:
        first_actor: actor of the stream's first event, '' for a stream that has none yet.

    Raises:
        HistoryError: the stream began with a version that this release does not have.
    """
    found = version_of(current, first_actor) if first_actor else current
    if found is None:
        known = ", ".join(each.version for each in versions_of(current))
        raise HistoryError(
            f"Going on with a delivery of {current.name}",
            why=f"it began with '{first_actor[:80]}', and this release knows the versions {known}",
            todo="Install a release that has this version; the delivery waits until then",
        )
    return found


def consumed_by(current: AnyDecider) -> frozenset[type]:
    """Payload classes that any version of a service's decider reacts to."""
    return frozenset().union(*(each.consumes for each in versions_of(current)))


def topics_of(decider: AnyDecider) -> list[str]:
    """Topics that a service reads."""
    return sorted({BY_PAYLOAD[payload].topic for payload in consumed_by(decider)})
