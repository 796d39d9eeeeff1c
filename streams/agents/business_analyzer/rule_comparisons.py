"""Relations between values: 'the end must be after the start', 'attendees must not exceed the capacity'."""

from __future__ import annotations

import re

from schemas.specification import Adjustment, Comparison, Condition, Field
from schemas.specification.condition import Operator
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_fields import NUMBERS, TIMES, date_field, ensure, number_field
from streams.agents.business_analyzer.rule_scenes import (
    Scene,
    entity_in,
    field_anywhere,
    field_at,
    field_named,
    path_named,
    referring,
    rule_id,
    scenes,
)

_OPERATORS: tuple[tuple[str, Operator], ...] = (
    (
        r"(?:on or after|not (?:be )?(?:before|earlier than)|no earlier than|at least as (?:late|large"
        r"|high|big|much|many) as|at least|greater than or equal to|no less than|equal to or (?:greater"
        r"|higher|more|larger) than|the same or later than|the same as or (?:after|later than))",
        "ge",
    ),
    (
        r"(?:on or before|no later than|no more than|at most|less than or equal to|up to"
        r"|equal to or (?:less|lower|smaller) than)",
        "le",
    ),
    (
        r"(?:after|later than|greater than|more than|larger than|higher than|above|bigger than|longer than"
        r"|over|exceed(?:s|ing)?|newer than|follow(?:s)?)",
        "gt",
    ),
    (
        r"(?:before|earlier than|less than|smaller than|below|lower than|under|fewer than|shorter than"
        r"|older than|precede(?:s)?)",
        "lt",
    ),
    (
        r"(?:different from|different than|differ from|other than|(?:the )?same as|equal to"
        r"|identical (?:to|with)|match)",
        "eq",
    ),
)
_OPPOSITE: dict[Operator, Operator] = {"gt": "le", "lt": "ge", "ge": "lt", "le": "gt", "eq": "ne", "ne": "eq"}
_NP = (
    r"(?:the |an? |its |their |each |any |every |all )?[a-z][\w\-']*(?: "
    r"(?!must\b|cannot\b|may\b|can\b|has\b|have\b|is\b|are\b|should\b|needs?\b|shall\b|not\b|and\b|but\b|wh"
    r"ich\b|that\b|so\b|be\b|never\b|always\b|if\b|when\b|or\b|will\b|by\b)[\w\-']+){0,6}"
)
_MODAL = r"(?:must|has to|have to|should|may|can|cannot|needs? to|shall|is|are|will|needs?)"
_COMPARE = re.compile(
    rf"(?P<left>{_NP}) (?P<modal>{_MODAL})(?P<adv> (?:always|only|never|in any case|also))?(?P<neg> not"
    rf"| never)?(?: always| ever)?(?: be| lie| come| fall| take place| happen| occur| start| begin| end"
    rf"| cost)?"
    rf"(?: dated| set| placed| chosen)? ?(?P<op>{'|'.join(pattern for pattern, _ in _OPERATORS)}) "
    rf"(?P<right>{_NP}|\d[\w.]*)"
)
_VERBS = re.compile(rf"(?P<left>{_NP}) (?P<op>exceeds?|precedes?|follows?) (?P<right>{_NP})")
_PAST = re.compile(
    rf"(?P<left>{_NP}) (?P<modal>{_MODAL})(?P<neg> not| never)?(?: ever| always)?(?: be| lie)?(?: placed"
    rf"| dated| set| made| booked| created| scheduled| registered| recorded"
    rf"| entered)? ?(?P<where>in the past|in the future|before today|after today)\b"
)
_NOBODY = re.compile(
    r"\b(?:nobody|no [\w ]+?|(?:users?|people|you|they|it|\w+s) cannot|not possible to|impossible to|never"
    r"|cannot) (?:can |may )?(?:be )?(?P<verb>[a-z]+)?(?: [\w ]+?)? ?(?P<where>in the past|in the future"
    r"|for the past|for past (?:dates|days|times))\b|\b(?P<what>[\w\-]+) in the (?P<when>past"
    r"|future) (?:are|is) (?:not (?:allowed|possible|accepted|permitted)|refused|rejected|forbidden"
    r"|impossible)|\bno (?P<what2>[\w\-]+) in the (?P<when2>past|future)\b"
)
_NO_AFTER = re.compile(
    rf"\bno (?:more |new |further )?(?P<what>[\w\-]+)(?: (?:is|are|can be|may be) (?:accepted|possible"
    rf"|allowed|made|placed))? (?P<op>after|before) (?P<right>{_NP})$"
)
_WARNING = re.compile(r"\b(?:notif\w+|notices?|warn\w*|alert\w*|remind\w*|informed|e-?mail is sent)\b")


