"""Records that are opened and closed with a reading: trips, shifts, rentals with a start and an end value."""

from __future__ import annotations

import re

from schemas.specification import Derivation, Effect, Field
from streams.agents.business_analyzer import words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_fields import (
    NUMBERS,
    drop_mere_name,
    ensure,
    is_taken,
    number_field,
    refer,
    take,
)
from streams.agents.business_analyzer.rule_scenes import Scene, rule_id, scenes
from streams.agents.business_analyzer.rule_states import machine_of, write
from streams.agents.business_analyzer.rule_transitions import Cycle, Transition
from streams.agents.business_analyzer.state_facts import Facts

_PAIRS = {
    ("start", "end"),
    ("start", "finish"),
    ("begin", "end"),
    ("start", "stop"),
    ("open", "close"),
    ("begin", "finish"),
}
_WITH = re.compile(r"\bwith (?:the |an? |their |its )?(?:current )?(?P<what>[a-z]+(?: [a-z]+)?)$")
_MEASURES = {
    "kilometres": "kilometres",
    "kilometers": "kilometers",
    "miles": "miles",
    "distance": "distance",
    "km": "kilometres",
    "consumption": "consumption",
    "hours": "hours",
}


def find(draft: Draft) -> None:
    """Add start and end values, the action that ends, and the difference."""
    for scene in scenes(draft):
        for clause in scene.clauses:
            pair = next(((a, b) for a, b in _PAIRS if a in clause.verbs and b in clause.verbs), None)
            entity = scene.topic
            if (
                pair is None
                or entity is None
                or clause.passive
                or len(entity.states) > 2
                or _has_states(entity)
                or is_taken(draft, entity, pair[1])
            ):
                continue
            match = _WITH.search(scene.text)
            _process(draft, scene, entity, pair, match["what"] if match else "")


def _has_states(entity: EntityDraft) -> bool:
    return any(
        len(field.choices) > 2 and field.name in ("status", "state", "stage")
        for field in entity.fields.values()
    )


def _process(draft: Draft, scene: Scene, entity: EntityDraft, pair: tuple[str, str], reading: str) -> None:
    first, last = pair
    take(draft, entity, first)
    take(draft, entity, last)
    drop_mere_name(entity)
    _partners(draft, entity)
    inputs: tuple[str, ...] = ()
    if reading:
        inputs = (_readings(draft, entity, reading),)
    started, ended = f"{words.participle(first)}_at", f"{words.participle(last)}_at"
    ensure(entity, started, "datetime", default="now")
    ensure(entity, ended, "datetime", read_only=True)
    roles = tuple(role for clause in scene.clauses for role in _subject_roles(clause.subject_text))
    if machine_of(draft, entity) is None:
        active, over = words.participle(first), words.participle(last)
        cycle = Cycle(states=(active, over), initial=active, free=False)
        cycle.transitions = [
            Transition(name=last, target=over, sources=(active,), roles=roles, inputs=inputs, required=inputs)
        ]
        write(draft, Facts(entity=entity), cycle)
    draft.rule(
        "effects",
        Effect(id=rule_id(entity.name, last, "time"), entity=entity.name, on=last, field=ended, value="now"),
    )


def _subject_roles(subject: str) -> list[str]:
    from streams.agents.business_analyzer import people

    return [people.role_name((word,)) for word in subject.split() if people.is_person(word)][:1]


def _readings(draft: Draft, entity: EntityDraft, reading: str) -> str:
    """Two fields for the reading, and their difference; the name of the second."""
    name = words.snake(reading.split())
    known = entity.fields.pop(name, None)
    kind = known.type if known is not None and known.type in NUMBERS else "decimal"
    low, high = f"start_{name}", f"end_{name}"
    entity.put(Field(name=low, label=words.label(low.split("_")), type=kind, required=True, minimum="0"))
    entity.put(Field(name=high, label=words.label(high.split("_")), type=kind, minimum="0"))
    text = " ".join(sentence.low for sentence in draft.document.sentences)
    measure = next(
        (value for word, value in _MEASURES.items() if re.search(rf"\b{word}\b", text)), "distance"
    )
    ensure(entity, measure, kind, read_only=True)
    entity.change(measure, read_only=True, required=False)
    draft.rule(
        "derivations",
        Derivation(
            id=rule_id(entity.name, measure),
            entity=entity.name,
            field=measure,
            kind="difference",
            operands=(high, low),
        ),
    )
    _follow_up(draft, entity, high, kind)
    return high


def _follow_up(draft: Draft, entity: EntityDraft, high: str, kind: str) -> None:
    """The vehicle's own counter follows the reading at the end."""
    for field in list(entity.fields.values()):
        other = draft.find(field.references) if field.references else None
        counter = number_field(other, "mileage", "odometer", "counter") if other is not None else None
        if counter is None or not {"mileage", "odometer", "counter"} & set(counter.name.split("_")):
            continue
        if counter.type == "integer" and kind == "decimal":
            for name in (high, high.replace("end_", "start_", 1)):
                entity.change(name, type="integer")
            for number in [f for f in entity.fields.values() if f.read_only and f.type == "decimal"]:
                entity.change(number.name, type="integer")
        draft.rule(
            "effects",
            Effect(
                id=rule_id(entity.name, counter.name),
                entity=entity.name,
                on="end" if high.startswith("end") else "close",
                via=field.name,
                field=counter.name,
                value=high,
            ),
        )


def _partners(draft: Draft, entity: EntityDraft) -> None:
    """What is named together with the record belongs to it: the van of a trip."""
    for scene in scenes(draft):
        if entity not in scene.entities:
            continue
        for other in scene.entities:
            if other is entity or other.reference_to(entity) or entity.reference_to(other):
                continue
            if other.declared and other.fields:
                refer(entity, other)
