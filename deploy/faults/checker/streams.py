"""Every event once, in order, and the same in log, stores and timeline."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from deploy.faults.checker.evidence import Evidence, Findings, LoggedEvent, TimelineRow

# Topics that each service reads.
READS: dict[str, tuple[str, ...]] = {
    "business-analyzer": ("requirement-events", "compensation-events"),
    "backend-developer": ("feature-events", "compensation-events"),
    "frontend-developer": ("feature-events", "compensation-events"),
    "testing-engineer": ("feature-events", "compensation-events"),
    "deployment": ("test-events", "compensation-events"),
    "delivery-saga": (
        "requirement-events",
        "feature-events",
        "test-events",
        "build-events",
        "compensation-events",
        "outcome-events",
    ),
}


def check_log(evidence: Evidence) -> Findings:
    """Event ids, stream versions, keys, causes and the order of the log itself."""
    found = Findings()
    found.wrong_state += [f"unreadable record {told}" for told in evidence.unreadable]
    if evidence.dead_letters:
        found.wrong_state.append(f"{evidence.dead_letters} dead letters")
    ids = Counter(event.event_id for event in evidence.log)
    found.duplicated += [f"event {event_id} is in the log {n} times" for event_id, n in ids.items() if n > 1]
    found.missing += [
        f"acknowledged event {each} is not in the log" for each in evidence.published if each not in ids
    ]
    _check_causes(evidence.log, found)
    _check_places(evidence.log, found)
    by_stream: dict[str, list[LoggedEvent]] = defaultdict(list)
    for event in evidence.log:
        if event.version > 0:
            by_stream[event.stream].append(event)
    for stream, events in by_stream.items():
        _check_stream(stream, events, found)
    return found


def _check_causes(log: Sequence[LoggedEvent], found: Findings) -> None:
    """What an event follows is there, and where both are in one partition, before it."""
    by_id = {event.event_id: event for event in log}
    for event in log:
        if not event.cause:
            continue
        cause = by_id.get(event.cause)
        if cause is None:
            found.missing.append(f"the cause {event.cause} of {event} is not in the log")
        elif (cause.topic, cause.partition) == (event.topic, event.partition) and cause.offset > event.offset:
            found.out_of_order.append(f"{event} stands before its cause {cause.position}")


def _check_places(log: Sequence[LoggedEvent], found: Findings) -> None:
    partition_of: dict[tuple[str, str], int] = {}
    for event in log:
        if event.key != event.delivery:
            found.wrong_state.append(f"{event} has the key {event.key}")
        if partition_of.setdefault((event.topic, event.delivery), event.partition) != event.partition:
            found.out_of_order.append(f"{event} is in another partition than its delivery")


def _check_stream(stream: str, events: Sequence[LoggedEvent], found: Findings) -> None:
    versions = Counter(event.version for event in events)
    found.duplicated += [f"{stream} has {n} events of version {v}" for v, n in versions.items() if n > 1]
    absent = set(range(1, max(versions) + 1)) - versions.keys()
    found.missing += [f"{stream} has no event of version {version}" for version in sorted(absent)]
    by_place: dict[tuple[str, int], list[LoggedEvent]] = defaultdict(list)
    for event in sorted(events, key=lambda each: each.offset):
        by_place[event.topic, event.partition].append(event)
    for ordered in by_place.values():
        found.out_of_order += [
            f"{after} stands behind version {before.version}"
            for before, after in pairwise(ordered)
            if after.version < before.version
        ]


def check_stores(evidence: Evidence) -> Findings:
    """Stores and log hold the same; nothing waits in a queue or is unread."""
    found = Findings()
    logged = {(event.stream, event.version): event for event in evidence.log if event.version > 0}
    stored = Counter((f"{row.service}:{row.delivery}", row.version) for row in evidence.stores)
    found.duplicated += [f"{key} is stored {n} times" for key, n in stored.items() if n > 1]
    for row in evidence.stores:
        event = logged.get((f"{row.service}:{row.delivery}", row.version))
        if event is None:
            place = f"version {row.version} of {row.service}:{row.delivery}"
            found.missing.append(f"{place} is stored but not in the log")
        elif (event.topic, event.digest) != (row.topic, row.digest):
            found.wrong_state.append(f"{event} differs from what is stored")
    found.missing += [f"{logged[key]} is not stored" for key in logged.keys() - stored.keys()]
    for service, waiting in evidence.work.items():
        found.missing += [f"a piece of work of {service} is not done"] * waiting
    found.missing += _unread(evidence)
    return found


def _unread(evidence: Evidence) -> Iterator[str]:
    for event in evidence.log:
        for service, topics in READS.items():
            if event.topic in topics:
                position = evidence.positions.get((service, event.topic, event.partition), 0)
                if event.offset >= position:
                    yield f"{service} has not read {event}"


def check_timeline(evidence: Evidence) -> Findings:
    """The timeline has each event of the log, and nothing else."""
    found = Findings()
    found.wrong_state += [f"the projector skipped {each}" for each in evidence.read_models.skipped]
    ids = Counter(row.event_id for row in evidence.read_models.timeline)
    in_log = Counter(event.event_id for event in evidence.log)
    found.duplicated += [
        f"event {event_id} is in the timeline {n} times"
        for event_id, n in ids.items()
        if n > in_log[event_id] > 0
    ]
    rows = {(row.topic, row.partition, row.offset): row for row in evidence.read_models.timeline}
    events = {(event.topic, event.partition, event.offset): event for event in evidence.log}
    found.missing += [f"{events[key]} is not in the timeline" for key in events.keys() - rows.keys()]
    found.wrong_state += [f"{rows[key]} is not in the log" for key in rows.keys() - events.keys()]
    found.wrong_state += [
        f"{events[key]} differs from its row in the timeline"
        for key in events.keys() & rows.keys()
        if not _same(events[key], rows[key])
    ]
    return found


def _same(event: LoggedEvent, row: TimelineRow) -> bool:
    logged = (event.event_id, event.event_type, event.delivery, event.stream, event.version)
    return logged == (row.event_id, row.event_type, row.delivery, row.stream, row.version)
