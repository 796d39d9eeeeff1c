"""Running numbers and codes that the service gives."""

from __future__ import annotations

import re

from schemas.specification import Derivation
from streams.agents.business_analyzer import words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_derivations import derive
from streams.agents.business_analyzer.rule_fields import (
    ensure,
    safe_name,
)
from streams.agents.business_analyzer.rule_scenes import (
    Scene,
    field_anywhere,
    rule_id,
    scenes,
)

_SEQUENCE = re.compile(
    r"\b(?:ascending|consecutive(?:ly)?|sequential(?:ly)?|running|continuous(?:ly)?|auto[- ]?increment\w*"
    r"|incrementing|counts? up|increasing|numbered consecutively|without gaps)\b"
)
_ASSIGNED = re.compile(
    r"(?P<what>[\w\- ]*?\bnumbers?) (?:is|are) (?:assigned|given|set|generated|created"
    r"|counted up) (?:automatically|by the system|in ascending order)"
)
_CODE = re.compile(
    r"(?P<what>[\w\- ]*?\b(?:code|token|key|pin|voucher code|tracking number|reference)s?) (?:is"
    r"|are) (?:generated|created|made|issued|assigned)(?: automatically| by the system| at random"
    r"| randomly)?"
)
_NEEDS_CODE = re.compile(
    r"\b(?P<what>(?:each|every|the|its|an?|unique|own)? ?(?:[\w\-]+ )?(?:ticket|access|booking|confirmation"
    r"|qr|entry|pickup|pick-up|door|admission)[ -]code|unique (?:access |random )?code|qr code)s?\b"
)


def find(draft: Draft) -> None:
    """Add running numbers and codes."""
    for scene in scenes(draft):
        _sequence(draft, scene)
        _code(draft, scene)


def _sequence(draft: Draft, scene: Scene) -> None:
    """'a number (unique, ascending)'."""
    match = _SEQUENCE.search(scene.text)
    assigned = _ASSIGNED.search(scene.text)
    if match:
        before = scene.text[: match.start()]
        names = re.findall(r"(?:[a-z][\w\-]* ){0,2}(?:number|no|nr|id)s?\b", before) or re.findall(
            r"\bnumbers?\b", scene.text
        )
    elif assigned:
        names = [assigned["what"]]
    else:
        return
    if not names:
        return
    phrase = re.sub(
        r"^(?:an?|the|has|have|and|with|its)\s+",
        "",
        re.sub(r"^(?:an?|the|has|have|and|with|its)\s+", "", names[-1].strip()),
    )
    found = field_anywhere(scene, phrase)
    if found is None and scene.topic is not None:
        found = (
            scene.topic,
            ensure(scene.topic, words.singular(safe_name(phrase, scene.topic)) or "number", "integer"),
        )
    if found is not None and found[1].type in ("text", "integer", "decimal"):
        entity, field = found
        entity.change(field.name, type="integer", max_length=0)
        derive(
            draft,
            entity,
            Derivation(
                id=rule_id(entity.name, field.name), entity=entity.name, field=field.name, kind="sequence"
            ),
        )


def _code(draft: Draft, scene: Scene) -> None:
    match = _CODE.search(scene.text)
    found = field_anywhere(scene, match["what"], frozenset({"text"})) if match else None
    if found is None and not match:
        match = _NEEDS_CODE.search(scene.text)
        found = (
            field_anywhere(scene, match["what"], frozenset({"text"}))
            if match and scene.topic is not None
            else None
        )
    if not match:
        return
    if found is None and scene.topic is not None:
        topic = scene.topic
        found = topic, ensure(topic, "code", "text", read_only=True)
    if found is not None and "code" not in _entered(draft, found[0]):
        derive(
            draft,
            found[0],
            Derivation(
                id=rule_id(found[0].name, found[1].name),
                entity=found[0].name,
                field=found[1].name,
                kind="code",
            ),
        )


def _entered(draft: Draft, entity: EntityDraft) -> set[str]:
    return {
        name
        for d in draft.rules.get("derivations", [])
        if isinstance(d, Derivation) and d.entity == entity.name and d.kind == "code"
        for name in (d.field,)
    }
