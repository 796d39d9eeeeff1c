"""Drops what a specification cannot hold, and says so in an open question."""

from __future__ import annotations

from schemas.specification import Specification
from streams.agents.business_analyzer import validation
from streams.agents.business_analyzer.assembly import assemble
from streams.agents.business_analyzer.draft import Draft


def sound(draft: Draft) -> Specification | None:
    """The specification without the rules that have problems; None where even the entities have."""
    for _ in range(12):
        spec = assemble(draft)
        broken = validation.rule_problems(spec)
        if not broken:
            return spec if not validation.problems(spec) else None
        for kept in draft.rules.values():
            for rule in [rule for rule in kept if getattr(rule, "id", "") in broken]:
                kept.remove(rule)
        for rule, why in broken.items():
            message = why.split(":", 1)[-1].strip()
            draft.assume(
                f"How should the rule '{rule.replace('-', ' ')}' work?",
                f"The rule is left out, as {message}.",
            )
    return None
