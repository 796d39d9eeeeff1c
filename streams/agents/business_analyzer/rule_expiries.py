"""States that end by themselves after a time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemas.specification import Expiry
from streams.agents.business_analyzer import naming, people
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_scenes import Scene, entity_in, rule_id, scenes
from streams.agents.business_analyzer.rule_states import machine_of
from streams.agents.business_analyzer.state_words import matching

_MINUTES = {"minute": 1, "min": 1, "hour": 60, "day": 1_440, "week": 10_080, "month": 43_200, "year": 525_600}
_TIME = r"(?P<n>\d+) ?(?P<unit>minute|min|hour|day|week|month|year)s?"
_HELD = re.compile(rf"\b(?:held|reserved|kept|blocked|on hold|valid|hold|holds) (?:for|up to|only)(?: up to| only| at most)? {_TIME}\b")
_EXPIRE = re.compile(rf"\b(?P<what>[\w\- ]*?)(?:expires?|lapses?|(?:is|are) (?:automatically )?(?:cancelled|canceled|released|closed|deleted|removed|archived|rejected|withdrawn)(?: again)?(?: automatically)?)(?: automatically| by itself| by themselves)?(?: again)? (?:after|in|within) {_TIME}\b(?P<rest>.*)")
_BARE = re.compile(r"\b(?P<what>[\w\-]+ [\w\-]+|[\w\-]+) (?:then )?(?:expires?|lapses?)\b(?! date)")
_UNLESS = re.compile(rf"\b(?:not|un)[ -]?(?P<step>paid|confirmed|collected|accepted|picked up|answered|approved|claimed|redeemed|completed)\b[^.;]*?\b(?:within|after|in|for) {_TIME}")


@dataclass(frozen=True, slots=True)
class Lapse:
    """What a document says of expiry: of what, from which states, to which, after how long."""

    entity: EntityDraft
    sources: tuple[str, ...]
    target: str
    minutes: int
    scene: int


def lapses(draft: Draft) -> list[Lapse]:
    """All expiries that the sentences tell; a time in one sentence and 'expires' in another are one."""
    found: list[Lapse] = []
    held: tuple[EntityDraft, int] | None = None
    for scene in scenes(draft):
        unless = _UNLESS.search(scene.text)
        expire = _EXPIRE.search(scene.text)
        hold = _HELD.search(scene.text)
        entity = _about(scene, (expire or unless or hold))
        if hold and entity is not None and not re.search(r"\bvalid\b", hold[0]):
            held = (entity, _minutes(hold))
        if entity is not None and (expire or (unless and re.search(r"\b(?:expires?|cancel|cancell?ed|released|closed|lapses?)\b", scene.text))):
            match = expire or unless
            assert match is not None
            found.append(Lapse(entity, _sources(scene.text), _target(scene.text), _minutes(match), scene.index))
            continue
        bare = _BARE.search(scene.text)
        if bare and held:
            found.append(Lapse(held[0], _sources(bare["what"]) or _reserved(scene), "expired", held[1], scene.index))
    return found


def _minutes(match: re.Match[str]) -> int:
    return int(match["n"]) * _MINUTES[match["unit"]]


def _about(scene: Scene, match: re.Match[str] | None) -> EntityDraft | None:
    if match is None:
        return None
    what = match["what"] if "what" in match.re.groupindex else ""
    named = entity_in(scene.draft, what) if what else None
    if named is not None:
        return named
    things = [e for e in scene.entities if not people.is_person(e.words[-1])]
    return things[0] if things else scene.topic


def _sources(text: str) -> tuple[str, ...]:
    """'unpaid' and 'not paid' stand for the states before paid; other words are states."""
    opposite = re.search(r"\b(?:un|not )(?P<step>paid|confirmed|collected|accepted|answered|approved|claimed|redeemed|completed)\b", text)
    if opposite:
        return (f"!{opposite['step']}",)
    adjective = re.search(r"\b(?P<state>open|pending|draft|new|reserved|held|inactive|submitted|sent)s?\b", text)
    return (naming.choice_value(adjective["state"]),) if adjective else ()


def _reserved(scene: Scene) -> tuple[str, ...]:
    return ("reserved",) if "reserv" in scene.text else ()


def _target(text: str) -> str:
    match = re.search(r"\b(cancelled|canceled|released|closed|archived|rejected|withdrawn)\b", text)
    if match and match[1] != "released":
        return "cancelled" if match[1].startswith("cancel") else match[1]
    return "expired"


def find(draft: Draft) -> None:
    """Add the expiries; what only is said to be valid for a time gets a state for it too."""
    for lapse in lapses(draft):
        machine = machine_of(draft, lapse.entity)
        if machine is None:
            continue
        target = matching(machine.states, lapse.target) or lapse.target
        sources = resolved_sources(machine.states, machine.initial, lapse.sources, target)
        if target in machine.states and sources:
            draft.rule(
                "expiries",
                Expiry(id=rule_id(lapse.entity.name, "becomes", target), entity=lapse.entity.name, sources=sources, target=target,
                       start="created_at", minutes=lapse.minutes),  # fmt: skip
            )


def resolved_sources(states: tuple[str, ...], initial: str, wanted: tuple[str, ...], target: str) -> tuple[str, ...]:
    """The states of the life cycle that the words mean."""
    if wanted and wanted[0].startswith("!"):
        step = matching(states, wanted[0][1:])
        before = states[: states.index(step)] if step in states else (initial,)
        return tuple(state for state in before if state != target)
    named = tuple(state for word in wanted if (state := matching(states, word)) and state != target)
    return named or ((initial,) if initial != target else ())
