"""Rows as text for COPY ... FROM STDIN, PostgreSQL's text format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from math import isfinite

from projections.models.table import Json, Value

_SPECIAL = re.compile(r"[\\\n\r\t\x00]")
# Postgres keeps no NUL in text, so it becomes the replacement character.
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\x00": "\ufffd"})


def copy_text(rows: Iterable[tuple[Value, ...]]) -> bytes:
    """The rows as COPY text.

    Raises:
        ValueError: a text cannot be encoded in UTF-8.
    """
    lines = ["\t".join([_text(value) for value in row]) for row in rows]
    lines.append("")
    return "\n".join(lines).encode()


def _text(value: Value) -> str:
    kind = type(value)
    if kind is str:
        text = str(value)
        return text.translate(_ESCAPES) if _SPECIAL.search(text) else text
    if kind is int or kind is float:
        return repr(value)
    if value is None:
        return r"\N"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Json):
        return _json(value.value).translate(_ESCAPES)
    return "t" if value else "f"


def _json(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return json.dumps(_storable(value), ensure_ascii=False, separators=(",", ":"))
    if "\\u0000" in text:
        return json.dumps(_storable(value), ensure_ascii=False, separators=(",", ":"))
    return text


def _storable(value: object) -> object:
    """The value without what jsonb refuses: NUL characters and numbers that are not finite."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value
