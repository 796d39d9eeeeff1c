from __future__ import annotations

from collections.abc import Sequence

from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.kafka.log import LogRecord
from streams.audit.checkpoints.checkpoint import Checkpoint
from streams.audit.checkpoints.comparison import Comparison
from streams.audit.checkpoints.difference import Difference, first_difference
from streams.audit.checkpoints.fingerprint import content_hash, fingerprint_of, leaf_of
from streams.audit.checkpoints.merkle import MerkleTree

PLACE = ("outcome-events", 0)
optional_bytes = st.none() | st.binary(max_size=12)
headers = st.lists(st.tuples(st.text(max_size=4), st.binary(max_size=4)), max_size=3).map(tuple)
contents = st.tuples(optional_bytes, optional_bytes, headers)
Content = tuple[bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]
logs = st.lists(contents, min_size=2, max_size=40, unique=True)


def log_of(rows: Sequence[Content]) -> list[LogRecord]:
    return [LogRecord(*PLACE, offset, *row, timestamp_ms=0) for offset, row in enumerate(rows)]


def compared(true: Sequence[LogRecord], found: Sequence[LogRecord]) -> Difference | None:
    """What is named; the Merkle roots have to tell the same as the records."""
    tree = MerkleTree()
    for record in true:
        tree.add(leaf_of(record))
    checkpoint = Checkpoint(
        topic=PLACE[0],
        partition=PLACE[1],
        records=len(true),
        next_offset=true[-1].offset + 1,
        root=tree.root().hex(),
        made_at="",
    )
    comparison = Comparison({PLACE: checkpoint})
    assert list(comparison.watched(found)) == list(found)
    named = first_difference([fingerprint_of(r) for r in true], [fingerprint_of(r) for r in found])
    assert comparison.differing() == ([checkpoint] if named else [])
    return named


@given(logs, st.lists(contents, max_size=5))
def test_given_the_true_log_and_later_records_when_compared_then_nothing_is_named(
    rows: list[Content], later: list[Content]
) -> None:
    assert compared(log_of(rows), log_of([*rows, *later])) is None


@given(logs, contents, st.data())
def test_given_one_record_altered_when_compared_then_it_is_named(
    rows: list[Content], other: Content, data: st.DataObject
) -> None:
    assume(other not in rows)
    index = data.draw(st.integers(0, len(rows) - 1))

    found = compared(log_of(rows), log_of([*rows[:index], other, *rows[index + 1 :]]))

    assert found is not None and (found.change, found.index) == ("altered", index)


@given(logs, st.data(), st.booleans())
def test_given_one_record_dropped_when_compared_then_it_is_named(
    rows: list[Content], data: st.DataObject, keeps_offsets: bool
) -> None:
    index = data.draw(st.integers(0, len(rows) - 1))
    true = log_of(rows)
    rest = [*rows[:index], *rows[index + 1 :]]
    left = [*true[:index], *true[index + 1 :]] if keeps_offsets else log_of(rest)

    found = compared(true, left)

    assert found is not None and (found.change, found.index) == ("dropped", index)
    assert found.expected.offset == index


@given(logs, contents, st.data())
def test_given_one_record_inserted_when_compared_then_it_is_named(
    rows: list[Content], other: Content, data: st.DataObject
) -> None:
    assume(other not in rows)
    index = data.draw(st.integers(0, len(rows) - 1))

    found = compared(log_of(rows), log_of([*rows[:index], other, *rows[index:]]))

    assert found is not None and (found.change, found.index) == ("inserted", index)


@given(logs, st.data())
def test_given_two_records_swapped_when_compared_then_the_first_is_named(
    rows: list[Content], data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(rows) - 2))
    second = data.draw(st.integers(first + 1, len(rows) - 1))
    swapped = list(rows)
    swapped[first], swapped[second] = rows[second], rows[first]

    found = compared(log_of(rows), log_of(swapped))

    assert found is not None and (found.change, found.index) == ("reordered", first)


@given(logs, st.data())
def test_given_a_record_at_another_offset_when_compared_then_it_was_moved(
    rows: list[Content], data: st.DataObject
) -> None:
    true = log_of(rows)
    index = data.draw(st.integers(0, len(rows) - 1))
    shifted = [r._replace(offset=r.offset + 1) if r.offset >= index else r for r in true]

    found = compared(true, shifted)

    assert found is not None and (found.change, found.index) == ("moved", index)


@given(contents, contents)
def test_given_two_records_when_their_hashes_are_equal_then_so_are_key_value_and_headers(
    one: Content, other: Content
) -> None:
    (first,), (second,) = log_of([one]), log_of([other])

    assert (content_hash(first) == content_hash(second)) == (one == other)


@given(st.binary(min_size=1, max_size=8), st.binary(min_size=1, max_size=8))
def test_given_bytes_on_the_border_of_key_value_and_headers_when_moved_over_it_then_the_hash_is_another(
    left: bytes, right: bytes
) -> None:
    variants: list[Content] = [
        (left, right, ()),
        (left + right, b"", ()),
        (b"", left + right, ()),
        (left + right, None, ()),
        (None, left + right, ()),
        (left, b"", (("h", right),)),
        (left, b"", (("h" + right.hex(), b""),)),
        (left, b"", (("h", right), ("h", b""))),
    ]

    assert len({content_hash(record) for record in log_of(variants)}) == len(variants)
