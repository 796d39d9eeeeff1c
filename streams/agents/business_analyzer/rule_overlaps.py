"""Times of one resource that must not meet."""

from __future__ import annotations

import re

from schemas.specification import Field, NoOverlap, Unique
from streams.agents.business_analyzer import people, words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_comparisons import pair_of
from streams.agents.business_analyzer.rule_fields import ensure
from streams.agents.business_analyzer.rule_scenes import Scene, referring, rule_id, scenes
from streams.agents.business_analyzer.rule_states import states_of
from streams.agents.business_analyzer.state_words import NEGATIVE

_TRIGGERS = re.compile(
    r"\b(?:overlap\w*|double[- ]book\w*|clash\w*|collide\w*|conflicting|already (?:booked|taken|reserved"
    r"|occupied|rented)|(?:is|are) still (?:booked|taken|reserved|occupied))\b"
    r"|\bat (?:once|the same time|a time)\b|\bsimultaneously\b|\bin "
    r"parallel\b|\btwice\b[^.;]{0,30}\b(?:same|overlapping|time|period|night|day|hour"
    r"|slot)\b|\bfor the same (?:time|period|night|slot|hours?|dates?)\b"
)
_REFUSES = re.compile(
    r"\b(?:not|cannot|never|no|without|only|nobody|neither|nor|avoid\w*|prevent\w*|refuse\w*|reject\w*"
    r"|must be free"
    r"|at most|impossible)\b"
)
_DURATION = re.compile(
    r"\b(?:lasts?|takes?|is|are|of)\b[^.;]{0,20}?(?P<list>\d+(?:(?:, | or |, or )\d+)*) minutes\b"
)


def find(draft: Draft) -> None:
    """Add what must not overlap."""
    for scene in scenes(draft):
        if not (_TRIGGERS.search(scene.text) and _REFUSES.search(scene.text)):
            continue
        made = _candidate(draft, scene)
        if made is None:
            _same_start(draft, scene)
            continue
        several = _resource_fields(made[0], scene) if re.search(r"\b(?:neither|nor)\b", scene.text) else []
        for within in dict.fromkeys((made[1], *several)):
            _write(draft, made[0], within)


def _same_start(draft: Draft, scene: Scene) -> None:
    """Where a record has a start but no end, only the same start is refused."""
    for entity in [*scene.entities, *([scene.topic] if scene.topic else [])]:
        start = next((f.name for f in entity.fields.values() if f.type == "datetime" and not f.read_only), "")
        named = [entity.reference_to(other) for other in scene.entities if other is not entity]
        resources = [
            name
            for name in dict.fromkeys((*named, *_resource_fields(entity, scene)))
            if name and name != start
        ]
        if not start or not resources:
            continue
        for name in resources:
            message = "This is taken at that time."
            rule = Unique(
                id=rule_id(entity.name, "unique", name, start),
                entity=entity.name,
                fields=(name, start),
                message=message,
            )
            draft.rule("uniques", rule)
        sentence = draft.document.sentences[scene.index].text
        draft.assume(
            f"How long does one last, for: {sentence}?",
            "As no end is kept, only two with the same start are refused.",
            sentence,
        )
        return


def _candidate(draft: Draft, scene: Scene) -> tuple[EntityDraft, str] | None:
    """The entity with the times, and its field that names the resource."""
    named = list(scene.entities)
    if scene.topic is not None and scene.topic not in named:
        named.append(scene.topic)
    timed = [e for e in named if _times(draft, e) is not None]
    timed += [
        other
        for e in named
        for other, _ in referring(draft, e)
        if _times(draft, other) is not None and other not in timed
    ]
    for entity in timed:
        for resource in named:
            via = entity.reference_to(resource)
            if via and resource is not entity:
                return entity, via
    for entity in timed:
        named_fields = _resource_fields(entity, scene)
        if named_fields:
            return entity, named_fields[0]
    for entity in timed:
        references = [
            f.name
            for f in entity.fields.values()
            if f.references and not people.is_person(f.references.lower())
        ]
        if len(references) == 1:
            return entity, references[0]
    return None


def _resource_fields(entity: EntityDraft, scene: Scene) -> list[str]:
    """Fields whose names stand in the sentence: 'two meetings in the same room'."""
    found: list[str] = []
    for field in entity.fields.values():
        name = field.name.removesuffix("_id").replace("_", " ")
        if field.type in ("text", "reference", "choice", "integer", "email") and re.search(
            rf"\b{re.escape(name.split()[-1])}s?\b", scene.text
        ):
            found.append(field.name)
    return found


def _times(draft: Draft, entity: EntityDraft) -> tuple[str, str, str] | None:
    """Start, end and duration of an entity's records, '' for what it has not; None without a start."""
    pair = pair_of(entity)
    if pair is not None and not entity.fields[pair[0]].read_only:
        return pair[0], pair[1], ""
    start = _start(draft, entity)
    if start is None:
        return None
    duration = _duration(draft, entity)
    return (start, "", duration) if duration else None


def _start(draft: Draft, entity: EntityDraft) -> str | None:
    for word in ("start", "begin", "time", "kick", "departure", "date"):
        for field in entity.fields.values():
            if field.type in ("datetime",) and word in field.name.split("_") and not field.read_only:
                return field.name
    for field in entity.fields.values():
        if field.type == "datetime" and not field.read_only:
            return field.name
    if _lasting(draft, entity) and not any(f.type == "datetime" for f in entity.fields.values()):
        return ensure(entity, "start", "datetime", required=True).name
    return None


def _duration(draft: Draft, entity: EntityDraft) -> str:
    for field in entity.fields.values():
        parts = set(field.name.split("_"))
        if (
            field.type in ("integer", "decimal")
            and parts & {"duration", "minutes", "length", "lasts", "running"}
            and "days" not in parts
            and "hours" not in parts
        ):
            return field.name
    listed = _lasting(draft, entity)
    if not listed:
        return ""
    name = "duration_minutes"
    entity.put(
        Field(
            name=name,
            label="Duration in minutes",
            type="integer",
            required=True,
            choices=listed if len(listed) > 1 else (),
            minimum="" if len(listed) > 1 else "1",
            default=listed[0] if len(listed) == 1 else "",
        )
    )
    return name


def _lasting(draft: Draft, entity: EntityDraft) -> tuple[str, ...]:
    """The lengths in minutes that the text gives: 'lasts 15, 30 or 60 minutes'."""
    for scene in scenes(draft):
        match = _DURATION.search(scene.text)
        if match and scene.topic is entity:
            return tuple(dict.fromkeys(re.findall(r"\d+", match["list"])))
    return ()


def _write(draft: Draft, entity: EntityDraft, within: str) -> None:
    times = _times(draft, entity)
    if times is None:
        return
    start, end, duration = times
    for name in filter(None, (start, end, duration, within)):
        entity.change(name, required=True)
    ignoring = tuple(
        state for state in states_of(draft, entity) if state in NEGATIVE - {"blocked", "on_hold"}
    )
    resource = words.label(within.removesuffix("_id").split("_")).lower()
    draft.rule(
        "overlaps",
        NoOverlap(
            id=rule_id(entity.name, "no overlap", within),
            entity=entity.name,
            within=(within,),
            start=start,
            end=end,
            duration_minutes=duration,
            ignoring_states=ignoring,
            message=f"This {resource} is taken at that time.",
        ),
    )