def find(draft: Draft) -> None:
    """Add the comparisons, then those that every interval implies."""
    for scene in scenes(draft):
        if _WARNING.search(scene.text):
            continue
        text = re.sub(r"\([^)]*\)", "", scene.text)
        _different(scene, text)
        _ahead(scene, text)
        _inside(scene, text)
        for part in re.split(
            r",? and (?=(?:the|an?|its|nobody|no)\b)|, (?=(?:the|an?|nobody|no|its)\b)|; ", text
        ):
            _past(scene, part)
            _pair(scene, part)
            _no_after(scene, part)
    for entity in draft.entities:
        _interval(draft, entity)


def _pair(scene: Scene, text: str) -> None:
    for match in _COMPARE.finditer(text):
        operator = _operator(match["op"])
        negative = bool(match["neg"]) or match["modal"] == "cannot" or (match["adv"] or "").strip() == "never"
        if re.match(r"different|differ|other", match["op"]):
            operator = "ne"
        if operator == "eq" and match["modal"] in ("is", "are"):
            continue
        if match["modal"] in ("is", "are") and not (negative or (match["adv"] or "").strip() == "always"):
            continue
        if negative:
            operator = _OPPOSITE[operator]
        if match["modal"] in ("may", "can") and not negative and operator in ("ne", "eq"):
            continue
        _add(scene, match["left"], operator, match["right"])


_INSIDE = re.compile(
    rf"(?P<left>{_NP}) (?:must|has to|have to|should|needs? to) (?:be|lie|fall) (?:within|in|during"
    rf"|inside) (?:the )?"
    r"(?:period of |dates of |duration of |term of )?(?:the |its |their )?(?P<whole>[\w\- ]+)$"
)


def _inside(scene: Scene, text: str) -> None:
    """'The date of an expense must lie within the trip': between its start and its end."""
    match = _INSIDE.search(text)
    whole = entity_in(scene.draft, match["whole"]) if match else None
    pair = pair_of(whole) if whole is not None else None
    for child, via in (
        referring(scene.draft, whole) if whole is not None and pair is not None and match else []
    ):
        field = field_named(child, match["left"], TIMES) if match else None
        if field is not None and pair is not None:
            write(scene.draft, child, Condition(left=field.name, operator="ge", right=f"{via}.{pair[0]}"))
            write(scene.draft, child, Condition(left=field.name, operator="le", right=f"{via}.{pair[1]}"))
            return


_AHEAD = re.compile(
    rf"(?P<left>{_NP}) (?:must|has to|have to|should|needs? to|may|can)(?: only)? (?:be |lie "
    rf"|take place )?(?:made |placed )?at least"
    r" (?P<n>\d+) (?P<unit>day|hour|week)s? (?:in the future|ahead|from now|in advance|after today"
    r"|later than today|away|before (?P<what>[\w\- ]+))"
)


def _ahead(scene: Scene, text: str) -> None:
    """'The event date must be at least 3 days in the future'."""
    match = _AHEAD.search(text)
    target = _timed(scene, match["what"] or match["left"]) if match else None
    if not match or target is None:
        return
    entity, name = target
    number = int(match["n"]) * (7 if match["unit"] == "week" else 1)
    date = entity.fields[name].type == "date"
    if match["unit"] == "hour":
        right = f"now+{number * 60}m" if not date else f"today+{-(-number // 24)}d"
    else:
        right = f"{'today' if date else 'now'}+{number}d"
    write(scene.draft, entity, Condition(left=name, operator="ge", right=right))


_DIFFERENT = re.compile(
    r"\b(?:the )?(?P<a>[\w\- ]+?) and (?:the )?(?P<b>[\w\- ]+?) (?:must|may|can|cannot|have to|should"
    r"|must not|may not|cannot)(?: not)? (?:be different|differ|be (?:the same|identical|equal))\b"
)
_ITSELF = re.compile(
    r"\b(?P<what>[\w\-]+) (?:cannot|must not|may not) [\w ]*?(?:itself|themselves|himself|herself)\b"
)


def _different(scene: Scene, text: str) -> None:
    """'Origin and destination must be different', 'a team cannot play against itself'."""
    match = _DIFFERENT.search(text)
    for entity in (
        _unique([*scene.entities, *([scene.topic] if scene.topic else []), *scene.draft.entities])
        if match
        else []
    ):
        pair = (field_named(entity, match["a"]), field_named(entity, match["b"])) if match else (None, None)
        if pair[0] is not None and pair[1] is not None and pair[0].name != pair[1].name:
            write(scene.draft, entity, Condition(left=pair[0].name, operator="ne", right=pair[1].name))
            return
    itself = _ITSELF.search(text)
    for entity in scene.draft.entities if itself else []:
        alike = [
            f.name
            for f in entity.fields.values()
            if itself and itself["what"] in f.name.removesuffix("_id").split("_")
        ]
        if len(alike) == 2:
            write(scene.draft, entity, Condition(left=alike[0], operator="ne", right=alike[1]))
            return


