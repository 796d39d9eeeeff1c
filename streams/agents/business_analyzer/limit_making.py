"""Limits as records of the draft: what is counted, and which records take no place."""

from __future__ import annotations

import re

from schemas.specification import Limit
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_scenes import field_at, rule_id
from streams.agents.business_analyzer.rule_states import states_of
from streams.agents.business_analyzer.state_words import FINAL, NEGATIVE, matching


def amount(counted: EntityDraft) -> str:
    """Records that take several places at once are summed by their number of places."""
    for field in counted.fields.values():
        if (
            field.type == "integer"
            and not field.choices
            and set(field.name.split("_"))
            & {
                "quantity",
                "seats",
                "places",
                "spots",
                "tickets",
                "participants",
                "persons",
                "people",
                "guests",
            }
        ):
            return field.name
    return "count"


def write(
    draft: Draft, entity: EntityDraft, measure: str, groups: tuple[str, ...], maximum: str, what: str
) -> None:
    """A limit for each group; what is over or was cancelled takes no place."""
    top = field_at(draft, entity, maximum) if not maximum.startswith("=") else None
    if top is not None and top.type == "text":
        return
    states = states_of(draft, entity)
    ignoring = [
        state
        for state in states
        if state
        in (FINAL | NEGATIVE | {"returned", "closed", "finished"}) - {"on_hold", "blocked", "won", "hired"}
    ]
    word = re.search(r"\b(open|active|current|pending|running)\b", what)
    if word and matching(states, word[1]):
        ignoring = [state for state in states if state != matching(states, word[1])]
    for group in groups:
        if "." not in group:
            entity.change(group, required=True)
    draft.rule(
        "limits",
        Limit(
            id=rule_id(entity.name, "limit", measure, maximum),
            entity=entity.name,
            measure=measure,
            group_by=groups,
            maximum=maximum,
            ignoring_states=tuple(ignoring),
            message=f"The limit of "
            f"{maximum.lstrip('=').replace('_id', '').replace('.', ' ').replace('_', ' ')} is reached.",
        ),
    )
