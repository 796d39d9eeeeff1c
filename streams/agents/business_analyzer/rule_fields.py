"""Fields that rules need and the text names only in passing; bounds that sentences of their own give."""

from __future__ import annotations

from schemas.specification import Field, FieldType
from streams.agents.business_analyzer import naming, words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.word_sets import word_set

NUMBERS = frozenset({"integer", "decimal", "money"})
TIMES = frozenset({"date", "datetime"})
TEXTS = frozenset({"text", "long_text", "email", "phone", "url"})


def ensure(
    entity: EntityDraft,
    name: str,
    kind: FieldType,
    *,
    required: bool = False,
    read_only: bool = False,
    default: str = "",
    minimum: str = "",
) -> Field:
    """The field of that name, new where the entity has none."""
    known = entity.fields.get(name)
    if known is not None:
        return known
    drop_mere_name(entity)
    return entity.put(
        Field(
            name=name,
            label=words.label(name.split("_")),
            type=kind,
            required=required,
            read_only=read_only,
            default=default,
            minimum=minimum,
        )
    )


def refer(entity: EntityDraft, other: EntityDraft, *, required: bool = True) -> str:
    """Name of the entity's reference to the other, new where there is none."""
    known = entity.reference_to(other)
    if known:
        return known
    drop_mere_name(entity)
    name = other.reference
    entity.put(
        Field(name=name, label=other.label, type="reference", references=other.name, required=required)
    )
    return name


def drop_mere_name(entity: EntityDraft) -> None:
    """A name that was put in only because nothing was known gives way to what is known now."""
    only = list(entity.fields.values())
    if not entity.declared and not entity.explicit and len(only) == 1 and only[0].name == "name":
        entity.fields.clear()


def new_entity(draft: Draft, phrase: tuple[str, ...]) -> EntityDraft | None:
    """The entity of the words, new where it is not known."""
    known = draft.resolve(phrase)
    return known or draft.add(phrase)


def number_field(entity: EntityDraft, *preferred: str) -> Field | None:
    """The number that measures the entity: one of the preferred words, else its only one, else money."""
    numbers = [f for f in entity.fields.values() if f.type in NUMBERS and not f.many and not f.choices]
    for word in preferred:
        for field in numbers:
            if word in field.name.split("_"):
                return field
    money = [f for f in numbers if f.type == "money"]
    if len(money) == 1:
        return money[0]
    return numbers[0] if len(numbers) == 1 else None


def date_field(entity: EntityDraft, *avoid: str) -> Field | None:
    """The date that tells when a record happened, None where it has none."""
    times = [f for f in entity.fields.values() if f.type in TIMES and f.name not in avoid]
    for word in ("date", "day", "time", "start", "created", "when"):
        for field in times:
            if word in field.name.split("_") and not field.read_only:
                return field
    return times[0] if times else None


def money_or_number(name: str) -> FieldType:
    """The type of a total by its name."""
    money = {
        "amount",
        "total",
        "price",
        "cost",
        "fee",
        "value",
        "sum",
        "revenue",
        "bill",
        "balance",
        "budget",
    }
    return "money" if set(name.split("_")) & money else "decimal"


def safe_name(phrase: str, entity: EntityDraft) -> str:
    """A field name of the phrase."""
    parts = tuple(
        part for part in phrase.lower().split() if part not in ("the", "a", "an", "its", "their", "of")
    )
    return naming.field_name(parts, entity.words) if parts else ""


_COUNTED = word_set(
    "maximum max minimum min number limit count capacity goal target quota hours minutes quantity amount "
    "size seats places score points total"
)


def as_number(entity: EntityDraft, field: Field, like: Field | None = None) -> Field:
    """The field as a number, where its name says that it is one and the reading took it for a text."""
    if field.type != "text" or field.many or field.unique or not set(field.name.split("_")) & _COUNTED:
        return field
    kind: FieldType = (
        like.type
        if like is not None and like.type in NUMBERS
        else "decimal"
        if "hours" in field.name
        else "integer"
    )
    entity.change(field.name, type=kind, max_length=0, minimum="0")
    return entity.fields[field.name]


def take(draft: Draft, entity: EntityDraft, verb: str) -> None:
    """Note that a process has dealt with this verb on this entity."""
    draft.rules.setdefault("_taken", []).append((entity.name, verb))


def is_taken(draft: Draft, entity: EntityDraft, verb: str) -> bool:
    """Whether a process has dealt with this verb on this entity."""
    return (entity.name, verb) in draft.rules.get("_taken", [])
