"""Which recorded decisions another version of a decider would change. Pure.

Each decision is asked for by itself, in the state that the recorded events make of it: a change does
not bring others after it, so that each one shows what the candidate does differently there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from connectors.kafka.position import Position
from schemas.catalogue import type_of
from streams.agents.registry import DECIDERS, AnyDecider
from streams.audit.differences import difference
from streams.audit.history import RecordedEvent, causal_order
from streams.audit.messages import message_upon
from streams.audit.placement import single_copies
from streams.audit.reactions import possible_states, unreacted
from streams.audit.stream_check import Reaction, StreamReading, check_stream
from streams.core.decider import Message, fold

ChangeKind = Literal["changed", "removed", "added", "perhaps_added", "broken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedDecision:
    """A decision that the candidate takes differently.

    Attributes:
        kind: changed: other events, or other values in them; removed: nothing instead of events; added:
            events instead of nothing; perhaps_added: that, in some of the states in which the record can
            have been read; broken: the candidate raises.
        position: of the event decided upon; for a result of work, of the event that began the work.
        upon: type of that event, or class of the result.
        version: of the decider that recorded the stream.
        recorded: names of the recorded events.
        candidate: names of the candidate's.
        why: for people: the first values that differ, or the error.
    """

    kind: ChangeKind
    position: Position
    delivery_id: str
    upon: str
    version: str
    recorded: tuple[str, ...]
    candidate: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class DecisionReplay:
    """What replaying some deliveries gave.

    Attributes:
        decisions: recorded decisions asked for again, those to record nothing among them.
        unknown: recorded events that could not be asked for, as the log is faulty there or the
            candidate cannot follow.
    """

    deliveries: int = 0
    decisions: int = 0
    unknown: int = 0
    changes: tuple[ChangedDecision, ...] = ()


def total(replays: Iterable[DecisionReplay]) -> DecisionReplay:
    """All of them as one."""
    deliveries, decisions, unknown = 0, 0, 0
    changes: list[ChangedDecision] = []
    for each in replays:
        deliveries += each.deliveries
        decisions += each.decisions
        unknown += each.unknown
        changes += each.changes
    return DecisionReplay(deliveries, decisions, unknown, tuple(changes))


def replay_decisions(
    records: Sequence[RecordedEvent], candidate: AnyDecider, set_aside: Set[Position] = frozenset()
) -> DecisionReplay:
    """Ask the candidate for all decisions of its service in one delivery.

    Results of work that came too late are in no log, so decisions upon them are not among these.

    Args:
        records: all records of the delivery.
        set_aside: positions of records that have a dead letter.
    """
    kept, _, _ = single_copies(records, set_aside)
    own = [each for each in kept if each.service == candidate.name and not each.is_by_user]
    reading = check_stream(DECIDERS[candidate.name], own, {each.id: each for each in kept})
    asked = StreamReading(candidate)
    changes: list[ChangedDecision] = []
    decisions, done = 0, 0
    for reaction in reading.reactions:
        decisions += reaction.cause is not None
        payloads = _whole(reading, reaction)
        change = _again(reading, asked, reaction, payloads)
        if change is not None:
            changes.append(change)
        if not _follow(asked, reaction, payloads, changes, reading):
            break
        done += len(reaction.recorded)
    if reading.is_complete and done == len(own):
        ignored = _ignored(reading, asked, [r for r in causal_order(kept) if r.position not in set_aside])
        decisions += len(ignored)
        changes += [
            change for record, states in ignored if (change := _added(reading, asked, record, states))
        ]
    return DecisionReplay(1, decisions, len(own) - done, tuple(changes))


def _whole(reading: StreamReading, reaction: Reaction) -> Sequence[object]:
    """The payloads of a reaction, those that are still to be published among them."""
    recorded = [record.event.payload for record in reaction.recorded]
    if reading.unfinished is None or reaction is not reading.reactions[-1] or reaction.cause is None:
        return recorded
    before = reading.reactions[-2].state if len(reading.reactions) > 1 else reading.decider.initial
    message = message_upon(reading.decider, reaction.cause, recorded)
    return recorded if message is None else reading.decider.decide(before, message)


def _again(
    reading: StreamReading, asked: StreamReading, reaction: Reaction, payloads: Sequence[object]
) -> ChangedDecision | None:
    """What the candidate decides in place of a recorded reaction; None where it is the same."""
    cause = reaction.cause
    message = message_upon(reading.decider, cause, payloads) if cause else None
    if cause is None or message is None:
        return None
    upon = cause.event.envelope.event_type if cause.service != asked.decider.name else type(message).__name__
    try:
        decided = _decide(asked.decider, asked.state, message)
    except Exception as error:
        return _change(reading, "broken", cause, upon, payloads, (), f"{type(error).__name__}: {error}")
    why = _difference(payloads, decided)
    if not why:
        return None
    return _change(reading, "changed" if decided else "removed", cause, upon, payloads, decided, why)


def _decide(candidate: AnyDecider, state: object, message: Message) -> Sequence[object]:
    payload = getattr(message, "payload", None)
    is_heard = not hasattr(message, "envelope") or type(payload) in candidate.consumes
    return candidate.decide(state, message) if is_heard else ()


def _difference(recorded: Sequence[object], decided: Sequence[object]) -> str:
    if [type(each) for each in recorded] != [type(each) for each in decided]:
        return "other events"
    return "; ".join(
        f"{type(new).__name__}: {found}"
        for old, new in zip(recorded, decided, strict=True)
        if (found := difference(new, old, by="the candidate"))
    )


def _follow(
    asked: StreamReading,
    reaction: Reaction,
    payloads: Sequence[object],
    changes: list[ChangedDecision],
    reading: StreamReading,
) -> bool:
    """Bring the candidate's state behind a recorded reaction; False where it cannot have recorded that."""
    try:
        state: object = fold(asked.decider, payloads, asked.state)
    except Exception as error:
        first = reaction.recorded[0]
        why = f"the candidate cannot go on from there ({type(error).__name__}: {error})"
        upon = first.event.envelope.event_type
        changes.append(_change(reading, "broken", first, upon, payloads, (), why))
        return False
    asked.reactions.append(Reaction(reaction.cause, reaction.recorded, state))
    return True


