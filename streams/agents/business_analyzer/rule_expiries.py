"""States that end by themselves after a time."""

from __future__ import annotations

from schemas.specification import Expiry
from streams.agents.business_analyzer.draft import Draft
from streams.agents.business_analyzer.rule_lapses import lapses
from streams.agents.business_analyzer.rule_scenes import rule_id
from streams.agents.business_analyzer.rule_states import machine_of
from streams.agents.business_analyzer.state_words import matching


def find(draft: Draft) -> None:
    """Add the expiries; what only is said to be valid for a time gets a state for it too."""
    for lapse in lapses(draft):
        machine = machine_of(draft, lapse.entity)
        if machine is None:
            continue
        target = matching(machine.states, lapse.target) or lapse.target
        sources = resolved_sources(machine.states, machine.initial, lapse.sources, target)
        if (
            "deleted" in draft.document.sentences[lapse.scene].low
            or "removed" in draft.document.sentences[lapse.scene].low
        ):
            draft.assume(
                f"What becomes of each {lapse.entity.label.lower()} that is to be deleted by itself?",
                f"It is kept as {target}.",
                draft.document.sentences[lapse.scene].text,
            )
        if target in machine.states and sources:
            draft.rule(
                "expiries",
                Expiry(
                    id=rule_id(lapse.entity.name, "becomes", target),
                    entity=lapse.entity.name,
                    sources=sources,
                    target=target,
                    start="created_at",
                    minutes=lapse.minutes,
                ),
            )


def resolved_sources(
    states: tuple[str, ...], initial: str, wanted: tuple[str, ...], target: str
) -> tuple[str, ...]:
    """The states of the life cycle that the words mean."""
    if wanted and wanted[0].startswith("!"):
        step = matching(states, wanted[0][1:])
        before = states[: states.index(step)] if step in states else (initial,)
        return tuple(state for state in before if state != target)
    named = tuple(state for word in wanted if (state := matching(states, word)) and state != target)
    return named or ((initial,) if initial != target else ())
