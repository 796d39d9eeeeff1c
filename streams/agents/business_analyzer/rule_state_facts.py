"""Facts of the life cycles of all entities, collected from the sentences."""

from __future__ import annotations

from streams.agents.business_analyzer import (
    rule_state_lists,
    rule_state_steps,
    words,
)
from streams.agents.business_analyzer.draft import Draft
from streams.agents.business_analyzer.rule_lapses import lapses
from streams.agents.business_analyzer.rule_scenes import (
    entity_in,
    scenes,
)
from streams.agents.business_analyzer.rule_state_lists import values
from streams.agents.business_analyzer.state_facts import Facts


def facts_of(draft: Draft) -> dict[str, Facts]:
    """Facts by entity name, in the order of the entities."""
    found = {entity.name: Facts(entity=entity) for entity in draft.entities}
    for entity in draft.entities:
        _declared(draft, found[entity.name])
    for scene in scenes(draft):
        rule_state_lists.lists(scene, found)
        rule_state_lists.first(scene, found)
        rule_state_lists.adjectives(scene, found)
        rule_state_lists.ends(scene, found)
        for number, clause in enumerate(scene.clauses):
            rule_state_steps.read(scene, clause, number, found)
        rule_state_steps.marked(scene, found)
        rule_state_steps.checks(scene, found)
        rule_state_steps.onward(scene, found)
    for lapse in lapses(draft):
        found[lapse.entity.name].lapses.append(lapse)
    return found


_STATE_FIELDS = ("status", "state", "stage", "phase")


def _declared(draft: Draft, facts: Facts) -> None:
    """States from a choice field, or from what JSON says."""
    entity = facts.entity
    for item in entity.fields.values():
        if item.name.split("_")[-1] in _STATE_FIELDS:
            facts.field = facts.field or item.name
            if item.type == "choice" and len(item.choices) > 1:
                told = bool(entity.states) and not entity.explicit and not draft.document.states
                facts.states, facts.declared, facts.field = item.choices, not told, item.name
    if len(entity.states) > 1 and not facts.states:
        facts.states, facts.declared = values(entity.states), entity.explicit
    for name, states in draft.document.states:
        if facts.states or len(states) < 2:
            continue
        about = [e for e in draft.entities if words.snake((name,)) in e.fields or entity_in(draft, name) is e]
        if entity in about and (len(about) == 1 or entity is about[0]):
            facts.states, facts.declared = values(states), True
            facts.field = facts.field or (
                words.snake((name,)) if words.snake((name,)) in entity.fields else ""
            )
