"""Words that people read: labels out of names, plurals, help for a field, the tone of a state."""

from __future__ import annotations

from schemas.specification import Entity, Field

_TONES = {
    "positive": (
        "accepted active approved available closed complete completed confirmed delivered done fulfilled"
        " paid passed published ready received resolved returned served settled solved success won"
    ),
    "negative": (
        "abandoned blocked breached cancelled canceled declined denied discarded expired failed inactive"
        " lost missed no_show overdue rejected refused refunded revoked suspended terminated urgent void"
    ),
    "waiting": (
        "assigned awaiting booked checked_in doing held in_progress in_review in_transit on_hold ongoing"
        " ordered pending preparing processing requested reserved review scheduled sent shipped started"
        " submitted unpaid waiting"
    ),
}
_TONE_OF = {word: tone for tone, words in _TONES.items() for word in words.split()}


def humanised(name: str) -> str:
    """`in_progress` -> `In progress`, `due-soon` -> `Due soon`."""
    words = name.replace("_", " ").replace("-", " ").split()
    text = " ".join(words) or name
    return text[:1].upper() + text[1:]


def tone(value: str) -> str:
    """Colour group of a state: positive, negative, waiting or neutral. Never the only sign of it."""
    return _TONE_OF.get(value.lower().replace("-", "_"), "neutral")


def plural_label(entity: Entity) -> str:
    """`Meeting room` with `/meeting-rooms` -> `Meeting rooms`; keeps capitals as in `VAT rate`."""
    words, parts = entity.label.split(), entity.plural.split("-")
    if not words or len(words) != len(parts):
        return humanised(entity.plural)
    last = parts[-1].capitalize() if words[-1][:1].isupper() else parts[-1]
    if words[-1].isupper() and parts[-1].upper() == words[-1] + "S":
        last = words[-1] + "s"
    return " ".join([*words[:-1], last])


def field_help(field: Field) -> str:
    """What a person should know before filling the field in, '' for nothing."""
    parts = [_bounds(field)]
    if field.multiple_of not in ("", "1"):
        parts.append(f"In steps of {field.multiple_of}.")
    if field.max_length:
        parts.append(f"At most {field.max_length} characters.")
    if field.unique:
        parts.append("Must be different for each record.")
    if field.many and field.type != "choice":
        parts.append("One on each line.")
    if field.default == "now" and not field.required:
        parts.append("Left empty: now.")
    if field.type == "datetime":
        parts.append("In your local time.")
    return " ".join(part for part in parts if part)


def _bounds(field: Field) -> str:
    low, high = field.minimum, field.maximum
    if low and high and not field.exclusive_minimum:
        return f"From {low} to {high}."
    parts = []
    if low:
        parts.append(f"More than {low}." if field.exclusive_minimum else f"At least {low}.")
    if high:
        parts.append(f"At most {high}.")
    return " ".join(parts)
