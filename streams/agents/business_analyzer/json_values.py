"""JSON text to values, and what every part of the reader asks of them."""

from __future__ import annotations

import json
import re
from typing import TypeAlias, cast

from schemas.errors import BadInputError
from streams.agents.business_analyzer.text_reader import clean

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_ITEMS = 200


def parse(text: str) -> Json:
    """The value of a JSON text.

    Raises:
        BadInputError: it is not JSON, or is nested too deeply.
    """
    try:
        return cast("Json", json.loads(text.lstrip("\ufeff"), parse_constant=_no_constant))
    except json.JSONDecodeError as error:
        raise BadInputError(
            "The requirement as JSON",
            why=f"it is not JSON: {error.msg} at line {error.lineno}, column {error.colno}",
            todo="Correct the JSON there, or submit it as text",
        ) from None
    except (RecursionError, ValueError) as error:
        raise BadInputError(
            "The requirement as JSON",
            why=f"it cannot be read ({str(error)[:100]}): line 1, column 1",
            todo="Nest it less deeply and keep numbers short, or submit it as text",
        ) from None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def key(name: str) -> str:
    """A key without case and signs: 'userStories' and 'user_stories' are one."""
    return re.sub(r"[^a-z]", "", name.lower())


def by_key(value: dict[str, Json]) -> dict[str, Json]:
    """Members by their plain keys."""
    return {key(name): member for name, member in value.items()}


def first_text(low: dict[str, Json], *names: str) -> str:
    """The first of the members that is a text, '' for none."""
    return next((clean(member) for name in names if isinstance(member := low.get(name), str) and member), "")


def strings(value: Json) -> list[str]:
    """All texts of a list; an object gives its text, description or name."""
    if isinstance(value, str):
        return [clean(value)]
    if isinstance(value, bool):
        return []
    if isinstance(value, int | float):
        return [repr(value)]
    if isinstance(value, list):
        return [text for item in value[:MAX_ITEMS] for text in strings(item)]
    if isinstance(value, dict):
        low = by_key(value)
        return [
            text
            for name in ("text", "description", "name", "value", "label")
            for text in strings(low.get(name))
        ][:1]
    return []
