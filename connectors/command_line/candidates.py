"""The decider that a what-if tries, as people name it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import BadInputError

if TYPE_CHECKING:
    from streams.agents.registry import AnyDecider

_PARTS = ("name", "version", "initial", "consumes", "work_starts_with", "evolve", "decide", "result_of")


def candidate_of(agent: str, module_attribute: str, version: str) -> AnyDecider:
    """The candidate: a decider of a module, a version of the registry, or the current version.

    Args:
        module_attribute: as 'my_rules.saga:DECIDER', '' for none; a class is called without arguments.
            Modules are looked for in the current folder, too.
        version: as '1', '' for none.

    Raises:
        BadInputError: there is no such agent, version, module or attribute, or it is no decider of the agent.
    """
    from streams.agents.registry import DECIDERS, VERSIONS

    if agent not in DECIDERS:
        raise BadInputError(
            f"Trying a decider of '{agent[:60]}'",
            why="there is no such service",
            todo=f"Use one of: {', '.join(DECIDERS)}",
        )
    if module_attribute:
        return _loaded(agent, module_attribute)
    known = {each.version: each for each in VERSIONS[agent]}
    found = known.get(version) if version else DECIDERS[agent]
    if found is None:
        raise BadInputError(
            f"Trying version '{version[:40]}' of {agent}",
            why="the registry does not have it",
            todo=f"Use one of: {', '.join(known)}",
        )
    return found


def _loaded(agent: str, module_attribute: str) -> AnyDecider:
    module, _, attribute = module_attribute.partition(":")
    what, todo = f"Loading the candidate '{module_attribute[:120]}'", "Name it as module:attribute"
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module), attribute)
        candidate: AnyDecider = found() if isinstance(found, type) else found
    except Exception as error:
        raise BadInputError(what, why=f"{type(error).__name__}: {error}", todo=todo) from error
    lacking = [part for part in _PARTS if not hasattr(candidate, part)]
    if lacking:
        why = f"it is no decider: it has no {', '.join(lacking)}"
        raise BadInputError(what, why=why, todo="See the Decider of streams/core/decider.py")
    if candidate.name != agent:
        why = f"it is a decider of '{str(candidate.name)[:60]}', not of '{agent}'"
        raise BadInputError(what, why=why, todo="Give the agent whose decider it is with --agent")
    return candidate
