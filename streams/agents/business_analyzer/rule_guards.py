"""Creates that are refused for what they refer to: a van that is due for service starts no trip."""

from __future__ import annotations

import re

from schemas.specification import Condition
from streams.agents.business_analyzer import words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_comparisons import write
from streams.agents.business_analyzer.rule_fields import TIMES
from streams.agents.business_analyzer.rule_scenes import (
    Scene,
    entity_in,
    field_named,
    referring,
    scenes,
)
from streams.agents.business_analyzer.rule_states import machine_of
from streams.agents.business_analyzer.state_words import NOUN_OF, matching

_DUE = re.compile(
    r"\b(?P<left>[\w\- ]+?) (?:that|which|whose|who|with|having) (?:is|are|has"
    r"|have)? ?(?:an? )?(?P<why>[\w\- ]*?(?:due|overdue|expired)[\w\- ]*?) (?:cannot|must not|may not"
    r"|can not|can no longer|is not allowed to|are not allowed to) (?:be used to |be )?(?P<rest>.+)$"
)
_BLOCKED = re.compile(
    r"\b(?P<state>[a-z]+) (?P<who>[\w\-]+) (?:cannot|must not|may not|can no longer|are not allowed to"
    r"|is not allowed to) (?:be )?(?P<rest>.+)$"
)
_ONLY = re.compile(r"\bonly (?P<state>[a-z]+) (?P<who>[\w\-]+) (?:can|may) (?:be )?(?P<rest>.+)$")


def find(draft: Draft) -> None:
    """Add the comparisons with what a record refers to."""
    for scene in scenes(draft):
        _related(scene)


def _related(scene: Scene) -> None:
    """'A van that is due for service cannot start a trip': a create is refused for what it refers to."""
    draft = scene.draft
    due = _DUE.search(scene.text)
    if due:
        whole = entity_in(draft, due["left"])
        child = _child(scene, whole, due["rest"]) or _only_child(scene, whole)
        field = (
            field_named(
                whole, re.sub(r"\b(?:due|overdue|expired|for|an?)\b", " ", due["why"]) + " date", TIMES
            )
            if whole
            else None
        )
        field = field or (
            next((f for f in whole.fields.values() if f.type in TIMES), None) if whole else None
        )
        if whole is not None and child is not None and field is not None:
            left = f"{child.reference_to(whole)}.{field.name}"
            today = "today" if field.type == "date" else "now"
            write(
                draft,
                child,
                Condition(left=left, operator="gt", right=today),
                f"This {whole.label.lower()} is {due['why'].strip()}.",
            )
        return
    for pattern, operator in ((_ONLY, "eq"), (_BLOCKED, "ne")):
        match = pattern.search(scene.text)
        whole = entity_in(draft, match["who"]) if match else None
        machine = machine_of(draft, whole) if whole is not None else None
        state = matching(machine.states, match["state"]) if match and machine is not None else ""
        child = _child(scene, whole, match["rest"]) if match and state else None
        if match and whole is not None and machine is not None and child is not None:
            left = f"{child.reference_to(whole)}.{machine.field}"
            condition = Condition(left=left, operator=operator, right=f"={state}")  # type: ignore[arg-type]
            write(draft, child, condition, f"This {whole.label.lower()} is not in the right state.")
            return


def _only_child(scene: Scene, whole: EntityDraft | None) -> EntityDraft | None:
    """The one kind of record that refers to the whole, None where there are more."""
    children = referring(scene.draft, whole) if whole is not None else []
    return children[0][0] if len(children) == 1 else None


def _child(scene: Scene, whole: EntityDraft | None, text: str) -> EntityDraft | None:
    """What refers to the whole and is named in the rest of the sentence, or is made by its verb."""
    if whole is None:
        return None
    named = entity_in(scene.draft, text)
    if named is not None and named is not whole:
        return named if named.reference_to(whole) else None
    verb = re.match(r"(?:get |be )?(?P<verb>[a-z]+)", text)
    lemma = words.verb_lemma(verb["verb"]) or verb["verb"] if verb else ""
    noun = NOUN_OF.get(lemma, "")
    return next((other for other, _ in referring(scene.draft, whole) if other.words[-1] == noun), None)
