from __future__ import annotations

import dataclasses

import pytest

from streams.core.dead_letter import DeadLetter, record_of

LETTER = DeadLetter(
    service="delivery-saga",
    topic="requirement-events",
    partition=1,
    offset=7,
    key=b"\xff\x00",
    value=b"\x00\x01\xfe",
    headers=(("a", b"1"), ("a", b"\xff"), ("", b"")),
    reason="it is no event \ud800",
    stack="Traceback",
)
TOPIC_BYTES = 16 * 1024 * 1024


def size_of(letter: DeadLetter) -> int:
    key, value, headers = record_of(letter.to_bytes())
    return len(key or b"") + len(value or b"") + sum(len(name) + len(data) for name, data in headers)


def test_given_any_bytes_when_written_for_the_outbox_and_read_then_they_are_the_same() -> None:
    key, value, headers = record_of(LETTER.to_bytes())

    assert (key, value) == (LETTER.key, LETTER.value)
    assert headers[:3] == [("a", b"1"), ("a", b"\xff"), ("", b"")]
    told = dict(headers[3:])
    assert told["dlq.reason"] == b"it is no event ?"
    assert (told["dlq.topic"], told["dlq.offset"]) == (b"requirement-events", b"7")


@pytest.mark.parametrize("value", [None, b""])
def test_given_no_value_or_an_empty_one_when_written_and_read_then_they_stay_apart(
    value: bytes | None,
) -> None:
    assert record_of(dataclasses.replace(LETTER, value=value).to_bytes())[1] == value


@pytest.mark.parametrize(
    ("changes", "left_out"),
    [
        ({"value": b"v" * TOPIC_BYTES}, b"value"),
        ({"key": b"k" * TOPIC_BYTES}, b"key"),
        ({"headers": (("h", b"h" * TOPIC_BYTES),)}, b"key"),
        ({"value": b"v" * TOPIC_BYTES, "key": b"k" * 1_000_000}, b"value key"),
        ({"reason": "r" * TOPIC_BYTES, "stack": "s" * TOPIC_BYTES}, None),
    ],
)
def test_given_a_record_as_large_as_a_topic_takes_when_written_then_its_letter_fits_as_well(
    changes: dict[str, object], left_out: bytes | None
) -> None:
    letter = dataclasses.replace(LETTER, **changes)  # type: ignore[arg-type]

    assert size_of(letter) < TOPIC_BYTES - 100_000
    assert dict(record_of(letter.to_bytes())[2]).get("dlq.left_out") == left_out
