"""Agents that other packages add: each is an entry point of the group `streamwright.agents`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import SetupError
from streams.core.decider import Decider

if TYPE_CHECKING:
    from connectors.settings import Settings
    from streams.core.worker import Worker

GROUP = "streamwright.agents"
# It becomes the name of a role and a schema in Postgres, of a consumer group and of a process.
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_NAME = 40
_TAKEN = frozenset(
    {"projections", "projector", "reconciler", "api", "supervisor", "broker", "database", "public"}
)


@dataclass(frozen=True, slots=True)
class OwnAgent:
    """An agent that a package adds.

    Attributes:
        versions: its decider in all versions, the oldest first.
        worker: makes what does its work; called in the agent's process alone, so slow imports stand there.
    """

    versions: tuple[Decider[Any], ...]
    worker: Callable[[Settings], Worker]


def added_agents(built_in: Iterable[str], found: Iterable[EntryPoint] | None = None) -> dict[str, OwnAgent]:
    """The added agents by name.

    Args:
        built_in: names of the services that are there anyway.
        found: entry points; those of all installed packages if left out.

    Raises:
        SetupError: one cannot be loaded, is no agent, or has a name that it cannot have.
    """
    taken = {*built_in, *_TAKEN}
    agents: dict[str, OwnAgent] = {}
    for entry in sorted(entry_points(group=GROUP) if found is None else found, key=lambda each: each.name):
        agents[entry.name] = _loaded(entry, taken)
        taken.add(entry.name)
    return agents


def added_code() -> list[Path]:
    """Folder of each package (file of each module) that adds an agent."""
    names = {entry.module.partition(".")[0] for entry in entry_points(group=GROUP)}
    specs = [find_spec(name) for name in sorted(names)]
    return [_place(spec) for spec in specs if spec is not None and spec.origin is not None]


def _place(spec: ModuleSpec) -> Path:
    folders = spec.submodule_search_locations
    return Path(folders[0] if folders else str(spec.origin))


def _loaded(entry: EntryPoint, taken: set[str]) -> OwnAgent:
    if entry.name in taken:
        raise _refused(entry, "this name is taken", "Give the agent another name")
    if not _NAME.fullmatch(entry.name) or len(entry.name) > _LONGEST_NAME:
        raise _refused(
            entry, "this cannot be an agent's name", f"Use at most {_LONGEST_NAME} letters a-z, digits and -"
        )
    try:
        agent = entry.load()
    except Exception as error:
        raise _refused(
            entry, f"{entry.value} cannot be loaded ({error!r})", "Mend or uninstall the package"
        ) from error
    if not isinstance(agent, OwnAgent) or not agent.versions:
        raise _refused(entry, f"{entry.value} is no OwnAgent with a decider", "See docs/adding.md")
    names = {decider.name for decider in agent.versions}
    if names != {entry.name}:
        told = ", ".join(sorted(names))
        raise _refused(entry, f"its decider calls itself {told}", "Give both the same name")
    return agent


def _refused(entry: EntryPoint, why: str, todo: str) -> SetupError:
    package = f" of {entry.dist.name} {entry.dist.version}" if entry.dist else ""
    return SetupError(f"Loading the agent '{entry.name[:80]}'{package}", why=why, todo=todo)
