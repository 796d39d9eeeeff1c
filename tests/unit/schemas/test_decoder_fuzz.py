"""Everything that reads bytes of others gives an answer or the one error that it names, in little memory."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connectors.kafka.dead_letters import StandingLetter, letter_in
from connectors.kafka.log import LogRecord
from deploy.faults.checker.wire import read_event
from projections.batch import batch_of
from projections.reading import RawRecord, Reader
from schemas.catalogue import EVENT_TYPES
from schemas.codec import Codec
from schemas.errors import DecodeError
from tests.unit.schemas.test_codec import EVENTS, mutated

fuzz = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
READER = Reader()
MEGABYTE = 1024 * 1024


def length(number: int) -> bytes:
    """An Avro long."""
    left, told = ((number << 1) ^ (number >> 63)) & (2**64 - 1), bytearray()
    while left > 127:
        told.append(left & 127 | 128)
        left >>= 7
    told.append(left)
    return bytes(told)


LENGTHS = st.sampled_from(
    [length(number) for number in (-1, -5, 2**31, 2**60, 2**63 - 1, -(2**60), -(2**63))]
    + [b"\xff" * 9, b"\xff" * 30, b"\x80" * 2000]
)


@st.composite
def claiming(draw: st.DrawFn) -> bytes:
    """The bytes of an event in which one byte, as of a length, claims something vast."""
    data = Codec().encode(draw(EVENTS))
    place = draw(st.integers(5, len(data) - 1))
    return data[:place] + draw(LENGTHS) + data[place + 1 :]


@st.composite
def headed(draw: st.DrawFn) -> bytes:
    """Any bytes behind the wire header of an event type."""
    event_type = draw(st.sampled_from(EVENT_TYPES))
    return struct.pack(">bI", 0, draw(st.sampled_from(event_type.schema_ids))) + draw(st.binary(max_size=600))


BYTES = st.binary(max_size=600) | headed() | mutated() | claiming()


def project(data: bytes) -> object:
    batch = batch_of([RawRecord("requirement-events", 0, 0, b"key", data, 2**62)], READER)
    assert len(batch.timeline) + len(batch.skipped) == 1
    return batch


def read(data: bytes) -> object:
    return READER.read(RawRecord("feature-events", 0, 0, b"key", data, 0))


READERS: dict[str, tuple[Callable[[bytes], object], type[Exception] | tuple[()]]] = {
    "codec": (Codec().decode, DecodeError),
    "envelope": (Codec().decode_envelope, DecodeError),
    "writer's schema": (Codec().writer_schema, DecodeError),
    "projections": (read, DecodeError),
    "projector": (project, ()),
    "checker": (lambda data: read_event("requirement-events", 0, 0, b"key", data), ValueError),
}


@pytest.mark.parametrize("name", sorted(READERS))
@given(data=BYTES)
@example(b"")
@example(b"\0")
@example(b"\0\0\0\0")
@fuzz
def test_given_any_bytes_when_read_then_an_answer_or_the_one_error_comes(name: str, data: bytes) -> None:
    reader, error = READERS[name]
    try:
        reader(data)
    except error as refused:
        assert str(refused)


@pytest.mark.parametrize("name", sorted(READERS))
@given(data=claiming())
@settings(fuzz, max_examples=25)
def test_given_vast_lengths_when_read_then_memory_stays_small(name: str, data: bytes) -> None:
    reader, error = READERS[name]
    tracemalloc.start()
    try:
        reader(data)
    except error:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 10 * MEGABYTE


TEXTS = st.text(max_size=12) | st.sampled_from(["requirement-events", "0", "9" * 5_000, "-1", "٣", "\ud800"])
LETTER_HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [f"dlq.{name}" for name in ("topic", "partition", "offset", "reason", "left_out", "x")]
        )
        | TEXTS,
        st.binary(max_size=12) | TEXTS.map(lambda text: text.encode(errors="replace")),
    ),
    max_size=9,
).map(tuple)


@given(LETTER_HEADERS, st.none() | st.binary(max_size=20), st.none() | st.binary(max_size=20))
@fuzz
def test_given_any_record_in_a_dead_letter_topic_when_read_then_it_is_a_letter_or_none(
    headers: tuple[tuple[str, bytes], ...], key: bytes | None, value: bytes | None
) -> None:
    letter = letter_in(LogRecord("requirement-events.dlq", 0, 3, key, value, headers, 2**62))

    assert letter is None or (isinstance(letter, StandingLetter) and letter.value == value)
