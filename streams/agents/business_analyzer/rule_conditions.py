"""Words that pick records, as conditions: overdue, upcoming, open, unpaid, of today, of the last 30 days."""

from __future__ import annotations

import re

from schemas.specification import Condition, Field, Operator
from streams.agents.business_analyzer import naming
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_fields import TIMES, date_field
from streams.agents.business_analyzer.rule_scenes import field_named
from streams.agents.business_analyzer.rule_states import machine_of, states_of
from streams.agents.business_analyzer.state_words import FINAL, NEGATIVE, matching
from streams.agents.business_analyzer.word_sets import word_set

_DONE = FINAL | word_set(
    "done closed completed complete finished paid delivered returned ended solved resolved archived shipped"
    " sold published"
)
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365, "hour": 1}


def unfinished(draft: Draft, entity: EntityDraft) -> tuple[Condition, ...]:
    """The condition that a record is not done, () where it has no states."""
    machine = machine_of(draft, entity)
    if machine is None:
        return ()
    over = tuple(state for state in machine.states if state in _DONE and state != machine.initial)
    if not over:
        return ()
    if len(over) == 1:
        return (Condition(left=machine.field, operator="ne", right=f"={over[0]}"),)
    return (Condition(left=machine.field, operator="not_in", right=f"={','.join(over)}"),)


def _now(field: Field) -> str:
    return "today" if field.type == "date" else "now"


def deadline(entity: EntityDraft) -> Field | None:
    """The date by which something has to be done."""
    for words in (
        {"due"},
        {"deadline"},
        {"maintenance", "service", "inspection", "renewal"},
        {"expiry", "expiration", "expires", "until"},
        {"end"},
        {"return"},
    ):
        for field in entity.fields.values():
            if field.type in TIMES and words & set(field.name.split("_")):
                return field
    return None


def of_word(draft: Draft, entity: EntityDraft, word: str) -> tuple[Condition, ...]:
    """What an adjective in front of the entity means, () where it means nothing that is known."""
    value = naming.choice_value(word)
    timed = _timed(draft, entity, value)
    if timed:
        return timed
    machine = machine_of(draft, entity)
    if machine is not None:
        state = matching(machine.states, value)
        if state:
            if value == "open" and state != machine.initial:
                return unfinished(draft, entity)
            if value == "open" and machine.states[0] == "open" and value in machine.states:
                return (Condition(left=machine.field, operator="eq", right="=open"),)
            return (Condition(left=machine.field, operator="eq", right=f"={state}"),)
        if value in ("open", "outstanding", "unfinished", "current", "active", "running", "ongoing"):
            return unfinished(draft, entity)
        negated = re.match(r"(?:un|not_)(?P<step>[a-z]+)$", value)
        if negated:
            return _before(machine.states, machine.field, matching(machine.states, negated["step"]))
    return _of_choice(entity, value)


def _before(states: tuple[str, ...], field: str, step: str) -> tuple[Condition, ...]:
    """'unpaid': not paid, and not beyond it."""
    if not step:
        return ()
    open_states = tuple(state for state in states[: states.index(step)] if state not in NEGATIVE)
    operator: Operator = "in" if len(open_states) > 1 else "eq"
    if not open_states:
        return ()
    return (Condition(left=field, operator=operator, right=f"={','.join(open_states)}"),)


def _timed(draft: Draft, entity: EntityDraft, value: str) -> tuple[Condition, ...]:
    if value in ("overdue", "late", "delayed", "due", "expired", "past_due"):
        field = deadline(entity)
        if field is None:
            return ()
        until: Operator = "le" if value == "due" else "lt"
        open_only = () if value in ("expired",) else unfinished(draft, entity)
        return (Condition(left=field.name, operator=until, right=_now(field)), *open_only)
    if value in ("upcoming", "future", "coming", "next", "planned", "past", "previous", "todays", "today"):
        field = start_field(entity)
        if field is None or (value == "planned" and "planned" in states_of(draft, entity)):
            return ()
        if value in ("todays", "today"):
            return on_today(field)
        operator: Operator = "lt" if value in ("past", "previous") else "ge"
        gone = () if operator == "lt" else _not_negative(draft, entity)
        return (Condition(left=field.name, operator=operator, right=_now(field)), *gone)
    return ()


def _not_negative(draft: Draft, entity: EntityDraft) -> tuple[Condition, ...]:
    machine = machine_of(draft, entity)
    gone = tuple(state for state in machine.states if state in NEGATIVE) if machine is not None else ()
    if machine is None or not gone:
        return ()
    if len(gone) == 1:
        return (Condition(left=machine.field, operator="ne", right=f"={gone[0]}"),)
    return (Condition(left=machine.field, operator="not_in", right=f"={','.join(gone)}"),)


def start_field(entity: EntityDraft) -> Field | None:
    """When a record begins."""
    for word in ("start", "begin", "arrival", "departure", "from", "check"):
        for field in entity.fields.values():
            if field.type in TIMES and word in field.name.split("_"):
                return field
    return date_field(entity)


def on_today(field: Field) -> tuple[Condition, ...]:
    """The condition that a date is today."""
    if field.type == "date":
        return (Condition(left=field.name, operator="eq", right="today"),)
    return (
        Condition(left=field.name, operator="ge", right="today"),
        Condition(left=field.name, operator="lt", right="today+1d"),
    )


def _of_choice(entity: EntityDraft, value: str) -> tuple[Condition, ...]:
    for field in entity.fields.values():
        if field.type == "choice" and value in field.choices:
            return (Condition(left=field.name, operator="eq", right=f"={value}"),)
        if field.type == "boolean" and value in field.name.split("_"):
            return (Condition(left=field.name, operator="eq", right="=true"),)
    return ()


_LAST = re.compile(
    r"\b(?:of|in|for|during|within|from|over) the (?P<way>last|past|next|coming) (?P<n>\d+)? ?(?P<unit>day"
    r"|week|month|year)s?\b"
)
_DAY = re.compile(r"\b(?:of|for) (?P<day>today|tomorrow|yesterday)\b|\btoday's\b")


def of_time(entity: EntityDraft, text: str) -> tuple[Condition, ...]:
    """'of the last 30 days', 'of today' at the end of a phrase."""
    field = date_field(entity)
    match = _LAST.search(text)
    if match and field is not None:
        days = int(match["n"] or 1) * _DAYS[match["unit"]]
        base = _now(field)
        if match["way"] in ("next", "coming"):
            return (
                Condition(left=field.name, operator="ge", right=base),
                Condition(left=field.name, operator="le", right=f"{base}+{days}d"),
            )
        return (Condition(left=field.name, operator="ge", right=f"{base}-{days}d"),)
    day = _DAY.search(text)
    if day:
        named = field_named(
            entity, text[: day.start()].split()[-1] if text[: day.start()].split() else "", TIMES
        ) or start_field(entity)
        if named is None or (day["day"] not in (None, "today")):
            return ()
        return on_today(named)
    return ()
