"""Facts of a life cycle to its states, what it starts as, and the steps between them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from schemas.specification import Condition
from streams.agents.business_analyzer import state_words, words
from streams.agents.business_analyzer.state_facts import Facts, Step
from streams.agents.business_analyzer.state_words import (
    DECISIONS,
    FINAL,
    HUBS,
    NEGATIVE,
    SIDE,
    SPOKES,
    matching,
    state_of,
    verb_of,
)
from streams.agents.business_analyzer.word_sets import word_set

_BACK = word_set("resume reactivate reopen unblock release reinstate enable activate free unpublish unlock")
_MAXIMUM_STATES = 20


@dataclass(slots=True, kw_only=True)
class Transition:
    """One step between states, on its way to an action."""

    name: str
    target: str
    sources: tuple[str, ...]
    roles: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    guards: tuple[Condition, ...] = ()


@dataclass(slots=True, kw_only=True)
class Cycle:
    """A life cycle that is ready to be written down."""

    states: tuple[str, ...]
    initial: str
    free: bool
    transitions: list[Transition] = field(default_factory=list)
    final: frozenset[str] = frozenset()


def cycle_of(facts: Facts) -> Cycle | None:
    """The life cycle that the facts tell of, None for none."""
    steps = [step for step in facts.steps if _counts(facts, step)]
    states = _states(facts, steps)
    if len(states) < 2 or len(states) > _MAXIMUM_STATES:
        return None
    initial = _initial(facts, states)
    if initial not in states:
        states = (initial, *states)
    cycle = Cycle(
        states=states, initial=initial, free=facts.declared and not facts.chain and facts.advance is None
    )
    cycle.final = _final(facts, cycle)
    if facts.advance is not None:
        _advance(facts, cycle)
    _forward(facts, cycle, steps)
    _backward(facts, cycle, steps)
    _refuse(facts, cycle)
    return cycle


def _counts(facts: Facts, step: Step) -> bool:
    """Whether a verb is a step between states rather than handling of records."""
    verb = step.verb
    if verb in ("refuse", "reject", "decline") and step.guarding:
        return False
    if verb.startswith("mark-"):
        return True
    target = state_of(verb)
    if matching(facts.states, target):
        return verb != "start" or target in facts.states or not facts.initial
    if verb in _BACK and len(facts.states) > 1:
        return True
    if verb in state_words.STEPS:
        return True
    named = target in facts.adjectives or (
        step.passive and bool(facts.initial) and verb in state_words.ONLY_IF_NAMED
    )
    return (named and not facts.declared and verb not in ("start", "create", "open")) or (named and step.then)


_DONE_VERBS = frozenset({"close", "complete", "finish", "resolve", "solve"})


def _target(states: tuple[str, ...], initial: str, verb: str) -> str:
    """The state that the verb leads to among these, '' where it is a new one."""
    if verb in _DONE_VERBS and not matching(states, state_of(verb)):
        return next(
            (s for s in states if s in ("done", "closed", "completed", "finished", "resolved", "solved")), ""
        )
    if verb.startswith("mark-"):
        return matching(states, verb[5:].replace("-", "_"))
    if verb in _BACK:
        return matching(states, state_of(verb)) or initial
    return matching(states, state_of(verb))


def _states(facts: Facts, steps: list[Step]) -> tuple[str, ...]:
    states = list(facts.states)
    if facts.initial and not matching(tuple(states), facts.initial):
        states.insert(0, facts.initial)
    if facts.states and not facts.declared:
        states += [lapse.target for lapse in facts.lapses if not matching(tuple(states), lapse.target)]
    for step in sorted(steps, key=lambda s: (not s.passive, s.group)) if not states else steps:
        new = step.verb[5:].replace("-", "_") if step.verb.startswith("mark-") else state_of(step.verb)
        done = facts.declared and step.verb in _DONE_VERBS and bool(_target(tuple(states), "", step.verb))
        if not matching(tuple(states), new) and step.verb not in _BACK and not done:
            states.append(new)
    if not facts.states:
        states += [lapse.target for lapse in facts.lapses if lapse.target not in states]
        states += [
            a
            for a in dict.fromkeys(facts.adjectives)
            if _state_adjective(a) and not matching(tuple(states), a)
        ]
        blocking = [s for verb, sources in facts.refused if verb in state_words.NOUN_OF for s in sources]
        states += [s for s in blocking if s not in states and s not in ("available", "free")]
        first = (
            facts.initial
            or ("available" if blocking else "")
            or next((s for s in states if s in HUBS or s in ("draft", "new", "pending")), "")
        )
        first = first or next(
            (s for lapse in facts.lapses for s in lapse.sources if not s.startswith("!")), ""
        )
        first = first or (state_of(facts.created_by) if facts.created_by and states else "")
        first = first or state_words.start_of(facts.entity.words, frozenset(states))
        states = [first, *(s for s in states if s != first)] if states else []
    return tuple(states)


def _state_adjective(word: str) -> bool:
    if word in ("open", "active", "inactive", "void", "draft", "closed"):
        return True
    verb = words.verb_lemma(word.split("_")[0])
    return verb in state_words.STEPS or verb in ("send", "block", "lock", "lend", "sell", "book")


def _initial(facts: Facts, states: tuple[str, ...]) -> str:
    if facts.initial:
        return matching(states, facts.initial) or facts.initial
    decided = frozenset().union(*DECISIONS) | NEGATIVE
    if states[0] in decided and not facts.declared and not facts.chain:
        return state_words.start_of(facts.entity.words, frozenset(states))
    return states[0]


def _final(facts: Facts, cycle: Cycle) -> frozenset[str]:
    final = {state for state in cycle.states if state in FINAL}
    final |= {matching(cycle.states, state) for state in facts.final}
    for verb, sources in facts.refused:
        if verb in _BACK or verb in ("restart", "resume"):
            final |= {matching(cycle.states, source) for source in sources}
    if not cycle.free and not _hub(cycle):
        positive = [state for state in cycle.states if state not in NEGATIVE | SIDE]
        final |= set(positive[-1:])
    final.discard("")
    final.discard(cycle.initial)
    return frozenset(final)


def _hub(cycle: Cycle) -> bool:
    others = [state for state in cycle.states if state != cycle.initial]
    return cycle.initial in HUBS and all(state in SPOKES or state in FINAL for state in others)


def _forward(facts: Facts, cycle: Cycle, steps: list[Step]) -> None:
    for state in cycle.states:
        if state == cycle.initial:
            continue
        own = [
            step
            for step in steps
            if _target(cycle.states, cycle.initial, step.verb) == state and step.verb not in _BACK
        ]
        own.sort(key=lambda step: (not step.passive, step.group))
        if facts.advance is not None and state not in cycle.final and state not in NEGATIVE and not own:
            continue
        if not own and any(lapse.target == state for lapse in facts.lapses):
            continue
        named = [verb for step in own if (verb := step.verb) and not verb.startswith("mark-")]
        usual = verb_of(state)
        if words.kebab((usual,)) not in state_words.STEPS | state_words.ONLY_IF_NAMED and state == "damaged":
            usual = "mark-damaged"
        name = named[0] if named else own[0].verb if own else usual
        sources = _sources(facts, cycle, state, own)
        if not sources:
            continue
        inputs = tuple(dict.fromkeys(item for step in own for item in step.inputs))
        optional = any(step.inputs_optional for step in own)
        cycle.transitions.append(
            Transition(
                name=words.kebab(name.split("-")),
                target=state,
                sources=sources,
                roles=_roles(own),
                inputs=inputs,
                required=() if optional else inputs,
            )
        )


def _roles(steps: list[Step]) -> tuple[str, ...]:
    """Everybody who is said to take the step."""
    return tuple(dict.fromkeys(role for step in steps for role in step.roles))


def _sources(facts: Facts, cycle: Cycle, target: str, steps: list[Step]) -> tuple[str, ...]:
    said = [matching(cycle.states, source) for step in steps for source in step.sources]
    said = [source for source in said if source and source != target]
    free = [step for step in steps if not step.sources and not step.before and step.roles]
    if said and free and not any(step.only for step in steps):
        said += [source for source in _usual_sources(facts, cycle, target) if source not in said]
    if said:
        return _ordered(cycle, said)
    limit = next((matching(cycle.states, step.before) for step in steps if step.before), "")
    if limit:
        earlier = cycle.states[: cycle.states.index(limit)]
        return tuple(state for state in earlier if state != target and state not in cycle.final)
    return _usual_sources(facts, cycle, target)


def _ordered(cycle: Cycle, states: list[str]) -> tuple[str, ...]:
    return tuple(state for state in cycle.states if state in states)


def _usual_sources(facts: Facts, cycle: Cycle, target: str) -> tuple[str, ...]:
    living = [state for state in cycle.states if state not in cycle.final and state != target]
    if cycle.free and _procedural(cycle):
        return tuple(living) if target in NEGATIVE else _onward(cycle, target) or tuple(living)
    if cycle.free:
        return tuple(living)
    if any(transition.name == "advance" for transition in cycle.transitions):
        return tuple(living)
    if _hub(cycle):
        return tuple(living) if target in FINAL else (cycle.initial,)
    if not facts.states and target in ("closed", "archived", "completed", "finished", "done", "ended"):
        return tuple(living)
    group = next(
        (group for group in DECISIONS if target in group and len(group & set(cycle.states)) > 1),
        frozenset[str](),
    )
    position = cycle.states.index(target)
    position = min([position, *(cycle.states.index(state) for state in group if state in cycle.states)])
    before = [
        s for s in cycle.states[:position] if s not in group and s not in NEGATIVE | (SIDE - {cycle.initial})
    ]
    if target in NEGATIVE and not group:
        decided = frozenset().union(*DECISIONS)
        return tuple(
            state
            for state in living
            if state not in decided or state in ("approved", "accepted", "confirmed")
        ) or (cycle.initial,)
    if target in SIDE:
        return tuple(s for s in cycle.states[:position] if s in living and s not in NEGATIVE) or (
            cycle.initial,
        )
    beside = [s for s in cycle.states if s in SIDE and s != cycle.initial and _returns(cycle, s, position)]
    return (*before[-1:], *beside) if before else (cycle.initial, *beside)


def _returns(cycle: Cycle, side: str, position: int) -> bool:
    """Whether a state beside the usual way leads on to the state at the position."""
    where = cycle.states.index(side)
    between = [state for state in cycle.states[where + 1 : position] if state not in NEGATIVE | SIDE]
    return where > position or not between


def _procedural(cycle: Cycle) -> bool:
    """Whether listed states plainly follow each other: new, paid, shipped, delivered."""
    steps = [
        s for s in cycle.states if words.is_participle(s.split("_")[0]) and s not in SPOKES | SIDE | NEGATIVE
    ]
    return len([state for state in steps if state not in ("closed", "done", "archived")]) > 1


def _onward(cycle: Cycle, target: str) -> tuple[str, ...]:
    """The states before the target, and those beside the usual way."""
    position = cycle.states.index(target)
    return tuple(
        state
        for number, state in enumerate(cycle.states)
        if state != target and state not in cycle.final and (number < position or state in SPOKES | SIDE)
    )


def _backward(facts: Facts, cycle: Cycle, steps: list[Step]) -> None:
    """Steps back to the initial state, said or usual."""
    own = [
        step
        for step in steps
        if _target(cycle.states, cycle.initial, step.verb) == cycle.initial and _leads_back(step)
    ]
    for step in own:
        said = _ordered(cycle, [matching(cycle.states, source) for source in step.sources])
        sources = tuple(s for s in said if s != cycle.initial)
        sources = sources or tuple(
            s for s in cycle.states if s != cycle.initial and s not in FINAL and s not in facts.final
        )
        if sources and not any(t.name == step.verb for t in cycle.transitions):
            roles = _roles([step])
            cycle.transitions.append(
                Transition(name=step.verb, target=cycle.initial, sources=sources, roles=roles)
            )
    if own or not (cycle.free or _hub(cycle)) or (cycle.free and _procedural(cycle)):
        return
    sources = tuple(s for s in cycle.states if s != cycle.initial and s not in cycle.final)
    if sources:
        name = _back_name(cycle)
        cycle.transitions.append(Transition(name=name, target=cycle.initial, sources=sources))


def _leads_back(step: Step) -> bool:
    if step.verb in _BACK or step.sources:
        return True
    return step.verb.startswith("mark-") and step.passive


def _back_name(cycle: Cycle) -> str:
    name = verb_of(cycle.initial)
    taken = {transition.name for transition in cycle.transitions}
    if set(cycle.states) == {"active", "paused"}:
        name = "resume"
    return name if name not in taken else words.kebab(("back-to", *cycle.initial.split("_")))


def _advance(facts: Facts, cycle: Cycle) -> None:
    """'to the next stage': one action that takes each state to the one after it."""
    line = [state for state in cycle.states if state not in NEGATIVE or state == cycle.initial]
    for before, after in itertools.pairwise(line):
        if before not in cycle.final:
            roles = facts.advance or ()
            cycle.transitions.append(Transition(name="advance", target=after, sources=(before,), roles=roles))


def _refuse(facts: Facts, cycle: Cycle) -> None:
    """'A shipped order cannot be cancelled' takes a source away."""
    for verb, sources in facts.refused:
        target = _target(cycle.states, cycle.initial, verb)
        refused = {matching(cycle.states, source) for source in sources} - {""}
        for transition in cycle.transitions:
            if transition.target == target and refused:
                transition.sources = tuple(s for s in transition.sources if s not in refused)
    cycle.transitions = [t for t in cycle.transitions if t.sources]
