"""An attribute to a field: its type, its bounds, its choices and whether it must be given."""

from __future__ import annotations

import re
from dataclasses import replace

from schemas.specification import Field, FieldType
from streams.agents.business_analyzer import closed_words as closed
from streams.agents.business_analyzer import field_types, naming, words
from streams.agents.business_analyzer.attributes import Attribute
from streams.agents.business_analyzer.phrases import number_range

TYPE_WORDS: dict[str, FieldType] = {
    "string": "text", "str": "text", "text": "text", "varchar": "text", "char": "text", "uuid": "text",
    "integer": "integer", "int": "integer", "number": "decimal", "float": "decimal", "decimal": "decimal",
    "double": "decimal", "numeric": "decimal", "money": "money", "currency": "money", "boolean": "boolean",
    "bool": "boolean", "yes/no": "boolean", "flag": "boolean", "date": "date", "datetime": "datetime",
    "timestamp": "datetime", "time": "time", "email": "email", "e-mail": "email", "url": "url",
    "phone": "phone",
    "long_text": "long_text", "longtext": "long_text", "multiline": "long_text", "date-time": "datetime",
    "bigint": "integer", "uri": "url", "link": "url", "phone number": "phone", "telephone": "phone",
    "textarea": "long_text", "long text": "long_text", "percentage": "decimal", "percent": "decimal",
    "image": "url", "file": "url", "enum": "choice", "choice": "choice",
}  # fmt: skip
_NOTES = frozenset("note notes comment comments remark remarks".split())
_LATER = frozenset(
    "returned return-date closed completed finished cancelled approved paid actual resolution resolved"
    " approval rejection checkout-time left deleted delivered shipped exit check-out checkout".split()
)
_UNIT = (
    r"in (hours?|minutes?|seconds?|days?|weeks?|months?|years?|kilometres|kilometers|km|kg|kilograms?"
    r"|kilos?|grams?|g|percent"
    r"|euros?|eur|usd|dollars?|%|litres?|liters?|millilitres?|milliliters?|ml|metres?|meters?|square"
    r" metres?|square meters?"
    r"|m2|sqm|cm|centimetres?|centimeters?|mm|millimetres?|miles?|degrees?|celsius|pounds?|tonnes?|tons?"
    r"|gb|mb|kwh|watts?|ha|m|l)(?!\w)"
)
_PERCENT = re.compile(r"\b(percent|percentage)\b|%")


def field_of(attribute: Attribute, entity: tuple[str, ...]) -> Field | None:
    """The field, None where no name is left; references are made elsewhere."""
    name = naming.field_name(_name_words(attribute, entity), entity)
    if not name:
        return None
    kind, many = field_types.infer(attribute.words, attribute.written)
    many = many or (attribute.listed and attribute.plural)
    kind = (
        "text" if attribute.listed and attribute.plural and kind in ("integer", "boolean", "choice") else kind
    )
    made = Field(
        name=name,
        label=words.label(_name_words(attribute, entity)),
        type=kind,
        required=_required(attribute),
        unique="unique" in attribute.flags,
        many=many,
    )
    made = _with_unit(made, attribute.tail)
    made = constrained(made, attribute.tail) if attribute.tail else made
    made = detailed(made, attribute.detail) if attribute.detail else made
    return natural_bounds(made, attribute.text)


def _name_words(attribute: Attribute, entity: tuple[str, ...]) -> tuple[str, ...]:
    """The words of the name; an 'owner name' of the owner is its name."""
    names = attribute.words
    if (
        len(names) > len(entity)
        and names[: len(entity)] == entity
        and names[len(entity)] in ("name", "title")
    ):
        names = names[len(entity) :]
    if len(names) == 1 and attribute.plural and names[0] != attribute.written:
        names = (attribute.written,)
    elif attribute.plural and "of" not in names and "per" not in names:
        names = (*names[:-1], attribute.written)
    return tuple(name for name in names if name)


def _required(attribute: Attribute) -> bool:
    if attribute.optional is not None:
        return not attribute.optional
    if re.search(
        r"\b(if any|if available|if known|optional|when known|where known|if needed)\b", attribute.tail
    ):
        return False
    if attribute.head in _NOTES or attribute.written in _NOTES:
        return False
    return not (set(attribute.words) & _LATER)


