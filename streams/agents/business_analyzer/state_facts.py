"""What is said of a life cycle: its states, its steps, and what is refused."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from streams.agents.business_analyzer.draft import EntityDraft
from streams.agents.business_analyzer.rule_lapses import Lapse


@dataclass(slots=True)
class Step:
    """A verb done to a record: who may, from which states, with which data."""

    verb: str
    sentence: int
    roles: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    inputs_optional: bool = False
    before: str = ""
    passive: bool = False
    only: bool = False
    then: bool = False
    guarding: bool = False
    group: int = 0


@dataclass(slots=True)
class Facts:
    """All that is said of one entity's life cycle."""

    entity: EntityDraft
    states: tuple[str, ...] = ()
    field: str = ""
    declared: bool = False
    chain: bool = False
    initial: str = ""
    steps: list[Step] = dataclasses.field(default_factory=list)
    refused: list[tuple[str, tuple[str, ...]]] = dataclasses.field(default_factory=list)
    adjectives: list[str] = dataclasses.field(default_factory=list)
    final: list[str] = dataclasses.field(default_factory=list)
    advance: tuple[str, ...] | None = None
    created_by: str = ""
    lapses: list[Lapse] = dataclasses.field(default_factory=list)
