"""What a what-if tells, as JSON-like values and for people."""

from __future__ import annotations

import dataclasses
from collections import Counter

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from streams.audit.what_if.decisions import ChangedDecision, DecisionReplay
from streams.audit.what_if.engines import ChangedResult, EngineReplay

_SHOWN = 50
_NOTHING = "(nothing)"


def plain_decisions(agent: str, candidate: str, found: DecisionReplay) -> dict[str, object]:
    """The answer of `audit what-if`."""
    return {
        "agent": agent,
        "candidate": candidate,
        "deliveries": found.deliveries,
        "decisions": found.decisions,
        "unknown": found.unknown,
        "counts": dict(Counter(each.kind for each in found.changes)),
        "changes": [{**dataclasses.asdict(each), "position": str(each.position)} for each in found.changes],
    }


def decisions_view(agent: str, candidate: str, found: DecisionReplay) -> RenderableType:
    """The answer of `audit what-if` for people: each change as recorded (-) and as it would be (+)."""
    table = _table("delivery", "upon", "what", "decision", "why")
    for each in found.changes[:_SHOWN]:
        where = f"{each.upon}\n{each.position}"
        table.add_row(each.delivery_id, where, f"{each.kind}", _diff(each), Text(each.why))
    told = f"{len(found.changes)} of {found.decisions} decisions of {agent} in {found.deliveries} deliveries"
    notes = [Text(f"{told} would change with version {candidate}", style=_style(bool(found.changes)))]
    notes += [Text(f"{number} {kind}") for kind, number in Counter(c.kind for c in found.changes).items()]
    if found.unknown:
        notes.append(Text(f"{found.unknown} events could not be asked for: the log is faulty, or the state"))
    return _grouped(table, len(found.changes), notes)


def _diff(change: ChangedDecision) -> Text:
    text = Text()
    text.append("\n".join(f"- {name}" for name in change.recorded or (_NOTHING,)), style="red")
    text.append("\n")
    text.append("\n".join(f"+ {name}" for name in change.candidate or (_NOTHING,)), style="green")
    return text


def plain_results(agent: str, found: EngineReplay, *, with_diff: bool) -> dict[str, object]:
    """The answer of `audit what-if --engine`."""
    return {
        "agent": agent,
        "deliveries": found.deliveries,
        "results": found.results,
        "not_compared": found.not_compared,
        "counts": dict(Counter(file.status for each in found.changes for file in each.files)),
        "changes": [_plain_result(each, with_diff=with_diff) for each in found.changes],
    }


def _plain_result(change: ChangedResult, *, with_diff: bool) -> dict[str, object]:
    files = [dataclasses.asdict(file) for file in change.files]
    for file in files:
        if not with_diff:
            del file["diff"]
    return {**dataclasses.asdict(change), "position": str(change.position), "files": files}


def results_view(agent: str, found: EngineReplay, *, with_diff: bool) -> RenderableType:
    """The answer of `audit what-if --engine` for people."""
    table = _table("delivery", "result", "engine", "files")
    for each in found.changes[:_SHOWN]:
        files = Text("\n".join(f"{file.status} {file.path}" for file in each.files))
        table.add_row(each.delivery_id, f"{each.event_type}\n{each.position}", each.engine, files)
    told = f"{len(found.changes)} of {found.results} results of {agent} in {found.deliveries} deliveries"
    notes = [Text(f"{told} would change with the present engine", style=_style(bool(found.changes)))]
    if found.not_compared:
        notes.append(Text(f"{found.not_compared} results could not be compared: failures, or erased texts"))
    if with_diff:
        diffs = [Text(file.diff + "\n") for each in found.changes[:_SHOWN] for file in each.files]
        return _grouped(table, len(found.changes), [*diffs, *notes])
    return _grouped(table, len(found.changes), notes)


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _grouped(table: Table, changes: int, notes: list[Text]) -> Group:
    parts: list[RenderableType] = [table] if changes else []
    if changes > _SHOWN:
        parts.append(Text(f"and {changes - _SHOWN} more; see all with --json"))
    return Group(*parts, *notes)


def _style(is_changed: bool) -> str:
    return "bold yellow" if is_changed else "bold green"
