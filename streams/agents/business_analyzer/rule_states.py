"""Life cycles and the actions that move a record through them."""

from __future__ import annotations

from dataclasses import replace

from schemas.specification import Action, Field, StateMachine
from streams.agents.business_analyzer import rule_approvals, words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_fields import drop_mere_name, ensure
from streams.agents.business_analyzer.rule_scenes import rule_id
from streams.agents.business_analyzer.rule_state_facts import facts_of
from streams.agents.business_analyzer.rule_transitions import Cycle, Transition, cycle_of
from streams.agents.business_analyzer.state_facts import Facts


def find(draft: Draft) -> None:
    """Add a life cycle with its actions to each entity that has one."""
    for facts in facts_of(draft).values():
        if machine_of(draft, facts.entity) is not None:
            continue
        cycle = cycle_of(facts)
        if cycle is not None:
            rule_approvals.second_opinions(draft, facts, cycle)
            write(draft, facts, cycle)


def machine_of(draft: Draft, entity: EntityDraft) -> StateMachine | None:
    """The life cycle that the draft has for the entity."""
    for machine in draft.rules.get("state_machines", []):
        if isinstance(machine, StateMachine) and machine.entity == entity.name:
            return machine
    return None


def states_of(draft: Draft, entity: EntityDraft) -> tuple[str, ...]:
    """The states of the entity, () for none."""
    machine = machine_of(draft, entity)
    return machine.states if machine is not None else ()


def write(draft: Draft, facts: Facts, cycle: Cycle) -> None:
    """The life cycle as records of the draft."""
    entity = facts.entity
    name = facts.field or "status"
    state_field(entity, name, cycle.states, cycle.initial)
    creatable = cycle.states if cycle.free else (cycle.initial,)
    draft.rule(
        "state_machines",
        StateMachine(
            id=rule_id(entity.name, "life cycle"),
            entity=entity.name,
            field=name,
            states=cycle.states,
            initial=cycle.initial,
            creatable=creatable,
        ),
    )
    for transition in cycle.transitions:
        action(draft, entity, transition)


def state_field(entity: EntityDraft, name: str, states: tuple[str, ...], initial: str) -> None:
    """The choice field that holds the state."""
    drop_mere_name(entity)
    known = entity.fields.get(name)
    base = known or Field(name=name, label=words.label(name.split("_")), type="choice")
    entity.fields[name] = replace(
        base,
        type="choice",
        choices=states,
        default=initial,
        required=False,
        unique=False,
        many=False,
        max_length=0,
        minimum="",
        maximum="",
        multiple_of="",
        references="",
    )


def action(draft: Draft, entity: EntityDraft, transition: Transition) -> None:
    """One step as an action; its inputs become fields, its roles are known."""
    inputs = [_input(entity, item) for item in transition.inputs]
    for role in transition.roles:
        if role not in draft.roles:
            draft.roles.append(role)
    one = entity.label.lower()
    states = " or ".join(source.replace("_", " ") for source in transition.sources)
    draft.rule(
        "actions",
        Action(
            id=rule_id(
                entity.name,
                transition.name,
                *(("to", transition.target) if transition.name == "advance" or transition.guards else ()),
            ),
            entity=entity.name,
            name=transition.name,
            label=words.label(transition.name.split("-")),
            sources=transition.sources,
            target=transition.target,
            guards=transition.guards,
            inputs=tuple(inputs),
            required_inputs=tuple(
                n for n, i in zip(inputs, transition.inputs, strict=True) if i in transition.required
            ),
            roles=transition.roles,
            message=f"Only a {one} that is {states} can be taken to {transition.target.replace('_', ' ')}.",
        ),
    )


def _input(entity: EntityDraft, name: str) -> str:
    """The field that an input sets; a decision's comment is no part of what is first entered."""
    kinds = {"rating": "integer", "score": "integer", "grade": "text", "signature": "text"}
    kind = kinds.get(name, "long_text")
    known = entity.fields.get(name) or entity.fields.get(f"{name}s")
    if known is not None and known.required:
        name = f"decision_{name}"
    elif known is not None:
        return known.name
    return ensure(entity, name, kind).name  # type: ignore[arg-type]