def _with_unit(made: Field, tail: str) -> Field:
    match = re.match(_UNIT, tail)
    if not match:
        return made
    unit = match[1]
    kinds: dict[str, FieldType] = {
        "minute": "integer", "second": "integer", "day": "integer", "week": "integer", "month": "integer",
        "year": "integer", "hour": "decimal",
    }  # fmt: skip
    kind = kinds.get(unit.rstrip("s"), "money" if unit[:3] in ("eur", "usd", "dol") else "decimal")
    return replace(made, type=kind, label=f"{made.label} in {unit}")


def detailed(made: Field, detail: str) -> Field:
    """The field with what stands in parentheses after its name."""
    low = re.sub(r"\s+([,.;%])", r"\1", detail.strip().lower())
    low = re.sub(
        r"(?<!\w )(?<!\w)- (?=\d)|(?<=between )- (?=\d)|(?<=and )- (?=\d)|(?<=to )- (?=\d)", "-", low
    )
    low = re.sub(r"\b(e g|eg|for example|such as|ie|i e)\b.*$", "", low).strip(" ,")
    if not low:
        return made
    bare = re.fullmatch(
        r"(?:in )?(ha|kg|g|km|m|cm|mm|l|ml|m2|sqm|m²|%|°c|eur|usd|gbp|hours|minutes|days"
        r"|litres?)",
        low,
    )
    if bare and made.type in ("text", "decimal", "integer", "money", "long_text"):
        kind: FieldType = "integer" if bare[1] in ("minutes", "days") else "decimal"
        return replace(made, type="money" if bare[1] in ("eur", "usd", "gbp") else kind)
    made = _marked(_with_unit(made, low), low)
    listing = re.sub(r"^(one of|either|enum|choice|choices|values?|options?)\s*:?\s*", "", low)
    listing = re.sub(r"\b(unique|optional|required|mandatory|not null|nullable|default\b.*$)", "", listing)
    values = [value.strip(" ,'\"") for value in re.split(r",|\||/|\bor\b|\band\b", listing)]
    values = [value for value in values if value]
    if values and all(value in TYPE_WORDS for value in values) and made.type != "reference":
        return constrained(replace(made, type=TYPE_WORDS[values[0]]), low)
    numeric = [value for value in values if re.fullmatch(r"\d+(\.\d+)?( \w+)?", value)]
    if len(values) >= 2 and len(numeric) == len(values):
        return with_choices(made, values)
    typed = TYPE_WORDS.get(values[0]) if values else None
    if typed == "choice" and len(values) > 2:
        return with_choices(made, values[1:])
    if typed and typed != "choice":
        return constrained(replace(made, type=typed), low)
    groups = len(values) > 2 and not numeric and len(re.findall(r",", low)) > 1
    if (
        len(values) >= 2
        and (groups or not _constraint(low))
        and all(len(value.split()) <= 4 for value in values)
    ):
        return with_choices(made, values)
    return constrained(made, low)


def _constraint(low: str) -> bool:
    return bool(
        number_range(low)
        or re.search(
            r"\b(max(?:imum)?\.?|min(?:imum)?\.?|at least|at most|characters|greater|positive)\b|[<>]", low
        )
    )


def _marked(made: Field, low: str) -> Field:
    if re.search(
        r"\b(optional|nullable|not required|may be empty|if empty|if known|if any"
        r"|open-ended)\b",
        low,
    ):
        made = replace(made, required=False)
    elif re.search(r"\b(required|mandatory|not null|non-empty)\b", low):
        made = replace(made, required=True)
    if re.search(r"\bunique\b", low):
        made = replace(made, unique=True)
    if re.search(r"\b(yes\s*/?\s*(?:or )?no|boolean|true\s*(?:/|or)\s*false)\b", low):
        made = replace(made, type="boolean", choices=())
    return made


