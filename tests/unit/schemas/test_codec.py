from __future__ import annotations

import dataclasses
import io
import struct
from datetime import UTC, datetime
from functools import cache
from types import UnionType
from typing import Annotated, Literal, get_args, get_origin, get_type_hints

import fastavro
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.catalogue import BY_NAME, EVENT_TYPES, EventType, type_of
from schemas.codec import Codec, to_plain
from schemas.envelope import Envelope, Event
from schemas.errors import DecodeError
from schemas.events.requirement import RequirementSubmitted
from schemas.registry import parsed_schema

LONG = st.integers(-(2**63), 2**63 - 1)
# Microseconds since the epoch have to fit into 64 bits, which they do for all years of datetime.
MOMENTS = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

PRIMITIVES: dict[object, st.SearchStrategy[object]] = {
    bool: st.booleans(),
    int: LONG,
    float: st.floats(allow_nan=False),
    str: TEXT,
    datetime: MOMENTS,
}


@cache
def values_of(hint: object) -> st.SearchStrategy[object]:
    """Values of a type of the schemas, small enough for records with many parts."""
    if hint in PRIMITIVES:
        return PRIMITIVES[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return values_of(arguments[0])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(st.deferred(lambda: values_of(arguments[0])), max_size=2).map(tuple)
    if origin is UnionType:
        return st.one_of([st.none() if each is type(None) else values_of(each) for each in arguments])
    assert isinstance(hint, type), hint
    hints = get_type_hints(hint, include_extras=True)
    return st.builds(hint, **{name: values_of(each) for name, each in hints.items()})


@st.composite
def envelopes(draw: st.DrawFn, event_type: EventType) -> Envelope:
    return Envelope(
        event_id=str(draw(st.uuids())),
        event_type=event_type.name,
        schema_version=event_type.version,
        delivery_id=str(draw(st.uuids())),
        stream_id=draw(TEXT),
        stream_version=draw(LONG),
        correlation_id=draw(TEXT),
        causation_id=draw(TEXT),
        occurred_at=draw(MOMENTS),
        actor=draw(TEXT),
        traceparent=draw(TEXT),
    )


def events_of(event_type: EventType) -> st.SearchStrategy[Event]:
    return st.builds(Event, envelope=envelopes(event_type), payload=values_of(event_type.payload))


EVENTS = st.sampled_from(EVENT_TYPES).flatmap(events_of)


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=lambda event_type: event_type.name)
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_given_any_event_of_a_type_when_encoded_and_decoded_then_it_is_the_same(
    event_type: EventType, data: st.DataObject
) -> None:
    event = data.draw(events_of(event_type))

    encoded = Codec().encode(event)

    assert Codec().decode(encoded) == event
    assert Codec().decode_envelope(encoded) == event.envelope
    assert encoded[:5] == struct.pack(">bI", 0, event_type.schema_id)


@given(EVENTS)
@quick
def test_given_any_event_when_encoded_then_the_bytes_are_those_of_its_schema(event: Event) -> None:
    kind = type_of(event.payload)
    record = {"envelope": to_plain(event.envelope), **to_plain(event.payload)}
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, parsed_schema(kind.name, kind.version), record)

    assert Codec().encode(event)[5:] == buffer.getvalue()


@given(st.binary(max_size=400))
@quick
def test_given_random_bytes_when_decoded_then_only_decode_errors_come(data: bytes) -> None:
    with pytest.raises(DecodeError):
        Codec().decode(data)


