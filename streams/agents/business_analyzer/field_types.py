"""The kind of value that a name of data stands for, by its last word and its whole phrase."""

from __future__ import annotations

from schemas.specification import FieldType
from streams.agents.business_analyzer import words

_BY_HEAD: dict[FieldType, str] = {
    "email": "email e-mail mail",
    "phone": "phone telephone mobile cellphone fax tel",
    "url": "link url website site webpage homepage photo picture image avatar logo attachment file video"
    " scan href uri document upload pdf",
    "money": "price cost amount fee total salary wage budget payment deposit balance fare rent premium"
    " fine revenue income expense expenditure spending tip donation charge turnover value payout bonus"
    " discount subtotal rate surcharge pay deduction deductions earnings commission allowance"
    " contribution refund subsidy",
    "date": "date birthday birthdate dob deadline anniversary day expiry due",
    "datetime": "datetime timestamp start end begin beginning departure arrival pickup dropoff pick-up"
    " drop-off date/time check-in check-out checkin checkout",
    "time": "time clock",
    "integer": "quantity qty count capacity number seats seat copies copy age stock floor attendees"
    " attendee guests guest participants participant passengers passenger servings serving calories"
    " points point stars nights night minutes minute duration year rank position level threshold limit"
    " quota mileage odometer kilometres kilometers kilometre kilometer miles mile pages page bedrooms"
    " bedroom bathrooms rooms beds adults adult children child people person units unit covers headcount"
    " frames rooms portions portion size sequence score version attempts kilos weeks months days steps"
    " spots places"
    " place slots tables doors dose streak pulse repetitions sets reps pieces pallets capacity storey"
    " credits credit",
    "decimal": "hours hour weight height width length distance temperature percentage percent ratio"
    " latitude longitude volume area depth speed share dosage litres liters kg grams kilograms kilogram"
    " rating reading gpa",
    "boolean": "active enabled available vegetarian vegan paid flag published archived completed"
    " confirmed billable recurring done booked",
    "long_text": "description note notes comment comments message body text content instructions remark"
    " remarks summary biography bio details reason explanation feedback directions abstract diagnosis"
    " symptoms findings observation observations history agenda terms requirements remarks answer"
    " question review motivation",
    "choice": "status state stage",
}
_HEAD_TYPES: dict[str, FieldType] = {head: kind for kind, heads in _BY_HEAD.items() for head in heads.split()}
_PHRASES: tuple[tuple[str, FieldType], ...] = (
    ("e-mail", "email"),
    ("email", "email"),
    ("phone", "phone"),
    ("telephone", "phone"),
    ("date and time", "datetime"),
    ("date of", "date"),
    ("time slot", "text"),
    ("opening hours", "text"),
    ("working hours", "text"),
    ("office hours", "text"),
    ("visiting hours", "text"),
    ("lower limit", "decimal"),
    ("upper limit", "decimal"),
    ("business hours", "text"),
    ("tax rate", "decimal"),
    ("vat rate", "decimal"),
    ("interest rate", "decimal"),
    ("heart rate", "integer"),
    ("discount rate", "decimal"),
    ("commission rate", "decimal"),
    ("rate", "money"),
    ("star rating", "integer"),
    ("bank account", "text"),
    ("price range", "text"),
    ("credit limit", "money"),
    ("spending limit", "money"),
    ("age group", "text"),
    ("weight limit", "decimal"),
    ("time zone", "text"),
    ("postal code", "text"),
    ("receipt number", "text"),
    ("room number", "text"),
    ("pay rate", "money"),
    ("minutes", "integer"),
    ("link", "url"),
    ("blood pressure", "text"),
    ("level of education", "text"),
    ("delivery note", "text"),
    ("phone number", "phone"),
    ("fuel level", "decimal"),
    ("due date", "date"),
    ("value date", "date"),
    ("monthly limit", "money"),
    ("weekly limit", "money"),
    ("daily limit", "money"),
    ("date-and-time", "datetime"),
)
# 'number' in these is a name that may have letters or leading zeros, not a quantity.
_IDENTIFYING = frozenset(
    "plate tax registration account serial invoice order room table phone licence license passport"
    " flight membership insurance policy social security vat id identity house street customer employee"
    " student tracking reference confirmation booking contract ticket member seat part model batch lot"
    " chip case file patient gate vin engine chassis bank card telephone mobile fax contact iban staff"
    " badge platform locker desk unit apartment purchase claim record personnel article item product"
    " asset inventory vehicle train bus number course parking shelf dossier docket permit certificate"
    " visa".split()
)
_LISTS = frozenset(
    "allergens tags ingredients photos images pictures amenities skills symptoms languages labels"
    " keywords categories colours colors sizes attachments links files documents interests features"
    " materials toppings equipment genres authors topics medications allergies facilities extras"
    " specialities specialties qualifications certifications hobbies phones emails videos cuisines"
    " destinations diagnoses".split()
)
_NOT_HEADS = frozenset({"place", "people", "person", "child", "level", "page", "document", "file"})
_ISO_TIMED = frozenset(
    {"start", "end", "begin", "departure", "arrival", "pickup", "return", "check-in", "check-out"}
)


_REGULAR = frozenset("delivery opening working week visiting collection market business training".split())
_SURFACES = frozenset(
    "living floor surface total usable plot land storage sales gross net field cultivated".split()
)
_PRICED = frozenset(
    "total stock expected order contract deal sales market asset estimated net gross purchase monetary"
    " insured book face residual replacement project cart basket inventory customer lifetime insurance"
    " declared donation annual yearly".split()
)


def is_data_head(word: str) -> bool:
    """Whether the word is the usual name of a value, never of a thing with values of its own."""
    return word in _DATA_HEADS


