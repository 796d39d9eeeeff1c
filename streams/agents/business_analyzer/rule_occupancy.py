"""A slot that a booking takes: the booking sets its state, and only a free one can be booked."""

from __future__ import annotations

from schemas.specification import Action, Comparison, Condition, Effect
from streams.agents.business_analyzer.draft import Draft
from streams.agents.business_analyzer.rule_comparisons import write
from streams.agents.business_analyzer.rule_scenes import referring, rule_id
from streams.agents.business_analyzer.rule_states import machine_of
from streams.agents.business_analyzer.state_words import NOUN_OF, state_of


def find(draft: Draft) -> None:
    """Tie records such as bookings to the state of what they take, where it has a state of that name."""
    for whole in draft.entities:
        machine = machine_of(draft, whole)
        if machine is None:
            continue
        for child, via in referring(draft, whole):
            verb = next(
                (
                    verb
                    for verb, noun in NOUN_OF.items()
                    if child.words[-1] == noun and state_of(verb) in machine.states
                ),
                "",
            )
            taken = state_of(verb) if verb else ""
            if not taken or taken == machine.initial:
                continue
            path = f"{via}.{machine.field}"
            draft.rules["comparisons"] = [
                rule
                for rule in draft.rules.get("comparisons", [])
                if not (isinstance(rule, Comparison) and rule.condition.left == path)
            ]
            free = Condition(left=path, operator="eq", right=f"={machine.initial}")
            write(
                draft, child, free, f"This {whole.label.lower()} is not {machine.initial.replace('_', ' ')}."
            )
            draft.rule(
                "effects",
                Effect(
                    id=rule_id(child.name, "takes", whole.name),
                    entity=child.name,
                    on="create",
                    via=via,
                    field=machine.field,
                    value=f"={taken}",
                ),
            )
            gone = next(
                (
                    a.name
                    for a in draft.rules.get("actions", [])
                    if isinstance(a, Action) and a.entity == child.name and a.name in ("cancel", "return")
                ),
                "",
            )
            if gone:
                draft.rule(
                    "effects",
                    Effect(
                        id=rule_id(child.name, gone, "frees", whole.name),
                        entity=child.name,
                        on=gone,
                        via=via,
                        field=machine.field,
                        value=f"={machine.initial}",
                    ),
                )