@given(st.sampled_from(EVENT_TYPES), st.binary(max_size=400))
@quick
def test_given_random_bytes_after_a_true_header_when_decoded_then_only_decode_errors_come(
    event_type: EventType, data: bytes
) -> None:
    with pytest.raises(DecodeError):
        Codec().decode(struct.pack(">bI", 0, event_type.schema_id) + data)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """The bytes of an event with some changed, cut off, inserted or repeated."""
    data = bytearray(Codec().encode(draw(EVENTS)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(("change", "cut", "insert", "repeat"))):
            case "change":
                data[place : place + 1] = draw(st.binary(min_size=1, max_size=1))
            case "cut":
                del data[place : place + draw(st.integers(1, 50))]
            case "insert":
                data[place:place] = draw(st.binary(min_size=1, max_size=20))
            case "repeat":
                data[place:place] = data[place : place + draw(st.integers(1, 50))]
    return bytes(data)


@given(mutated())
@settings(quick, max_examples=600)
def test_given_mutated_bytes_when_decoded_then_an_event_or_a_decode_error_comes(data: bytes) -> None:
    for decode in (Codec().decode, Codec().decode_envelope):
        try:
            decode(data)
        except DecodeError as error:
            assert error.why
            assert error.todo


@given(EVENTS, st.integers(1, 20))
@quick
def test_given_bytes_left_over_when_decoded_then_it_is_refused(event: Event, more: int) -> None:
    with pytest.raises(DecodeError, match=r"left over|do not fit"):
        Codec().decode(Codec().encode(event) + b"\x00" * more)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"event_id": "7"}, "event_id '7' is not a UUID"),
        ({"delivery_id": "g" * 36}, "is not a UUID"),
        ({"event_type": "RetryRequested"}, "the schema id means RequirementSubmitted"),
        ({"schema_version": 1}, "schema_version is 1 but the schema id means 2"),
    ],
)
def test_given_an_envelope_that_is_wrong_when_decoded_then_it_is_told(
    changes: dict[str, object], told: str
) -> None:
    event = submitted(RequirementSubmitted(requirement="Members borrow books"), 2)
    wrong = dataclasses.replace(event.envelope, **changes)  # type: ignore[arg-type]

    with pytest.raises(DecodeError, match=told):
        Codec().decode(Codec().encode(dataclasses.replace(event, envelope=wrong)))


def test_given_a_value_that_the_type_does_not_have_when_decoded_then_it_is_refused() -> None:
    event = submitted(RequirementSubmitted(requirement="x", format="latin"), 2)  # type: ignore[arg-type]

    with pytest.raises(DecodeError, match="a value is not allowed"):
        Codec().decode(Codec().encode(event))


def submitted(payload: RequirementSubmitted, version: int) -> Event:
    envelope = Envelope(
        event_id="11111111-1111-4111-8111-111111111111",
        event_type="RequirementSubmitted",
        schema_version=version,
        delivery_id="22222222-2222-4222-8222-222222222222",
        stream_id="user:22222222-2222-4222-8222-222222222222",
        stream_version=0,
        correlation_id="11111111-1111-4111-8111-111111111111",
        causation_id="",
        occurred_at=datetime(2026, 1, 31, 10, tzinfo=UTC),
        actor="user:ada",
    )
    return Event(envelope=envelope, payload=payload)


def version_1(requirement: str) -> bytes:
    """The bytes that a client with version 1 of the schema writes."""
    buffer = io.BytesIO(struct.pack(">bI", 0, BY_NAME["RequirementSubmitted"].schema_ids[0]))
    buffer.seek(0, io.SEEK_END)
    event = submitted(RequirementSubmitted(requirement=requirement), 1)
    record = {"envelope": to_plain(event.envelope), "requirement": requirement, "submitted_by": "ada"}
    fastavro.schemaless_writer(buffer, parsed_schema("RequirementSubmitted", 1), record)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("requirement", "told"),
    [('{"name": "Books"}', "json"), ("  [1]", "json"), ("Members borrow books", "text"), ("", "text")],
)
def test_given_a_version_1_requirement_when_decoded_then_it_is_brought_to_the_current_version(
    requirement: str, told: str
) -> None:
    event = Codec().decode(version_1(requirement))

    assert event.payload == RequirementSubmitted(
        requirement=requirement,
        format=told,  # type: ignore[arg-type]
        submitted_by="ada",
    )
    assert event.envelope.schema_version == 1