_DATA_HEADS = frozenset(_HEAD_TYPES) - frozenset(
    "payment expense donation document file guest participant passenger attendee room table seat copy"
    " review question answer child person unit deposit premium fine reading video dose size page slot"
    " check-in position point people bonus rent agenda credit spot place".split()
) | frozenset(
    "name title surname firstname lastname address city street country postcode zip code category type"
    " kind sku isbn number colour color gender currency priority severity method species breed"
    " speciality specialty brand model make plate author publisher genre subject language venue location"
    " destination origin manufacturer industry unit nationality occupation iban barcode allergens unit"
    " cuisine topic id reference priority label purpose difficulty hours minutes birth username password"
    " headline author diploma".split()
)  # fmt: skip


def infer(phrase: tuple[str, ...], last_as_written: str = "") -> tuple[FieldType, bool]:
    """The type, and whether it is a list of such values.

    `phrase` is in the singular at its end; `last_as_written` is the last word as the text has it.
    """
    if "for" in phrase[1:-1]:
        before = phrase[: phrase.index("for")]
        return infer((*before[:-1], words.singular(before[-1])), before[-1])
    text = " ".join(phrase)
    written = last_as_written or phrase[-1]
    if len(phrase) > 1 and _HEAD_TYPES.get(written) == "boolean" and phrase[-2] in _HEAD_TYPES:
        return _HEAD_TYPES[phrase[-2]], False
    if written == "days" and len(phrase) > 1 and "of" not in phrase and "per" not in phrase:
        return ("text" if phrase[-2] in _REGULAR else "integer"), False
    if len(phrase) > 1 and written == "area" and phrase[-2] not in _SURFACES:
        return "text", False
    if len(phrase) == 2 and written == "content":
        return "decimal", False
    if written == "point" and len(phrase) > 1:
        return "text", False
    if written in _LISTS:
        inner = _HEAD_TYPES.get(phrase[-1], "text")
        return ("url" if inner == "url" else "text"), True
    special = _special(phrase, text)
    if special:
        return special, False
    for head in (written, phrase[-1]):
        if head in _HEAD_TYPES:
            return _HEAD_TYPES[head], False
    return "text", False


def _special(phrase: tuple[str, ...], text: str) -> FieldType | None:
    head = phrase[-1]
    if "per" in phrase[1:-1]:
        before = phrase[: phrase.index("per")]
        known = infer(before)[0] if before[-1] in _HEAD_TYPES else None
        return known or ("integer" if words.is_plural(before[-1]) else "text")
    if text.startswith(("is ", "has ")):
        return "boolean"
    if "number of" in text or "count of" in text or (text.startswith("max ") and head in _HEAD_TYPES):
        return "integer"
    if text.startswith(("date of", "day of")):
        return "date"
    if text.startswith(("time of", "start of", "end of", "moment of")):
        return "datetime"
    if text.startswith(("year of", "age of", "duration of")):
        return "integer"
    if text.startswith("amount of") or "per hour" in text or "per night" in text or "per person" in text:
        return "money"
    if head == "number":
        called = "phone" in text or phrase[-2:-1] in (
            ("mobile",),
            ("cell",),
            ("fax",),
            ("cellphone",),
            ("contact",),
        )
        return "integer" if not _is_identifier(phrase) else "phone" if called else "text"
    if len(phrase) > 1 and phrase[0] in ("year", "time", "date") and words.is_participle(head):
        return {"year": "integer", "time": "datetime", "date": "date"}[phrase[0]]  # type: ignore[return-value]
    if phrase[0] == "date" and len(phrase) == 2 and head in ("out", "in", "from", "until", "to", "due"):
        return "date"
    if (
        len(phrase) == 2
        and head in ("from", "until", "to", "till", "since")
        and phrase[0] in ("valid", "active")
    ):
        return "date"
    if len(phrase) > 1 and head in ("on", "at") and words.is_participle(phrase[-2]):
        return "date" if head == "on" else "datetime"
    if "to" in phrase[1:-1]:
        return "long_text" if phrase[0] in ("steps", "step", "reason", "instructions") else None
    if head == "value" and len(phrase) > 1:
        return "money" if phrase[-2] in _PRICED else "decimal"
    if head == "time":
        return _time(phrase)
    for named, kind in _PHRASES:
        if (
            text == named
            or text.endswith(" " + named)
            or (" " not in named and named in phrase[-2:-1] + phrase[-1:])
        ):
            if kind == "url" and head != "link":
                continue
            return kind
    if head in ("address", "code", "id", "name", "type", "category", "title", "reference", "method"):
        return "email" if "e-mail" in phrase or "email" in phrase else "text"
    if head == "level" and len(phrase) > 1 and phrase[0] not in ("reorder", "stock", "minimum", "maximum"):
        return "text"
    if len(phrase) > 1 and head in ("date", "day"):
        return "date"
    if head == "size" and phrase[0] in ("party", "group", "team", "class", "household", "family", "batch"):
        return "integer"
    if head in (
        "unit",
        "size",
        "position",
        "place",
        "version",
        "dose",
        "dosage",
        "room",
        "table",
        "child",
        "person",
        "page",
    ):
        return "text"
    return None


def _is_identifier(phrase: tuple[str, ...]) -> bool:
    return not any(word in ("total", "maximum", "max", "minimum", "min", "average") for word in phrase[:-1])


def _time(phrase: tuple[str, ...]) -> FieldType:
    before = phrase[-2] if len(phrase) > 1 else ""
    if before in (
        "cooking",
        "preparation",
        "prep",
        "waiting",
        "travel",
        "delivery",
        "baking",
        "lead",
        "response",
    ):
        return "integer"
    if before in ("opening", "closing"):
        return "time"
    return "datetime"
