"""Verifying the whole log of a broker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, replace

from connectors.kafka.log import LogRecord, read_log
from connectors.kafka.position import Position
from schemas.codec import Codec
from schemas.topics import DEAD_LETTER_SUFFIX, EVENT_TOPICS
from streams.audit.checkpoints.checking import CheckpointCheck
from streams.audit.findings import Mismatch, Verification, total
from streams.audit.recorded_log import (
    MEMORY_BYTES,
    by_delivery_of,
    dead_letter_positions,
    decode,
    delivery_of,
    whole_deliveries,
    without_forged,
)
from streams.audit.undecodable import with_told_names
from streams.audit.verify import verify_delivery


@dataclass(frozen=True, slots=True)
class LogVerification:
    """Result of verifying the whole log.

    Attributes:
        dead_letters: records that are no events, or none of the service that they name, and were set
            aside as such when they came.
        seconds: time of reading and verifying.
        covered: records that checkpoints vouch for.
    """

    result: Verification
    dead_letters: tuple[Mismatch, ...]
    seconds: float
    covered: int = 0


def verify_log(
    brokers: str,
    codec: Codec,
    *,
    delivery_id: str = "",
    memory_bytes: int = MEMORY_BYTES,
    on_read: Callable[[int], None] = lambda _: None,
    checkpoints: CheckpointCheck | None = None,
) -> LogVerification:
    """Verify all committed records of all topics, or those of one delivery.

    Topics are read side by side while agents may be writing, so that an effect can have been read
    and its cause not yet. A mismatch therefore counts only where a second look finds it again.

    Args:
        delivery_id: '' for all.
        on_read: is told the number of records read so far, now and then.
        checkpoints: the log is checked against them, too.

    Raises:
        SetupError: the broker cannot be reached, or a topic is missing.
    """
    began = time.monotonic()
    # Only checkpoints vouch for headers.
    log = read_log(brokers, EVENT_TOPICS, with_headers=checkpoints is not None)
    records: Iterable[LogRecord] = _counted(log, on_read)
    if checkpoints is not None:
        records = checkpoints.watched(records)
    if delivery_id:
        records = (record for record in records if delivery_of(record, codec) == delivery_id)
    result, dead = _verified(brokers, records, codec, memory_bytes)
    if result.mismatches:
        suspects = {found.delivery_id for found in result.mismatches}
        log = read_log(brokers, EVENT_TOPICS, with_headers=False)
        again = (record for record in log if delivery_of(record, codec) in suspects)
        second, _ = _verified(brokers, again, codec, memory_bytes)
        result = confirmed(result, second)
        result = replace(result, mismatches=with_told_names(brokers, result.mismatches))
    dead = with_told_names(brokers, dead)
    tampered = checkpoints.findings(brokers) if checkpoints is not None else []
    covered = checkpoints.covered if checkpoints is not None else 0
    return LogVerification(_with(result, tampered), dead, time.monotonic() - began, covered)


def _with(result: Verification, tampered: list[Mismatch]) -> Verification:
    """The result with what differs from checkpoints; records that stand there are not verified."""
    if not tampered:
        return result
    known = {found.position for found in result.mismatches}
    gone = ("dropped_since_checkpoint", "invalid_checkpoint")
    faulty = {each.position for each in tampered if each.kind not in gone and each.position not in known}
    events = sum(not position.topic.endswith(DEAD_LETTER_SUFFIX) for position in faulty)
    mismatches = sorted([*result.mismatches, *tampered], key=lambda found: found.position)
    return replace(result, mismatches=tuple(mismatches), verified=result.verified - events)


def confirmed(first: Verification, second: Verification) -> Verification:
    """The first result without the mismatches that a second look does not find."""
    persisting = {(found.kind, found.position) for found in second.mismatches}
    kept = tuple(found for found in first.mismatches if (found.kind, found.position) in persisting)
    settled = {found.position for found in first.mismatches} - {found.position for found in kept}
    return replace(first, mismatches=kept, verified=first.verified + len(settled))


def _verified(
    brokers: str, records: Iterable[LogRecord], codec: Codec, memory_bytes: int
) -> tuple[Verification, tuple[Mismatch, ...]]:
    dead: list[Mismatch] = []
    parts = whole_deliveries(records, codec, memory_bytes=memory_bytes)
    return total(_results(brokers, parts, codec, dead)), tuple(dead)


def _results(
    brokers: str, parts: Iterable[list[LogRecord]], codec: Codec, dead: list[Mismatch]
) -> Iterator[Verification]:
    """The result of each delivery; records that were set aside are added to `dead`."""
    set_aside: Set[Position] | None = None
    for part in parts:
        # Read after the events, so that a record which came meanwhile can have its dead letter.
        set_aside = dead_letter_positions(brokers) if set_aside is None else set_aside
        for raw in by_delivery_of(part, codec):
            # Decoded one delivery at a time, which keeps memory small and the collector idle.
            delivery = decode(raw, codec)
            kept, forged = without_forged(delivery.events, set_aside)
            if kept:
                yield verify_delivery(kept, set_aside=set_aside)
            if delivery.undecodable or forged:
                known = [found for found in delivery.undecodable if found.position in set_aside] + forged
                wrong = tuple(found for found in delivery.undecodable if found.position not in set_aside)
                dead.extend(known)
                yield Verification(len(known) + len(wrong), len(known), wrong)


def _counted(records: Iterable[LogRecord], on_read: Callable[[int], None]) -> Iterator[LogRecord]:
    for number, record in enumerate(records, start=1):
        if number % 5_000 == 0:
            on_read(number)
        yield record
