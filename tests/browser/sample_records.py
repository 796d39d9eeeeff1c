"""Records for any specification: values by type, with a few of its own where rules want them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from schemas.specification import Entity, Field, Specification
from tests.browser.running_service import RunningService

RECORDS = 3
# What the rules of a specification ask beyond types and bounds.
_OWN_VALUES: dict[tuple[str, str], dict[str, object]] = {
    ("room_booking", "MeetingRoom"): {"capacity": 30},
    ("library_loans", "Book"): {"copies": 9},
}
_TEXTS = ("First of all", "Zweites, mit Umlaut äöü", "<b>Third</b> & 'last'")
_NUMBERS = ("integer", "decimal", "money")


def fill(service: RunningService) -> dict[str, list[int]]:
    """Creates some records of each entity; their numbers by plural."""
    numbers: dict[str, list[int]] = {}
    for entity in _referred_first(service.specification):
        numbers[entity.plural] = [
            int(service.create(entity.plural, **_record(service.specification, entity, count, numbers))["id"])
            for count in range(RECORDS)
        ]
    return numbers


def _referred_first(specification: Specification) -> list[Entity]:
    """Entities in an order in which what is referred to exists; locks of periods come last of all."""
    locking = {rule.lock_entity for rule in specification.period_locks}
    waiting = sorted(specification.entities, key=lambda entity: entity.name in locking)
    ordered: list[Entity] = []
    while waiting:
        done = {entity.name for entity in ordered}
        ready = next((one for one in waiting if _needs(one) <= done), waiting[0])
        ordered.append(ready)
        waiting.remove(ready)
    return ordered


def _needs(entity: Entity) -> set[str]:
    return {field.references for field in entity.fields if field.references} - {entity.name}


def _record(
    specification: Specification, entity: Entity, count: int, numbers: dict[str, list[int]]
) -> dict[str, object]:
    machine = specification.machine(entity.name)
    derived = {rule.field for rule in specification.derivations if rule.entity == entity.name}
    record: dict[str, object] = {}
    for place, field in enumerate(entity.fields):
        state = machine is not None and machine.field == field.name
        if field.read_only or field.name in derived or state:
            continue
        if field.references:
            known = numbers.get(specification.entity(field.references).plural)
            if known:
                record[field.name] = known[count % len(known)]
            continue
        value = _value(field, place, count)
        record[field.name] = [value] if field.many else value
    return record | _OWN_VALUES.get((specification.package, entity.name), {})


def _value(field: Field, place: int, count: int) -> object:
    """Later fields and later records have greater values, as starts and ends want it."""
    if field.type in _NUMBERS:
        step = Decimal(field.multiple_of or "1")
        number = Decimal(field.minimum or "0") + step * (place + count + 1)
        number = min(number, Decimal(field.maximum)) if field.maximum else number
        return int(number) if field.type == "integer" else str(number)
    day = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(
        days=7 * (place + 1) + count
    )
    texts: dict[str, object] = {
        "date": day.date().isoformat(),
        "datetime": (day - timedelta(days=7 * place) + timedelta(hours=place)).isoformat(),
        "time": f"09:{place:02d}:00",
        "boolean": count % 2 == 0,
        "email": f"person{count + 1}@example.org",
        "url": f"https://example.org/{count}",
        "phone": f"+49 30 123456{count}",
        "long_text": f"{_TEXTS[count]}\nand a second line with a long_word_{'x' * 60}",
    }
    if field.type == "choice":
        return field.choices[count % len(field.choices)]
    text = str(texts.get(field.type, _TEXTS[count]))
    if field.type not in texts:
        return text[: field.max_length or None]
    return texts[field.type]
