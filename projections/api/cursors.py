"""Opaque cursors: where a page of a sorted list ended."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime

from projections.api.problems import bad_parameter

CursorValue = str | int | datetime


def encode_cursor(sort: str, values: Sequence[CursorValue]) -> str:
    """The cursor of the row with these values of the columns that sort the list."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    text = json.dumps([sort, *plain], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, sort: str, kinds: Sequence[type[CursorValue]]) -> list[CursorValue]:
    """The values in the cursor.

    Args:
        kinds: type of each value.

    Raises:
        ProblemError: 400, it is not a cursor of a list sorted so.
    """
    wrong = bad_parameter("cursor", "it is not one that this list gave for this sort; leave it out to begin")
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(found, list) or found[:1] != [sort] or len(found) != len(kinds) + 1:
            raise wrong
        return [_value(value, kind) for value, kind in zip(found[1:], kinds, strict=True)]
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise wrong from error


def _value(value: object, kind: type[CursorValue]) -> CursorValue:
    if kind is datetime and isinstance(value, str):
        return datetime.fromisoformat(value)
    if type(value) is kind and (not isinstance(value, int) or abs(value) < 2**63):
        return value
    raise ValueError
