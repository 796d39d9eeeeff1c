"""The log as it stands in Kafka, read for an audit: by delivery, also where it is larger than memory."""

from __future__ import annotations

import marshal
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from connectors.kafka.dead_letters import standing_letters
from connectors.kafka.log import LogRecord, read_log
from connectors.kafka.position import Position
from schemas.codec import Codec
from schemas.errors import BadInputError, DecodeError
from schemas.topics import EVENT_TOPICS
from streams.agents.registry import DECIDERS
from streams.audit.findings import Mismatch, mismatch
from streams.audit.history import RecordedEvent
from streams.core.acceptance import check_origin

# Records take more than twice their values' bytes. With so small a limit memory grew by 12 % from 50,000
# events to 150,000; writing a larger log to files takes 4 µs an event.
MEMORY_BYTES = 4 * 1024 * 1024
_BUCKETS = 64
_FILE_BUFFER_BYTES = 32 * 1024
_LENGTH_BYTES = 4
_EVENT_ID_LENGTH_AT = 5
_TYPE_LENGTH_AT = 42
_UUID_LENGTH_BYTE = 72
_MORE_BYTES = 128


@dataclass(slots=True)
class Recorded:
    """Some records of the log, decoded.

    Attributes:
        undecodable: a finding for each record that is no event; what its headers tell of it is not
            in it, see `streams.audit.undecodable`.
    """

    events: list[RecordedEvent] = field(default_factory=list)
    undecodable: list[Mismatch] = field(default_factory=list)


def dead_letter_positions(brokers: str) -> frozenset[Position]:
    """Positions of all records that have a dead letter.

    Raises:
        SetupError: the broker cannot be reached, or a topic is missing.
    """
    return frozenset(letter.record for letter in standing_letters(brokers))


def read_delivery(brokers: str, codec: Codec, delivery_id: str) -> list[RecordedEvent]:
    """All events of one delivery; records that do not decode are left out.

    Raises:
        SetupError: the broker cannot be reached, or a topic is missing.
        BadInputError: the log has no event of the delivery.
    """
    key = delivery_id.encode()
    records = (record for record in read_log(brokers, EVENT_TOPICS) if record.key == key)
    events = [
        event for event in decode(records, codec).events if event.event.envelope.delivery_id == delivery_id
    ]
    if not events:
        raise BadInputError(
            f"Reading the delivery {delivery_id[:80]}",
            why="no event in the log belongs to it",
            todo="List the deliveries with: streamwright query deliveries",
        )
    return events


def decode(records: Iterable[LogRecord], codec: Codec) -> Recorded:
    """The records as events, and a finding for each that is none."""
    found = Recorded()
    for record in records:
        key = (record.key or b"").decode(errors="replace")
        try:
            event = codec.decode(record.value or b"")
        except DecodeError as error:
            found.undecodable.append(_undecodable(record, key, str(error)))
        else:
            found.events.append(RecordedEvent(record.position, key, event))
    return found


def without_forged(
    events: Iterable[RecordedEvent], set_aside: Set[Position]
) -> tuple[list[RecordedEvent], list[Mismatch]]:
    """The events without those that somebody else than a service has made and no service took for its
    own: they have a dead letter. Gives a finding for each of these.
    """
    kept: list[RecordedEvent] = []
    forged: list[Mismatch] = []
    for record in events:
        try:
            if record.position in set_aside:
                check_origin(record.position, record.event, DECIDERS)
        except DecodeError as error:
            forged.append(mismatch("foreign", record, error.why))
        else:
            kept.append(record)
    return kept, forged


def _undecodable(record: LogRecord, key: str, why: str) -> Mismatch:
    return Mismatch(
        kind="undecodable",
        position=record.position,
        delivery_id=key[:80],
        event_id="",
        event_type="",
        service="",
        why=why,
    )


def whole_deliveries(
    records: Iterable[LogRecord], codec: Codec, *, memory_bytes: int = MEMORY_BYTES
) -> Iterator[list[LogRecord]]:
    """All records in parts, each part holding whole deliveries, in order in each partition.

    A log of up to `memory_bytes` is one part. A larger one is first split by delivery into files in
    the folder for temporary files, which needs as much disk space as the log has bytes.
    """
    held: list[LogRecord] = []
    size = 0
    incoming = iter(records)
    for record in incoming:
        held.append(record)
        size += len(record.value or b"")
        if size > memory_bytes:
            yield from _split(held, incoming, codec)
            return
    yield held


def _split(held: list[LogRecord], incoming: Iterator[LogRecord], codec: Codec) -> Iterator[list[LogRecord]]:
    with tempfile.TemporaryDirectory(prefix="audit-") as folder:
        paths = [Path(folder) / str(number) for number in range(_BUCKETS)]
        files = [path.open("wb", buffering=_FILE_BUFFER_BYTES) for path in paths]
        try:
            for record in held:
                _write(record, files, codec)
            held.clear()
            for record in incoming:
                _write(record, files, codec)
        finally:
            for file in files:
                file.close()
        for path in paths:
            yield list(_read(path))
            path.unlink()


def delivery_of(record: LogRecord, codec: Codec) -> str:
    """The delivery that a record belongs to; by its key where it is no event."""
    value = record.value or b""
    found = _delivery_at_its_place(value)
    if found is not None and found == record.key:
        return found.decode()
    try:
        return codec.decode_envelope(value).delivery_id
    except DecodeError:
        return (record.key or b"").decode(errors="replace")


def _delivery_at_its_place(value: bytes) -> bytes | None:
    """The bytes of the delivery id, read without decoding: the envelope's first fields come first.

    They are event id, event type, schema version and delivery id; a text's length and a small number
    are one byte each, twice their value.
    """
    if len(value) < _TYPE_LENGTH_AT + 1 or value[_EVENT_ID_LENGTH_AT] != _UUID_LENGTH_BYTE:
        return None
    place = _TYPE_LENGTH_AT + 1 + value[_TYPE_LENGTH_AT] // 2 + 1
    if value[_TYPE_LENGTH_AT] >= _MORE_BYTES or value[place - 1 : place] >= bytes((_MORE_BYTES,)):
        return None
    if value[place : place + 1] != bytes((_UUID_LENGTH_BYTE,)):
        return None
    return value[place + 1 : place + 37]


def by_delivery_of(records: Iterable[LogRecord], codec: Codec) -> list[list[LogRecord]]:
    """The records of each delivery, in the order given."""
    found: dict[str, list[LogRecord]] = {}
    for record in records:
        found.setdefault(delivery_of(record, codec), []).append(record)
    return list(found.values())


def _write(record: LogRecord, files: list[BinaryIO], codec: Codec) -> None:
    delivery = delivery_of(record, codec).encode()
    data = marshal.dumps(tuple(record))
    files[zlib.crc32(delivery) % len(files)].write(len(data).to_bytes(_LENGTH_BYTES, "big") + data)


def _read(path: Path) -> Iterator[LogRecord]:
    # Written by this process into a folder of its own a moment ago.
    data = memoryview(path.read_bytes())
    while data:
        end = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "big")
        yield LogRecord._make(marshal.loads(data[_LENGTH_BYTES:end]))
        data = data[end:]
