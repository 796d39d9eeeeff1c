"""Where a requirement comes from: an argument, a file, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from schemas.errors import BadInputError

RequirementText = Annotated[
    str | None, typer.Argument(help="The requirement, or - to read it from standard input.")
]
RequirementFile = Annotated[
    Path | None, typer.Option("--file", "-f", help="File with the requirement: text or JSON.")
]

# A Kafka record may have 16 MiB; the specification and the sources travel with the requirement.
MAX_BYTES = 1024 * 1024


def read_requirement(text: str | None, file: Path | None) -> str:
    """The words of the requirement.

    Args:
        text: the words themselves, '-' for standard input, None where a file is given.
        file: a UTF-8 text or JSON file.

    Raises:
        BadInputError: none or both are given, the file cannot be read, or it is too long or no text.
    """
    if (text is None) == (file is None):
        raise BadInputError(
            "Reading the requirement",
            why="give it in one way" if text is not None else "none was given",
            todo='Use: deliver "TEXT", or deliver --file PATH, or deliver - for standard input',
        )
    if file is not None:
        return requirement_in(_bytes_of(file), str(file))
    if text == "-":
        return requirement_in(sys.stdin.buffer.read(MAX_BYTES + 1), "standard input")
    return requirement_in((text or "").encode("utf-8", errors="surrogateescape"), "the argument")


def _bytes_of(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInputError(
            f"Reading the requirement from {file}",
            why=error.strerror or str(error),
            todo="Give the path of a text or JSON file that you may read",
        ) from error


def requirement_in(data: bytes, source: str) -> str:
    """The requirement that the bytes are.

    Args:
        source: where they come from, for the message.

    Raises:
        BadInputError: they are too many, no UTF-8, or blank.
    """
    if len(data) > MAX_BYTES:
        raise BadInputError(
            f"Reading the requirement from {source}",
            why=f"it is longer than {MAX_BYTES} bytes",
            todo="Give the requirement alone, without attachments",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"Reading the requirement from {source}",
            why=f"byte {error.start} is not UTF-8 text",
            todo="Save it as UTF-8 text",
        ) from error
    if not text.strip():
        raise BadInputError(
            f"Reading the requirement from {source}",
            why="it is empty",
            todo="Say what data the service keeps and what people do with it",
        )
    return text