def with_choices(made: Field, values: list[str]) -> Field:
    """The field as a choice; numbers stay integers with the values allowed."""
    if {value.strip() for value in values} in ({"yes", "no"}, {"true", "false"}):
        return replace(made, type="boolean", choices=())
    numbers = [match[0] for value in values if (match := re.match(r"\d+", value.strip()))]
    if len(numbers) == len(values):
        return replace(made, type="integer", choices=tuple(dict.fromkeys(numbers)))
    chosen = tuple(dict.fromkeys(filter(None, (naming.choice_value(value) for value in values))))
    if len(chosen) < 2:
        return made
    return replace(made, type="choice", choices=chosen, minimum="", maximum="", multiple_of="")


_STEPS = {"quarter": "0.25", "half": "0.5", "whole": "1", "full": "1"}


def constrained(made: Field, low: str) -> Field:
    """The field with the bounds that a phrase gives: '0.25 to 12 in quarter hours', 'at most 9 letters'."""
    length = re.search(r"(\d+)(?:\s*-\s*(\d+))? (?:characters|chars|letters)", low)
    if length:
        return (
            replace(made, max_length=min(int(length[2] or length[1]), 10_000))
            if made.type in ("text", "long_text")
            else made
        )
    low = re.sub(
        "|".join(rf"\b{word}\b" for word in closed.NUMBER_WORDS), lambda m: closed.NUMBER_WORDS[m[0]], low
    )
    step = re.search(r"\bin (quarter|half|whole|full)\b", low) or re.search(
        r"\b(?:steps|multiples) of (\d+(?:\.\d+)?)", low
    )
    if step:
        made = replace(made, multiple_of=_STEPS.get(step[1], step[1]))
    bounds = number_range(low)
    whole = bounds and "." not in "".join(bounds) and not made.multiple_of
    if whole and made.type == "decimal" and made.name.endswith(("rating", "score", "grade")):
        made = replace(made, type="integer")
    if bounds and not re.search(r"\b\d+ (?:or|,)", low):
        made = _numeric(made, " ".join(bounds))
        return replace(made, minimum=bounds[0], maximum=bounds[1])
    return _one_sided(made, low)


def _one_sided(made: Field, low: str) -> Field:
    number = r"(-?\d+(?:\.\d+)?)"
    patterns = (
        (rf"(?:at least|minimum(?: of)?|min\.?|>=|not less than|no less than)\s*{number}", "minimum", False),
        (rf"(?:greater than|more than|above|over|>)\s*{number}", "minimum", True),
        (
            rf"(?:at most|maximum(?: of)?|max\.?|<=|up to|no more than|not more than)\s*{number}",
            "maximum",
            False,
        ),
    )
    for pattern, side, exclusive in patterns:
        match = re.search(pattern, low)
        if not match:
            continue
        made = _numeric(made, match[1])
        if side == "maximum":
            made = replace(made, maximum=match[1])
        else:
            made = replace(made, minimum=match[1], exclusive_minimum=exclusive)
    if re.search(r"\b(positive|greater than zero)\b", low):
        made = replace(_numeric(made, "0"), minimum="0", exclusive_minimum=True)
    elif re.search(r"\b(non-negative|not negative|never negative)\b", low):
        made = replace(_numeric(made, "0"), minimum="0", exclusive_minimum=False)
    return made


def _numeric(made: Field, numbers: str) -> Field:
    if made.type in ("integer", "decimal", "money"):
        if made.type == "integer" and ("." in numbers or made.multiple_of not in ("", "1")):
            return replace(made, type="decimal")
        return made
    if made.type in ("text", "long_text") and not made.many:
        return replace(made, type="decimal" if "." in numbers else "integer")
    return made


def natural_bounds(made: Field, text: str) -> Field:
    """What the meaning of the words gives: a quantity is one at least, a price is not negative."""
    if made.minimum or made.choices or made.many or made.type not in ("integer", "decimal", "money"):
        return made
    if re.search(
        r"\b(latitude|longitude|temperature|balance|difference|floor|position|profit|adjustment)\b", text
    ):
        return made
    if made.type == "decimal" and re.search(r"\b(latitude|longitude)\b", text):
        return made
    return replace(made, minimum="0")
