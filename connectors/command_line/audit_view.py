"""What an audit tells, as JSON-like values and for people."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from streams.audit.causes import CausedEvent
from streams.audit.findings import Mismatch, Pending
from streams.audit.history import RecordedEvent
from streams.audit.replay import Snapshot
from streams.audit.whole_log import LogVerification

_SHOWN = 50


def plain_verification(found: LogVerification) -> dict[str, object]:
    """The answer of `audit verify`."""
    result = found.result
    return {
        "events": result.events,
        "verified": result.verified,
        "mismatches": [_plain_mismatch(each) for each in result.mismatches],
        "seconds": round(found.seconds, 3),
        "pending": [_plain_pending(each) for each in result.pending],
        "repeated": [str(position) for position in result.repeated],
        "dead_letters": [_plain_mismatch(each) for each in found.dead_letters],
        "under_checkpoints": found.covered,
    }


def _plain_mismatch(found: Mismatch) -> dict[str, object]:
    return {**dataclasses.asdict(found), "position": str(found.position)}


def _plain_pending(found: Pending) -> dict[str, object]:
    return {**dataclasses.asdict(found), "position": str(found.position)}


def verification_view(found: LogVerification) -> RenderableType:
    """The answer of `audit verify` for people."""
    result = found.result
    rate = result.events / found.seconds if found.seconds else 0.0
    parts: list[RenderableType] = []
    if result.mismatches:
        parts.append(_mismatch_table(result.mismatches[:_SHOWN]))
        if len(result.mismatches) > _SHOWN:
            parts.append(Text(f"and {len(result.mismatches) - _SHOWN} more; see all with --json"))
    told = f"{result.verified} of {result.events} events verified in {found.seconds:.2f} s"
    told += f" ({rate:,.0f} events/s)"
    parts.append(Text(told, style="bold red" if result.mismatches else "bold green"))
    notes = {
        "reactions still to come in deliveries under way": len(result.pending),
        "copies of users' events, which clients may send again": len(result.repeated),
        "records that are no events, set aside as dead letters": len(found.dead_letters),
        "records under a checkpoint": found.covered,
    }
    parts += [Text(f"{number} {what}") for what, number in notes.items() if number]
    return Group(*parts)


def _mismatch_table(mismatches: Sequence[Mismatch]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("what", "where", "event", "why"):
        table.add_column(heading, overflow="fold")
    for found in mismatches:
        event = f"{found.event_type or '?'} {found.event_id}"
        table.add_row(Text(found.kind, style="red"), str(found.position), event, Text(found.why))
    return table


def plain_record(record: RecordedEvent) -> dict[str, object]:
    """One event in an answer."""
    envelope = record.event.envelope
    return {
        "position": str(record.position),
        "event_id": envelope.event_id,
        "event_type": envelope.event_type,
        "service": record.service,
        "stream_version": envelope.stream_version,
        "occurred_at": envelope.occurred_at.isoformat(),
        "causation_id": envelope.causation_id,
        "actor": envelope.actor,
    }


def plain_snapshot(snapshot: Snapshot, as_of: str) -> dict[str, object]:
    """The answer of `audit replay`."""
    return {
        "delivery_id": snapshot.delivery_id,
        "as_of": as_of,
        "states": plain_states(snapshot.states),
        "timeline": [plain_record(record) for record in snapshot.timeline],
    }


def plain_states(states: Mapping[str, object]) -> dict[str, object]:
    """The state of each service as its decider keeps it."""
    return {
        name: dataclasses.asdict(state)
        for name, state in states.items()
        if dataclasses.is_dataclass(state) and not isinstance(state, type)
    }


def snapshot_view(snapshot: Snapshot, as_of: str) -> RenderableType:
    """The answer of `audit replay` for people."""
    states = Table(title=f"Delivery {snapshot.delivery_id} as of {as_of}", title_justify="left", box=None)
    for heading in ("service", "status", "attempt", "more"):
        states.add_column(heading)
    for name, state in plain_states(snapshot.states).items():
        values = dict(state) if isinstance(state, dict) else {}
        status, attempt = str(values.pop("status", "")), str(values.pop("attempt", ""))
        more = ", ".join(f"{key}={_short(value)}" for key, value in values.items() if value)
        states.add_row(name, Text(status, style="bold"), attempt, Text(more))
    timeline = Table(box=None)
    for heading in ("time", "event", "by", "where"):
        timeline.add_column(heading, no_wrap=True)
    for record in snapshot.timeline:
        envelope = record.event.envelope
        timeline.add_row(
            envelope.occurred_at.isoformat(timespec="milliseconds"),
            envelope.event_type,
            envelope.actor,
            str(record.position),
        )
    return Group(states, Text(""), timeline)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def tree_view(delivery_id: str, events: Sequence[CausedEvent]) -> RenderableType:
    """The tree of causes for people, with the time from cause to effect."""
    root = Tree(f"Delivery [bold]{delivery_id}[/]")
    branches = [root]
    for caused in events:
        envelope = caused.record.event.envelope
        label = Text(envelope.event_type, style="bold")
        since = f"+{caused.seconds:.3f} s" if caused.depth else envelope.occurred_at.isoformat()
        label.append(f"  {since}  {envelope.actor}  {caused.record.position}", style="not bold")
        del branches[caused.depth + 1 :]
        branches.append(branches[caused.depth].add(label))
    return root