_States = list[tuple[object, object]]


def _ignored(
    reading: StreamReading, asked: StreamReading, records: Sequence[RecordedEvent]
) -> list[tuple[RecordedEvent, _States]]:
    """Records that led to nothing, each with the states in which it can have been ignored: the recorded
    version's, and the candidate's. Those still to be reacted to are not among them.
    """
    heard = {record.id: record for each in (reading, asked) for record in unreacted(each, records)}
    found: list[tuple[RecordedEvent, _States]] = []
    for record in heard.values():
        both = zip(possible_states(reading, record), possible_states(asked, record), strict=True)
        states = [pair for pair in both if not _decide(reading.decider, pair[0], record.event)]
        if states:
            found.append((record, states))
    return found


def _added(
    reading: StreamReading, asked: StreamReading, record: RecordedEvent, states: _States
) -> ChangedDecision | None:
    upon = record.event.envelope.event_type
    try:
        decided = [_decide(asked.decider, state, record.event) for _, state in states]
    except Exception as error:
        return _change(reading, "broken", record, upon, (), (), f"{type(error).__name__}: {error}")
    events = next((each for each in decided if each), None)
    if events is None:
        return None
    kind: ChangeKind = "added" if all(decided) else "perhaps_added"
    return _change(reading, kind, record, upon, (), events, "nothing was recorded upon it")


def _change(
    reading: StreamReading,
    kind: ChangeKind,
    at: RecordedEvent,
    upon: str,
    recorded: Sequence[object],
    decided: Sequence[object],
    why: str,
) -> ChangedDecision:
    return ChangedDecision(
        kind=kind,
        position=at.position,
        delivery_id=at.event.envelope.delivery_id,
        upon=upon,
        version=reading.decider.version,
        recorded=tuple(type_of(each).name for each in recorded),
        candidate=tuple(type_of(each).name for each in decided),
        why=why,
    )
