"""Reading a requirement from an argument, a file, or standard input."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from connectors.command_line.requirement_source import MAX_BYTES, read_requirement
from schemas.errors import BadInputError


def test_given_words_as_argument_when_read_then_they_are_the_requirement() -> None:
    assert read_requirement("Keep tasks", None) == "Keep tasks"


def test_given_a_file_with_a_byte_order_mark_when_read_then_the_mark_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "requirement.txt"
    file.write_bytes(b"\xef\xbb\xbfKeep tasks")

    assert read_requirement(None, file) == "Keep tasks"


def test_given_a_dash_when_read_then_standard_input_is_the_requirement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Räume buchen".encode())))

    assert read_requirement("-", None) == "Räume buchen"


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"  \n", "empty"), (b"\xff\xfe\x00", "not UTF-8"), (b"x" * (MAX_BYTES + 1), "longer than")],
)
def test_given_a_file_that_is_no_requirement_when_read_then_the_error_says_why(
    tmp_path: Path, content: bytes, why: str
) -> None:
    file = tmp_path / "requirement.txt"
    file.write_bytes(content)

    with pytest.raises(BadInputError, match=why):
        read_requirement(None, file)


@pytest.mark.parametrize(("text", "file"), [(None, None), ("words", Path("file"))])
def test_given_no_way_or_two_ways_when_read_then_the_error_names_the_ways(
    text: str | None, file: Path | None
) -> None:
    with pytest.raises(BadInputError, match="--file"):
        read_requirement(text, file)


def test_given_a_path_that_is_no_file_when_read_then_the_error_names_it(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=str(tmp_path / "missing")):
        read_requirement(None, tmp_path / "missing")
