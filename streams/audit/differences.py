"""Naming how two events differ, for people."""

from __future__ import annotations

import dataclasses

from schemas.personal import ERASED

_SHOWN_CHARACTERS = 120
_SHOWN_DIFFERENCES = 3


def difference(expected: object, recorded: object, *, by: str = "the decider") -> str:
    """The first fields that differ, with both values; '' where nothing does.

    Args:
        by: who gives what is expected, for people.
    """
    found = _differences("", expected, recorded, by)
    more = f" and {len(found) - _SHOWN_DIFFERENCES} more" if len(found) > _SHOWN_DIFFERENCES else ""
    return "; ".join(found[:_SHOWN_DIFFERENCES]) + more


def _differences(path: str, expected: object, recorded: object, by: str) -> list[str]:
    if expected is recorded or expected == recorded:
        return []
    if recorded == ERASED and isinstance(expected, str) and expected:
        # What it was can be known by nobody; that the bytes are those of then is shown by checkpoints.
        return []
    if type(expected) is type(recorded):
        if dataclasses.is_dataclass(expected):
            names = [field.name for field in dataclasses.fields(expected)]
            return [
                text
                for name in names
                for text in _differences(
                    f"{path}.{name}".lstrip("."), getattr(expected, name), getattr(recorded, name), by
                )
            ]
        if isinstance(expected, tuple) and isinstance(recorded, tuple) and len(expected) == len(recorded):
            return [
                text
                for index, pair in enumerate(zip(expected, recorded, strict=True))
                for text in _differences(f"{path}[{index}]", *pair, by)
            ]
    return [f"{path or 'it'} is {_shown(recorded)}, {by} gives {_shown(expected)}"]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."
