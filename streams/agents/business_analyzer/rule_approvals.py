"""A second approval above an amount: a state between, and an action for whoever gives it."""

from __future__ import annotations

import re

from schemas.specification import Condition
from streams.agents.business_analyzer import people
from streams.agents.business_analyzer.draft import Draft
from streams.agents.business_analyzer.rule_fields import NUMBERS, number_field
from streams.agents.business_analyzer.rule_scenes import Scene, field_named, scenes
from streams.agents.business_analyzer.rule_transitions import Cycle, Transition
from streams.agents.business_analyzer.state_facts import Facts

_ABOVE = re.compile(
    r"(?P<what>[\w\- ]*?)\b(?:of )?(?:over|above|more than|greater than|exceeding|larger than|higher than"
    r"|that exceed|of more than|beyond)"
    r" (?:[€$£]|eur |usd )?(?P<limit>\d+(?:\.\d+)?)[^.;]*?"
    r"\b(?:approv\w+|sign(?:ed)?[- ]?off|authori[sz]\w+|confirm\w+|releas\w+)\b"
)
_WHO = re.compile(r"\b(?:by|of|from) (?:the |a |an |our )?(?P<who>head of [a-z]+|[a-z\-]+(?: [a-z\-]+)?)")
_SECOND = re.compile(
    r"\b(second|also|additional(?:ly)?|another|further|as well|2|in addition|too|double"
    r"|extra)\b|\bneeds? (?:the )?approval\b|\bmust be approved\b|\brequires?\b"
)


def second_opinions(draft: Draft, facts: Facts, cycle: Cycle) -> None:
    """Split the approval where the text asks for a second one above an amount."""
    for scene in scenes(draft):
        match = _ABOVE.search(scene.text)
        about = facts.entity in scene.entities or scene.topic is facts.entity
        if not match or not about or not _SECOND.search(scene.text):
            continue
        role = _role(scene, match)
        field = field_named(facts.entity, match["what"].strip(), NUMBERS) if match["what"].strip() else None
        field = field or number_field(facts.entity, "amount", "total", "costs", "cost", "value", "price")
        if role and field is not None:
            _split(draft, cycle, field.name, match["limit"], role)
            return


def alone(draft: Draft) -> None:
    """'Purchases above 500 need the approval of the manager', where nothing else is said of states."""
    from streams.agents.business_analyzer.rule_states import machine_of, write

    for scene in scenes(draft):
        match = _ABOVE.search(scene.text)
        entity = (
            next((e for e in scene.entities if not people.is_person(e.words[-1])), scene.topic)
            if match
            else None
        )
        if (
            not match
            or entity is None
            or machine_of(draft, entity) is not None
            or not _SECOND.search(scene.text)
        ):
            continue
        role = _role(scene, match)
        field = number_field(entity, "amount", "total", "costs", "cost", "value", "price")
        if not role or field is None:
            continue
        guard = Condition(left=field.name, operator="gt", right=f"={match['limit']}")
        cycle = Cycle(states=("pending", "approved", "rejected"), initial="pending", free=False)
        cycle.transitions = [
            Transition(
                name="approve", target="approved", sources=("pending",), roles=(role,), guards=(guard,)
            ),
            Transition(
                name="reject", target="rejected", sources=("pending",), roles=(role,), guards=(guard,)
            ),
        ]
        write(draft, Facts(entity=entity), cycle)
        sentence = draft.document.sentences[scene.index].text
        draft.assume(
            f"What is the state of those that need no approval, for: {sentence}?",
            "They stay pending, which lets them count.",
            sentence,
        )


def _role(scene: Scene, match: re.Match[str]) -> str:
    tail = scene.text[match.end("limit") :]
    for who in _WHO.finditer(tail):
        parts = tuple(who["who"].split())
        for words in (parts, parts[:1]):
            if words[-1] in ("the", "mail", "phone", "email", "default") or len(words[-1]) < 2:
                continue
            if (
                (len(words) == 1 and words[-1].isalpha())
                or people.is_person(words[-1])
                or words[-1]
                in ("finance", "management", "board", "committee", "accounting", "hr", "controlling")
            ):
                return people.role_name(words)
    return ""


def _split(draft: Draft, cycle: Cycle, field: str, limit: str, role: str) -> None:
    approve = next(
        (t for t in cycle.transitions if t.target in ("approved", "accepted", "confirmed", "authorised")),
        None,
    )
    if approve is None or role in approve.roles:
        return
    waiting = f"awaiting_{role}"
    position = cycle.states.index(approve.target)
    cycle.states = (*cycle.states[:position], waiting, *cycle.states[position:])
    if role not in draft.roles:
        draft.roles.append(role)
    high = Condition(left=field, operator="gt", right=f"={limit}")
    low = Condition(left=field, operator="le", right=f"={limit}")
    first = Transition(
        name=approve.name,
        target=waiting,
        sources=approve.sources,
        roles=approve.roles,
        inputs=approve.inputs,
        required=approve.required,
        guards=(high,),
    )
    suffix = role.replace("_", "-")
    second = Transition(
        name=f"approve-as-{suffix}",
        target=approve.target,
        sources=(waiting,),
        roles=(role,),
        inputs=approve.inputs,
    )
    approve.guards = (*approve.guards, low)
    cycle.transitions.insert(cycle.transitions.index(approve) + 1, first)
    cycle.transitions.insert(cycle.transitions.index(first) + 1, second)
    refuse = next(
        (t for t in cycle.transitions if t.target in ("rejected", "declined", "refused", "denied")), None
    )
    if refuse is not None:
        cycle.transitions.append(
            Transition(
                name=f"{refuse.name}-as-{suffix}",
                target=refuse.target,
                sources=(waiting,),
                roles=(role,),
                inputs=refuse.inputs,
            )
        )
