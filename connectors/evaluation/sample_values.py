"""Values that a service should accept, made from its own schemas. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, find
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from connectors.evaluation.service_description import Json
from connectors.evaluation.words import stems_of

_LARGE = stems_of(
    "capacity maximum max limit stock seats seat quota balance budget beds available hours days"
)
_LATER = stems_of("end until to due expiry expires finish discharge arrival out last back")
_EARLY = stems_of("birth born purchase")
_PAST_DAYS = 3000
_SIMPLE = ("sample", "AB-1", "12.50", "10", "1", "A", "2026-W01", "12:30", "AB1234", "1234567890")
_PLAIN_STRING: Json = {"type": "string"}


class SampleValues:
    """Makes bodies of JSON objects; each text is new, so that nothing is there twice.

    Args:
        today: dates lie around it.
    """

    def __init__(self, today: date) -> None:
        self._today = today
        self._count = 0

    def value(self, name: str, schema: Json, attempt: int) -> Any:
        """A value for the field.

        Args:
            attempt: 0 for the likeliest; every further one tries something else.
        """
        schema = _chosen(schema, attempt)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][attempt % len(schema["enum"])]
        kind = schema.get("type", "string")
        if kind == "boolean":
            return attempt % 2 == 1
        if kind in ("integer", "number"):
            return self._number(name, schema, attempt, whole=kind == "integer")
        if kind == "array":
            items = [self.value(name, schema.get("items", _PLAIN_STRING), attempt)]
            return items if schema.get("minItems", 0) or attempt % 2 == 0 else []
        if kind == "object":
            properties: Mapping[str, Json] = schema.get("properties", {})
            return {key: self.value(key, inner, attempt) for key, inner in properties.items()}
        return self._text(name, schema, attempt)

    def _number(self, name: str, schema: Json, attempt: int, *, whole: bool) -> float:
        low, high = _bounds(schema)
        likely = 1000 if stems_of(name) & _LARGE else 2
        ladder = (likely, 1, 5, 15, 30, 60, 100, 0.5, 3, 10)
        number: float = ladder[attempt % len(ladder)]
        number = min(max(number, low), high)
        step = schema.get("multipleOf")
        if step:
            number = max(step, number - number % step)
        return int(number) if whole else number

    def _text(self, name: str, schema: Json, attempt: int) -> str:
        self._count += 1
        form = schema.get("format", "")
        moment = self._moment(name, attempt)
        if form == "date":
            return moment.date().isoformat()
        if form == "date-time":
            return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        if form == "time":
            return moment.time().isoformat()
        if form == "email" or ("email" in stems_of(name) and "pattern" not in schema):
            return f"person{self._count}@example.org"
        if form in ("uri", "url", "uri-reference"):
            return f"https://example.org/{self._count}"
        return self._plain(name, schema, attempt)

    def _plain(self, name: str, schema: Json, attempt: int) -> str:
        longest = int(schema.get("maxLength", 255))
        shortest = int(schema.get("minLength", 0))
        pattern = schema.get("pattern")
        tries: tuple[str, ...] = (
            f"{name} {self._count}",
            f"{name[:3].upper()}{self._count}",
            str(self._count),
            *_SIMPLE,
        )
        if "url" in stems_of(name) or "link" in stems_of(name):
            tries = (f"https://example.org/{self._count}", *tries)
        if "phone" in stems_of(name):
            tries = (f"+4930{1000000 + self._count}", *tries)
        fitting = [
            text
            for text in (t[:longest].ljust(shortest, "x") for t in tries)
            if pattern is None or re.search(pattern, text)
        ]
        if fitting:
            return fitting[attempt % min(len(fitting), 3)]
        return _from_pattern(str(pattern), shortest, longest) or tries[0][:longest]

    def _moment(self, name: str, attempt: int) -> datetime:
        """Starts come before ends; all lie ahead at first, and behind on every second attempt."""
        stems = stems_of(name)
        words = set(re.split(r"[_\W]+", name.lower()))
        offset = 10 + self._count + attempt
        if stems & _EARLY:
            offset = -9000 - self._count
        elif attempt % 2 == 1:
            offset -= _PAST_DAYS
        hours = 10
        if stems & _LATER or words & {"to", "until", "end", "out"}:
            offset += 40 if attempt % 3 else 0
            hours = 12 if attempt < 4 else 11
        day = self._today + timedelta(days=offset)
        return datetime.combine(day, time(hours, 0))


def _chosen(schema: Json, attempt: int) -> Json:
    choices: Sequence[Json] = [
        c for key in ("anyOf", "oneOf") for c in schema.get(key, ()) if c.get("type") != "null"
    ]
    if choices:
        return {**_chosen(choices[attempt % len(choices)], attempt)}
    merged: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        merged.update(part)
    return {**schema, **merged} if merged else schema


def _bounds(schema: Json) -> tuple[float, float]:
    """Lower and upper bound; some services write pydantic's 'ge' and 'le' into their schemas."""
    low = max(
        float(schema.get("minimum", schema.get("ge", "-inf"))),
        float(schema.get("exclusiveMinimum", schema.get("gt", "-inf"))) + 1,
    )
    high = min(
        float(schema.get("maximum", schema.get("le", "inf"))),
        float(schema.get("exclusiveMaximum", schema.get("lt", "inf"))) - 1,
    )
    return low, high


def _from_pattern(pattern: str, shortest: int, longest: int) -> str | None:
    strategy = st.from_regex(pattern, fullmatch=False)
    quiet = hypothesis_settings(
        max_examples=50,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    try:
        return find(strategy, lambda text: shortest <= len(text) <= longest, settings=quiet)
    except HypothesisException:
        return None
