"""Actions and life cycles as tables of steps and functions of the service."""

from __future__ import annotations

from schemas.specification import Action
from streams.agents.backend_developer import expressions, rule_checks, rule_effects
from streams.agents.backend_developer.plan import EntityPlan, attribute
from streams.agents.backend_developer.source import a, docstring, indented
from streams.agents.backend_developer.write_models import action_counter
from streams.agents.backend_developer.write_schemas import action_inputs, always_required


def has_roles(entity: EntityPlan) -> bool:
    """Whether steps ask for a role."""
    return any(rule.roles for rule in entity.of(entity.plan.spec.actions)) or (
        bool(entity.actions)
        and any(
            set(rule.operations) & set(entity.actions) for rule in entity.of(entity.plan.spec.permissions)
        )
    )


def is_movable(entity: EntityPlan) -> bool:
    """Whether an update may name the state."""
    return bool(entity.state) and entity.field(entity.state) in entity.writable


def plain_steps(entity: EntityPlan) -> list[Action]:
    """Actions without inputs that lead to a state; an update of the state does the same."""
    return [rule for rule in entity.of(entity.plan.spec.actions) if rule.target and not rule.inputs]


def late_required(entity: EntityPlan) -> bool:
    """Whether what an action requires depends on which of its rules is done."""
    return any(
        set(rule.required_inputs) - set(always_required(actions))
        for actions in entity.actions.values()
        for rule in actions
    )


def constants(entity: EntityPlan) -> list[str]:
    """The table of steps."""
    lines: list[str] = []
    if entity.actions:
        lines += ["", "_STEPS: dict[str, tuple[Step, ...]] = {"]
        for name, actions in entity.actions.items():
            lines += [f"    {expressions.quoted(name)}: ("]
            lines += [line for action in actions for line in indented(_step(entity, action), 8)]
            lines += ["    ),"]
        lines += ["}"]
    if is_movable(entity):
        names = [rule.name for rule in plain_steps(entity)]
        if names:
            lines += [
                "# An update that names the next state takes the step that leads there and needs no inputs.",
                "_MOVES = tuple(step for steps_ in _STEPS.values() for step in steps_ if step.moves)",
            ]
    return lines


def _step(entity: EntityPlan, action: Action) -> list[str]:
    v = entity.variable
    lines = [f"name={expressions.quoted(action.name)},"]
    if action.sources:
        lines.append(f"sources={rule_checks.listed(action.sources)},")
    if action.target:
        lines.append(f"target={expressions.quoted(action.target)},")
    if action.guards:
        lines.append(f"guard=lambda {v}: {expressions.all_hold(entity, v, action.guards)},")
    if is_movable(entity) and action.target and not action.inputs:
        lines.append("moves=True,")
    late = [
        name for name in action.required_inputs if name not in always_required(entity.actions[action.name])
    ]
    if late:
        lines.append(f"required={rule_checks.listed(late)},")
    if action.roles:
        lines.append(f"roles={rule_checks.listed(action.roles)},")
    if action.at_most:
        lines += [f'counter="{action_counter(action.id)}",', f"at_most={action.at_most},"]
    lines.append(f"message={expressions.quoted(action.message or _refusal(entity, action))},")
    return ["Step(", *indented(lines), "),"]


def _refusal(entity: EntityPlan, action: Action) -> str:
    if action.sources:
        states = " or ".join(state.replace("_", " ") for state in action.sources)
        needed = f"only {a(entity.label)} that is {states} allows it"
        return f"{action.label}: {needed}{', where all its conditions hold' if action.guards else ''}."
    return f"{action.label}: the {entity.label} does not allow it now."


def _chosen(entity: EntityPlan, steps: str) -> str:
    v = entity.variable
    arguments = [steps, v]
    if entity.plan.uses_sources:
        arguments.append(f"{v}.{attribute(entity.state)}" if entity.state else '""')
    if entity.plan.uses_step_roles:
        role = "caller.role" if has_roles(entity) else "None"
        arguments.append(role)
    return f"steps.chosen({', '.join(arguments)})"


