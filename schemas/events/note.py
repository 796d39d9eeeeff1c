"""Events of agents that others have added: what they work on and what they found. They stand in
`outcome-events`, and belong to the delivery that they are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from schemas.events.feature import Attempt
from schemas.personal import PERSONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that an agent found."""

    name: Annotated[str, Doc("What it is, as 'licence of httpx'")]
    value: Annotated[str, Doc("What was found, as 'BSD-3-Clause'")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTaskStarted:
    """An added agent has begun its work on an attempt; the actor tells which agent."""

    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentNoted:
    """An added agent tells what it found. The delivery goes on whatever it says."""

    attempt: Attempt
    subject: Annotated[str, Doc("What it is about, as 'licences'")]
    text: Annotated[str, Doc("What it found, in a sentence for people"), PERSONAL]
    facts: Annotated[tuple[Fact, ...], Doc("The same in detail"), PERSONAL] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTaskFailed:
    """The work of an added agent failed or was late. Nothing is undone: the delivery goes on."""

    attempt: Attempt
    reason: Annotated[str, Doc("Why, for people"), PERSONAL]
