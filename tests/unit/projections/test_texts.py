"""Cursors, resume points, entity tags and COPY text: what goes in comes out, and nothing else gets in."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.api.cursors import CursorValue, decode_cursor, encode_cursor
from projections.api.etags import is_matched
from projections.api.live_routes import merged_by_time
from projections.api.problems import ProblemError
from projections.api.resume_point import decode_point, encode_point
from projections.copy_text import copy_text
from projections.models.table import Json
from schemas.topics import EVENT_TOPICS

TIMES = st.datetimes(timezones=st.just(UTC))
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
VECTORS = st.dictionaries(
    st.tuples(st.sampled_from(EVENT_TOPICS), st.integers(0, 999)), st.integers(0, 2**40), max_size=30
)


@given(time=TIMES, text=TEXTS, number=st.integers(-(2**63) + 1, 2**63 - 1))
def test_given_a_cursor_when_decoded_then_its_values_come_back(
    time: datetime, text: str, number: int
) -> None:
    values: list[CursorValue] = [time, text, number]
    assert decode_cursor(encode_cursor("-name", values), "-name", [datetime, str, int]) == values


@given(cursor=st.one_of(st.text(max_size=60), TEXTS.map(lambda text: encode_cursor("name", [text, 1]))))
def test_given_what_is_no_cursor_of_this_list_when_decoded_then_it_is_refused(cursor: str) -> None:
    with pytest.raises(ProblemError) as refused:
        decode_cursor(cursor, "-name", [str, int])
    assert refused.value.status == 400


@given(vector=VECTORS)
def test_given_a_resume_point_when_decoded_then_every_partition_comes_back(
    vector: dict[tuple[str, int], int],
) -> None:
    assert decode_point(encode_point(vector)) == vector


@given(text=st.one_of(st.text(max_size=40), st.binary(max_size=40).map(bytes.hex)))
def test_given_what_is_no_resume_point_when_decoded_then_it_is_refused(text: str) -> None:
    try:
        decoded = decode_point(text)
    except ValueError:
        return
    assert encode_point(decoded) == text.rstrip("=") or decoded == {}


@pytest.mark.parametrize(
    ("header", "matched"),
    [
        (['"a"'], True),
        (['W/"a"'], True),
        (['"b", "a"'], True),
        (['"b"', '"a"'], True),
        (["*"], True),
        (['"b"'], False),
        (["a"], False),
        ([], False),
    ],
)
def test_given_if_none_match_when_compared_then_by_weak_comparison(header: list[str], matched: bool) -> None:
    assert is_matched(header, '"a"') is matched


def test_given_rows_of_partitions_when_merged_then_by_time_but_never_against_a_partitions_order() -> None:
    def row(partition: int, offset: int, second: int) -> dict[str, object]:
        at = datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)
        return {"topic": "t", "partition": partition, "record_offset": offset, "occurred_at": at}

    rows = [row(0, 0, 5), row(0, 1, 3), row(0, 2, 9), row(1, 0, 1), row(1, 1, 7)]
    merged = [(each["partition"], each["record_offset"]) for each in merged_by_time(rows)]

    assert merged == [(1, 0), (0, 0), (0, 1), (1, 1), (0, 2)]


def test_given_values_of_every_kind_when_written_for_copy_then_as_postgres_reads_them() -> None:
    row = ("a\tb\\n\nc\x00", 7, 0.1, None, True, datetime(2026, 1, 1, tzinfo=UTC), Json({"a": "\\ \x00 \n"}))
    fields = copy_text([row]).decode().removesuffix("\n").split("\t")

    assert fields[:6] == ["a\\tb\\\\n\\nc\ufffd", "7", "0.1", "\\N", "t", "2026-01-01T00:00:00+00:00"]
    unescaped = fields[6].replace("\\\\", "\\")
    assert json.loads(unescaped) == {"a": "\\ \ufffd \n"}


def test_given_numbers_that_json_has_not_when_written_for_copy_then_as_null() -> None:
    assert copy_text([(Json([float("nan"), float("inf"), 1.5]),)]) == b"[null,null,1.5]\n"