def act(entity: EntityPlan) -> list[str]:
    """The function that takes a step by its name."""
    if not entity.actions:
        return []
    v = entity.variable
    inputs = any(action_inputs(actions) for actions in entity.actions.values())
    references = any(
        entity.field(name).type == "reference"
        for actions in entity.actions.values()
        for name in action_inputs(actions)
    )
    needs = rule_checks.needs_changed(entity)
    lines: list[str] = ["check_references(session, values, _REFERENCES)"] if references else []
    if rule_effects.is_watching(entity):
        lines.append(f"before = _watched({v})")
    if inputs:
        lines += [f"{'changed = ' if needs else ''}apply({v}, values)", f"settle(session, {v})"]
        if rule_checks.comparisons(entity):
            lines.append(f"_check_values({v}, changed)")
    elif needs:
        lines.append("changed: set[str] = set()")
    lines.append(f"step = {_chosen(entity, '_STEPS[name]')}")
    if late_required(entity):
        lines += [
            "for missing in step.required:",
            "    if values.get(missing) is None:",
            '        raise invalid(missing, "Field required")',
        ]
    lines += _done(entity, needs)
    if rule_effects.is_watching(entity):
        lines.append(f"notices.review(session, [*before, *_watched({v})])")
    caller = ", caller: Caller" if has_roles(entity) else ""
    values = ", values: dict[str, Any]" if inputs else ""
    head = [
        "def act(",
        f"    session: Session, {v}: models.{entity.record}, name: str{values}{caller}",
        ") -> None:",
    ]
    return [*head, *indented([docstring(f"Takes a step of {a(entity.label)} by its name."), *lines])]


def _done(entity: EntityPlan, needs: bool) -> list[str]:
    v = entity.variable
    lines = [f"{'changed |= ' if needs else ''}_take(session, {v}, step)"]
    if rule_checks.conflicts(entity):
        lines.append(f"_check_conflicts(session, {v}, changed)")
    if rule_effects.follows(entity, ""):
        lines.append(f"_follow(session, {v}, step.name)")
    return lines


def take(entity: EntityPlan) -> list[str]:
    """The function that records a step: its number and the state."""
    if not entity.actions:
        return []
    v = entity.variable
    moment = [f"{v}.updated_at = clock.now()"]
    needs = rule_checks.needs_changed(entity)
    if any(rule.at_most for rule in entity.of(entity.plan.spec.actions)):
        every = all(rule.at_most for rule in entity.of(entity.plan.spec.actions))
        count = f"setattr({v}, step.counter, getattr({v}, step.counter) + 1)"
        moment += [count] if every else ["if step.counter:", f"    {count}"]
    targets = [rule.target for rule in entity.of(entity.plan.spec.actions)]
    if any(targets) and entity.state:
        state = attribute(entity.state)
        moment.append(f"{v}.{state} = step.target" + ("" if all(targets) else f" or {v}.{state}"))
    result = f'{{"{attribute(entity.state)}"}}' if any(targets) and entity.state else "set()"
    moment += [f"settle(session, {v})", *([f"return {result}"] if needs else [])]
    shown = "set[str]" if needs else "None"
    head = f"def _take(session: Session, {v}: models.{entity.record}, step: Step) -> {shown}:"
    text = "Records the step; the names of the fields that it changes." if needs else "Records the step."
    return [head, *indented([docstring(text), *moment])]


def move(entity: EntityPlan) -> list[str]:
    """Statements of an update that names another state."""
    v, state = entity.variable, attribute(entity.state)
    message = expressions.quoted(f"No step leads the {entity.label} to this state.")
    follows = rule_effects.follows(entity, "")
    if not plain_steps(entity):
        return [f"if state != {v}.{state}:", f"    raise conflict({message})"]
    lines = ["moves = [step for step in _MOVES if step.target == state]"]
    lines += ["if not moves:", f"    raise conflict({message})", f"step = {_chosen(entity, 'moves')}"]
    if has_roles(entity) and entity.of(entity.plan.spec.permissions):
        lines.append("access.check_role(caller, GRANTS.get(step.name))")
    needs = rule_checks.needs_changed(entity)
    lines.append(f"{'changed |= ' if needs else ''}_take(session, {v}, step)")
    head = ["step: Step | None = None"] if follows else []
    return [*head, f"if state != {v}.{state}:", *indented(lines)]