def _operator(phrase: str) -> Operator:
    return next(name for pattern, name in _OPERATORS if re.fullmatch(pattern, phrase))


def _add(scene: Scene, left: str, operator: Operator, right: str) -> None:
    """A comparison between two values, on the entity that has the left one or refers to it."""
    draft = scene.draft
    if re.match(r"\d", right) or re.search(r"\d+ ?(?:%|characters|minutes|hours|days)", right):
        return
    for entity, direct in [
        *((e, True) for e in _holders(scene, left)),
        *((e, False) for e in _holders(scene, left)),
    ]:
        one = _value(draft, entity, left)
        if direct == ("." in one or "." in _value(draft, entity, right)):
            continue
        field = field_at(draft, entity, one) if one else None
        if field is None or (re.search(r"\btotal\b", left) and "." not in one):
            continue
        kinds = (
            NUMBERS if field.type in NUMBERS else TIMES if field.type in TIMES else frozenset({field.type})
        )
        other = _value(draft, entity, right, kinds)
        if re.fullmatch(r"(?:the )?(?:today|now|current (?:date|time|day)|creation date)", right):
            other = "today" if field.type == "date" else "now"
        if not other and field.type == "text" and operator in ("gt", "ge", "lt", "le"):
            other = _value(draft, entity, right, NUMBERS)
            if other and "." not in one:
                entity.change(one, type="integer", max_length=0, minimum="0")
        other = other or _missing_size(draft, entity, field, right)
        if other and other != one and not ("." in one and one.split(".")[0] == other.split(".")[0]):
            draft.rules.setdefault("_explained", []).append(scene.index)
            write(draft, entity, Condition(left=one, operator=operator, right=other))
            return


_SIZE_OF = re.compile(
    r"^(?:the )?(?P<what>seats|places|capacity|size|maximum|limit|number of \w+) of (?:the|its"
    r"|their) (?P<whole>[\w\- ]+)$"
)


def _missing_size(draft: Draft, entity: EntityDraft, field: Field, right: str) -> str:
    """'the seats of the table', where the table has not been said to have seats."""
    match = _SIZE_OF.match(right.strip())
    whole = entity_in(draft, match["whole"]) if match else None
    via = entity.reference_to(whole) if whole is not None and whole is not entity else ""
    if not match or whole is None or not via or field.type not in NUMBERS:
        return ""
    made = ensure(whole, match["what"].replace(" ", "_"), "integer", required=True, minimum="0")
    return f"{via}.{made.name}"


def _holders(scene: Scene, phrase: str) -> list[EntityDraft]:
    """Entities that may have the value: named in it, in the sentence, referring to those, all others."""
    draft = scene.draft
    named = entity_in(draft, phrase)
    near = [*([named] if named else []), *scene.entities, *([scene.topic] if scene.topic else [])]
    around = [other for entity in near for other, _ in referring(draft, entity)]
    found = field_anywhere(scene, phrase)
    ordered = [*near, *around, *([found[0]] if found else []), *draft.entities]
    return _unique(ordered)


def _unique(entities: list[EntityDraft]) -> list[EntityDraft]:
    kept: list[EntityDraft] = []
    for entity in entities:
        if not any(entity is other for other in kept):
            kept.append(entity)
    return kept


def _value(draft: Draft, entity: EntityDraft, phrase: str, kinds: frozenset[str] = frozenset()) -> str:
    """The field or path for a phrase; the entity's own name stands for its amount ('a bid must be ...')."""
    path = path_named(draft, entity, phrase, kinds)
    if path:
        return path
    bare = re.sub(r"^(?:the|an?|each|every|any|its|their)\s+", "", phrase.strip())
    if entity_in(draft, bare) is entity and len(bare.split()) <= len(entity.words):
        number = number_field(entity, "amount", "value", "price", "quantity", "size")
        if number is not None and (not kinds or number.type in kinds):
            return number.name
    return ""


def write(draft: Draft, entity: EntityDraft, condition: Condition, message: str = "") -> None:
    """One comparison, once in whichever direction."""
    from streams.agents.business_analyzer import rule_texts

    for known in draft.rules.get("comparisons", []):
        if (
            isinstance(known, Comparison)
            and known.entity == entity.name
            and _alike(known.condition, condition)
        ):
            return
    for adjustment in draft.rules.get("adjustments", []):
        if isinstance(adjustment, Adjustment) and _is_floor(adjustment, entity, condition):
            return
    text = rule_texts.condition_text(condition)
    draft.rule(
        "comparisons",
        Comparison(
            id=rule_id(entity.name, condition.left, condition.operator, condition.right),
            entity=entity.name,
            condition=condition,
            message=message or f"It must hold that {text}.",
        ),
    )


