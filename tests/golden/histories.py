"""Golden histories as files, and deciding all of it again."""

from __future__ import annotations

import base64
import dataclasses
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.kafka.position import Position
from schemas.codec import Codec, replace_envelope
from schemas.envelope import Event
from streams.agents.registry import DECIDERS, AnyDecider, version_of
from streams.audit.history import RecordedEvent
from streams.core.decider import Message, WorkDone, WorkFailed, WorkTimedOut, fold, result_of_group
from streams.core.identity import record
from tests.golden.witness import Decision

FOLDER = Path(__file__).parent / "all"
CODEC = Codec()
_SCHEMA_BYTES = 5


@dataclass(frozen=True, slots=True)
class GoldenRecord:
    """A record of a topic, with the event that its bytes are."""

    position: Position
    value: bytes
    event: Event


@dataclass(frozen=True, slots=True)
class GoldenHistory:
    """One delivery.

    Attributes:
        versions: for each service, the version of the decider that recorded it.
        records: of all topics, each partition in order.
        decisions: of all services, each service's in order; those to record nothing among them.
    """

    versions: Mapping[str, str]
    records: Sequence[GoldenRecord]
    decisions: Sequence[Decision]

    def recorded(self) -> list[RecordedEvent]:
        """The log as the audit reads it."""
        return [RecordedEvent(r.position, r.event.envelope.delivery_id, r.event) for r in self.records]

    def own(self, service: str) -> list[GoldenRecord]:
        """A service's stream."""
        found = [each for each in self.records if each.event.envelope.stream_id.startswith(f"{service}:")]
        return sorted(found, key=lambda each: each.event.envelope.stream_version)


def histories() -> dict[str, Path]:
    """All golden histories by name, as '2/success'."""
    return {f"{path.parent.name}/{path.stem}": path for path in sorted(FOLDER.glob("*/*.jsonl"))}


def write(path: Path, history: GoldenHistory) -> None:
    """A line with the versions, then one for each record and each decision."""
    lines: list[object] = [{"versions": dict(history.versions)}]
    for each in history.records:
        value = base64.b64encode(zlib.compress(each.value, 9)).decode()
        lines.append({"position": str(each.position), "value": value})
    lines += [dataclasses.asdict(each) for each in history.decisions]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def read(path: Path) -> GoldenHistory:
    """A history from its file."""
    first, *lines = (json.loads(line) for line in path.read_text().splitlines())
    records: list[GoldenRecord] = []
    decisions: list[Decision] = []
    for line in lines:
        if "value" in line:
            value = zlib.decompress(base64.b64decode(line["value"]))
            records.append(GoldenRecord(Position.parse(line["position"]), value, CODEC.decode(value)))
        else:
            decisions.append(Decision(**{**line, "decided": tuple(line["decided"])}))
    return GoldenHistory(first["versions"], records, decisions)


def changed_decisions(history: GoldenHistory, deciders: Mapping[str, AnyDecider] = DECIDERS) -> list[str]:
    """Decide all of it again; what is not byte for byte what was recorded, for people.

    Args:
        deciders: the current version of each.
    """
    return [
        problem
        for service, version in history.versions.items()
        for problem in _changed(history, version_of(deciders[service], f"{service}/{version}"), service)
    ]


def _changed(history: GoldenHistory, decider: AnyDecider | None, service: str) -> Iterator[str]:
    if decider is None:
        yield f"{service}: version {history.versions[service]} is not in the registry any more"
        return
    by_id = {each.event.envelope.event_id: each.event for each in history.records}
    own, state, version = history.own(service), decider.initial, 0
    for decision in (each for each in history.decisions if each.service == service):
        recorded = own[version : version + len(decision.decided)]
        cause = by_id[decision.upon] if decision.upon else _start(decider, own[:version], decision.attempt)
        message = cause if decision.upon else _result(decider, decision, recorded)
        first = (recorded[0].event if recorded else cause).envelope
        decided = record(
            decider.decide(state, message),
            service=service,
            version=decider.version,
            cause=cause.envelope,
            stream_version=version,
            occurred_at=first.occurred_at,
            traceparent=first.traceparent,
        )
        is_same = len(decided) == len(recorded) and all(map(_is_same, decided, recorded))
        if not is_same:
            names = [event.envelope.event_type for event in decided]
            what = decision.result or cause.envelope.event_type
            yield f"{service}/{decider.version} upon {what}: recorded {list(decision.decided)}, now {names}"
        state = fold(decider, [each.event.payload for each in recorded], state)
        version += len(recorded)
    if version != len(own):
        yield f"{service}: {len(own) - version} events without a decision"


def _is_same(decided: Event, recorded: GoldenRecord) -> bool:
    """Whether the bytes are the same; where the event type has a newer schema now, whether the events are."""
    value = CODEC.encode(decided)
    is_of_same_schema = value[:_SCHEMA_BYTES] == recorded.value[:_SCHEMA_BYTES]
    if is_of_same_schema:
        return value == recorded.value
    older = recorded.event.envelope.schema_version
    return replace_envelope(decided, schema_version=older) == recorded.event


def _start(decider: AnyDecider, own: Sequence[GoldenRecord], attempt: int) -> Event:
    """The event that the work of an attempt began with."""
    return next(
        each.event
        for each in reversed(own)
        if type(each.event.payload) is decider.work_starts_with
        and getattr(each.event.payload, "attempt", 0) == attempt
    )


def _result(decider: AnyDecider, decision: Decision, recorded: Sequence[GoldenRecord]) -> Message:
    """The result of work as its event tells; of one that came too late the payload does not matter."""
    told = result_of_group(decider, [each.event.payload for each in recorded]) if recorded else None
    results: dict[str, Message] = {
        "WorkDone": WorkDone(attempt=decision.attempt, payload=None),
        "WorkFailed": WorkFailed(attempt=decision.attempt, reason="late"),
        "WorkTimedOut": WorkTimedOut(attempt=decision.attempt, limit_seconds=0.0),
    }
    return told or results[decision.result]
