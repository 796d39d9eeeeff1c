"""Makes every field one that can be built, and says so where that leaves something out."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from schemas.specification import Field
from streams.agents.business_analyzer import naming
from streams.agents.business_analyzer.draft import Draft, EntityDraft

NUMBERS = frozenset({"integer", "decimal", "money"})
_ORDERED = NUMBERS | {"date", "datetime", "time"}
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?\Z")
_MAX_TEXT = 10_000


def before_rules(draft: Draft) -> None:
    """Fields as the rules may rely on them."""
    for entity in draft.entities:
        for made in list(entity.fields.values()):
            entity.fields[made.name] = _sound(draft, entity, made)
        _spending_limit(entity)
        _filters(entity)
        _time_of_day(entity)


def after_rules(draft: Draft) -> None:
    """A choice without known values is a text; required references never go round in a circle."""
    for entity in draft.entities:
        for known in list(entity.fields.values()):
            made = entity.fields[known.name] = _sound(draft, entity, known)
            if made.references and draft.find(made.references) is None:
                del entity.fields[made.name]
            elif made.references and made.required and _leads_to(draft, made.references, entity.name, set()):
                entity.change(made.name, required=False)
            elif made.type == "choice" and not made.choices:
                entity.change(made.name, type="text", default="")
        if entity.parent not in entity.fields:
            entity.parent = ""


def _leads_to(draft: Draft, start: str, goal: str, seen: set[str]) -> bool:
    """Whether a record of `start` cannot be created before one of `goal`."""
    if start == goal:
        return True
    entity = draft.find(start)
    if entity is None or start in seen:
        return False
    seen.add(start)
    required = (f for f in entity.fields.values() if f.required and f.references)
    return any(_leads_to(draft, f.references, goal, seen) for f in required)


def _sound(draft: Draft, entity: EntityDraft, made: Field) -> Field:
    """The field without marks that do not fit its type."""
    made = _bounded(draft, entity, made)
    if made.many or made.type == "boolean":
        made = replace(made, unique=False)
    if made.many and made.type in ("choice", "reference", "boolean"):
        made = replace(made, many=False)
    if made.type == "boolean" and not made.default:
        made = replace(made, required=False, default="false")
    if made.type not in ("text", "long_text") or not 0 < made.max_length <= _MAX_TEXT:
        made = replace(made, max_length=0)
    if made.choices and made.default and made.default not in made.choices:
        made = replace(made, default="")
    return made


def _bounded(draft: Draft, entity: EntityDraft, made: Field) -> Field:
    if made.type not in NUMBERS or made.choices:
        return replace(made, minimum="", maximum="", multiple_of="", exclusive_minimum=False)
    low, high, step = (_kept(text) for text in (made.minimum, made.maximum, made.multiple_of))
    if low and high and not _fits(low, high, made.exclusive_minimum):
        draft.assume(
            f"Between which values is the {made.label.lower()} of {entity.label.lower()}?",
            f"It has no bounds, as {low} is not below {high}.",
        )
        low = high = ""
    if step and Decimal(step) <= 0:
        step = ""
    whole = made.type == "integer" and any(value and Decimal(value) % 1 for value in (low, high, step))
    kind = "decimal" if whole else made.type
    exclusive = made.exclusive_minimum and bool(low)
    return replace(made, type=kind, minimum=low, maximum=high, multiple_of=step, exclusive_minimum=exclusive)


def _fits(low: str, high: str, exclusive: bool) -> bool:
    return Decimal(low) < Decimal(high) if exclusive else Decimal(low) <= Decimal(high)


def _kept(text: str) -> str:
    text = text.replace(",", "") if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", text) else text
    try:
        return text if _NUMBER.match(text) and Decimal(text).is_finite() else ""
    except InvalidOperation:
        return ""


def _spending_limit(entity: EntityDraft) -> None:
    """The limit of a budget or an account is an amount of money."""
    if entity.words[-1] not in ("budget", "account", "wallet", "card"):
        return
    for made in list(entity.fields.values()):
        if made.name.endswith("limit") and made.type == "integer":
            entity.change(made.name, type="money")


def _filters(entity: EntityDraft) -> None:
    """'date' is filtered with 'date_from', so no field beside it has that name."""
    for made in list(entity.fields.values()):
        base, _, side = made.name.rpartition("_")
        other = entity.fields.get(base) if side in ("from", "to") else None
        if other is not None and other.type in _ORDERED:
            del entity.fields[made.name]
            entity.put(replace(made, name=naming.field_name((*base.split("_"), side, "value"), entity.words)))


def _time_of_day(entity: EntityDraft) -> None:
    """'a date and a time': beside a date, the time is one of that day."""
    date, time = entity.fields.get("date"), entity.fields.get("time")
    if date is not None and date.type == "date" and time is not None and time.type == "datetime":
        entity.change("time", type="time")