def _is_floor(rule: Adjustment, entity: EntityDraft, condition: Condition) -> bool:
    """Whether the comparison says what the floor of an adjustment keeps."""
    sides = {condition.left, condition.right}
    return (
        rule.entity == entity.name
        and bool(rule.floor)
        and sides == {rule.amount, f"{rule.via}.{rule.target}"}
    )


def _alike(one: Condition, other: Condition) -> bool:
    return (
        {one.left, one.right} == {other.left, other.right} and one.operator != "ne" and other.operator != "ne"
    )


def _past(scene: Scene, text: str) -> None:
    """'nobody can book in the past', 'the date must not be in the future'."""
    match = _PAST.search(text)
    if match and not re.match(r"(?:nobody|no )", match["left"]):
        negative = bool(match["neg"]) or match["modal"] == "cannot"
        target = _timed(scene, match["left"])
        if target is not None and match["modal"] not in ("is", "are"):
            _against_now(scene, *target, match["where"], negative)
            return
    nobody = _NOBODY.search(text)
    if nobody:
        where = nobody["where"] or f"in the {nobody['when'] or nobody['when2']}"
        what = nobody["what"] or nobody["what2"] or text
        target = _timed(scene, what)
        if target is not None:
            _against_now(scene, *target, where, True)


def _timed(scene: Scene, phrase: str) -> tuple[EntityDraft, str] | None:
    """The entity and its date that a phrase speaks of: a named date, or when the named thing happens."""
    field = next(
        (
            f
            for e in _holders(scene, phrase)[:4]
            if (f := field_named(e, phrase, TIMES)) is not None and (holder := e)
        ),
        None,
    )
    if field is not None:
        return holder, field.name
    for entity in _unique([*scene.entities, *([scene.topic] if scene.topic else [])]):
        start = next(
            (
                f
                for f in entity.fields.values()
                if f.type in TIMES and not f.read_only and set(f.name.split("_")) & {"start", "begin", "from"}
            ),
            None,
        )
        start = start or date_field(entity)
        if start is not None and not start.read_only:
            return entity, start.name
    return None


def _against_now(scene: Scene, entity: EntityDraft, field: str, where: str, negative: bool) -> None:
    past = "past" in where or "before" in where
    operator: Operator = ("ge" if past else "le") if negative else ("lt" if past else "gt")
    kind = entity.fields[field].type
    write(
        scene.draft,
        entity,
        Condition(left=field, operator=operator, right="today" if kind == "date" else "now"),
    )


def _no_after(scene: Scene, text: str) -> None:
    """'No donations after the end date of the campaign'."""
    match = _NO_AFTER.search(text.strip())
    entity = entity_in(scene.draft, match["what"]) if match else None
    if not match or entity is None:
        return
    limit = path_named(scene.draft, entity, match["right"], TIMES)
    if "." not in limit:
        return
    field = field_at(scene.draft, entity, limit)
    today = "today" if field is not None and field.type == "date" else "now"
    write(
        scene.draft,
        entity,
        Condition(left=limit, operator="ge" if match["op"] == "after" else "le", right=today),
    )


_PAIRS = (
    ("start", "end"),
    ("begin", "end"),
    ("from", "to"),
    ("from", "until"),
    ("arrival", "departure"),
    ("check_in", "check_out"),
    ("checkin", "checkout"),
    ("pickup", "return"),
    ("pick_up", "return"),
    ("pick_up", "drop_off"),
    ("pickup", "dropoff"),
    ("valid_from", "valid_until"),
    ("opening", "closing"),
    ("opens", "closes"),
    ("start", "finish"),
    ("min", "max"),
    ("minimum", "maximum"),
)


def pair_of(entity: EntityDraft) -> tuple[str, str] | None:
    """The fields between which a record lasts, None where it has no such pair."""
    for first, last in _PAIRS[:-2]:
        for name, field in entity.fields.items():
            if field.type not in TIMES or not re.search(rf"(^|_){first}(_|$)", name):
                continue
            partner = entity.fields.get(re.sub(rf"(^|_){first}(_|$)", rf"\1{last}\2", name))
            if partner is not None and partner.type == field.type:
                order = list(entity.fields)
                travels = first == "arrival" and order.index(partner.name) < order.index(name)
                return (partner.name, name) if travels else (name, partner.name)
    return None


def _interval(draft: Draft, entity: EntityDraft) -> None:
    """What lasts from a start to an end does not end before it starts."""
    pair = pair_of(entity)
    if pair is not None and not any(entity.fields[name].read_only for name in pair):
        operator: Operator = "gt" if entity.fields[pair[0]].type == "datetime" else "ge"
        write(draft, entity, Condition(left=pair[1], operator=operator, right=pair[0]))
