"""What the sentences say of states that end by themselves: of what, from which state, after how long."""

from __future__ import annotations

import re
from dataclasses import dataclass

from streams.agents.business_analyzer import naming, people
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_scenes import Scene, entity_in, made_by, scenes

_MINUTES = {"minute": 1, "min": 1, "hour": 60, "day": 1_440, "week": 10_080, "month": 43_200, "year": 525_600}
_TIME = r"(?P<n>\d+) ?(?P<unit>minute|min|hour|day|week|month|year)s?"
_HELD = re.compile(
    rf"\b(?:held|reserved|kept|blocked|on hold|valid|hold|holds) (?:for|up to|only)(?: up to| only"
    rf"| at most)? {_TIME}\b"
)
_EXPIRE = re.compile(
    rf"\b(?P<what>[\w\- ]*?)(?:expires?|lapses?|(?:is|are) (?:automatically )?(?:cancelled|canceled"
    rf"|released|closed|deleted|removed|archived|rejected|withdrawn)(?: again)?(?: automatically)?)(?: "
    rf"automatically| by itself| by themselves)?(?: again)? (?:after|in|within) {_TIME}\b(?P<rest>.*)"
)
_BARE = re.compile(r"\b(?P<what>[\w\-]+ [\w\-]+|[\w\-]+) (?:then )?(?:expires?|lapses?)\b(?! date)")
_UNLESS = re.compile(
    rf"\b(?:not|un)[ -]?(?P<step>paid|confirmed|collected|accepted|picked up|answered|approved|claimed"
    rf"|redeemed|completed)\b[^.;]*?\b(?:within|after|in|for) {_TIME}"
)


_OTHERWISE = re.compile(
    rf"\b(?:within|in) {_TIME},? (?:and )?(?:otherwise|or else|else|or) (?:it|they|the [\w\-]+) (?:expires?"
    rf"|lapses?|(?:is|are) (?:cancelled|canceled|closed|released))"
)


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
        otherwise = _OTHERWISE.search(scene.text)
        entity = _about(scene, (expire or unless or hold or otherwise))
        if hold and entity is not None and not re.search(r"\bvalid\b", hold[0]):
            held = (entity, _minutes(hold))
        if entity is not None and (
            expire
            or otherwise
            or (
                unless
                and re.search(r"\b(?:expires?|cancel|cancell?ed|released|closed|lapses?)\b", scene.text)
            )
        ):
            match = expire or unless or otherwise
            assert match is not None
            found.append(
                Lapse(entity, _sources(scene.text), _target(scene.text), _minutes(match), scene.index)
            )
            continue
        bare = _BARE.search(scene.text)
        if bare and held:
            found.append(
                Lapse(held[0], _sources(bare["what"]) or _reserved(scene), "expired", held[1], scene.index)
            )
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
    return made_by(scene) or (things[0] if things else scene.topic)


def _sources(text: str) -> tuple[str, ...]:
    """'unpaid' and 'not paid' stand for the states before paid; other words are states."""
    opposite = re.search(
        r"\b(?:un|not )(?P<step>paid|confirmed|collected|accepted|answered|approved|claimed|redeemed"
        r"|completed)\b",
        text,
    )
    if opposite:
        return (f"!{opposite['step']}",)
    adjective = re.search(
        r"\b(?P<state>open|pending|draft|new|reserved|held|inactive|submitted|sent)s?\b", text
    )
    return (naming.choice_value(adjective["state"]),) if adjective else ()


def _reserved(scene: Scene) -> tuple[str, ...]:
    return ("reserved",) if "reserv" in scene.text else ()


def _target(text: str) -> str:
    match = re.search(r"\b(cancelled|canceled|released|closed|archived|rejected|withdrawn)\b", text)
    if match and match[1] != "released":
        return "cancelled" if match[1].startswith("cancel") else match[1]
    return "expired"
