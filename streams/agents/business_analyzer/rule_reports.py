"""Reports: totals and counts by group, over all or some records."""

from __future__ import annotations

import re
from dataclasses import replace

from schemas.specification import Condition, Derivation, Report
from streams.agents.business_analyzer import words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_conditions import of_time, of_word
from streams.agents.business_analyzer.rule_derivations import line_amount
from streams.agents.business_analyzer.rule_fields import NUMBERS, date_field, ensure, number_field
from streams.agents.business_analyzer.rule_scenes import (
    Scene,
    entity_in,
    field_at,
    field_named,
    mentions,
    path_named,
    reachable,
    referring,
    rule_id,
    scenes,
)
from streams.agents.business_analyzer.tokens import tokenise

_GROUPED = re.compile(
    r"\b(?P<what>[\w\-%' ]*?)\b(?:,)? ?\b(?P<by>by|per|for each|for every|of each|of every|grouped by"
    r"|split by|broken down by) (?:the |each )?(?P<groups>[\w\-]+(?: "
    r"(?!and\b|or\b|per\b|by\b|are\b|is\b|as\b|for\b|of\b|in\b|with\b|to\b|so\b|must\b|can\b|should\b|that"
    r"\b|from\b|on\b|at\b|over\b)[\w\-]+)?(?:(?:, | and | or |, and | per | by )(?:the |by "
    r"|per )?[\w\-]+(?: (?!and\b|or\b|per\b|by\b|are\b|is\b|as\b|for\b|of\b|in\b|with\b|to\b|so\b|must\b|ca"
    r"n\b|should\b|that\b|from\b|on\b|at\b|over\b)[\w\-]+)?)*)"
)
_TOTAL = re.compile(
    r"\b(?:totals?|sums?|total sum|turnover|revenues?|sales figures?|spending|takings|income|earnings"
    r"|kilomet\w+|hours worked|working hours|amounts?|overall)\b"
)
_COUNT = re.compile(r"\b(?:number|count|how many|counts?|numbers)\b")
_AVERAGE = re.compile(r"\b(?:average|mean|median|percentage of|share of)\b")
_MEAN_PART = re.compile(
    r"\b(?:the )?average [\w ]+? and (?=the )|(?:,| and) (?:the )?average [\w ]+?(?= per | by | for )"
)
_WORD = re.compile(
    r"\b(?:reports?|statistics?|overview|evaluation|summary|summaries|totals?|sums?|turnover|revenue|count"
    r"|kilomet\w+|how many|number of|dashboard|chart|breakdown"
    r"|(?:income|takings|spending|earnings|expenditure) (?:by|per|for each))\b"
)
_FOR_EACH = re.compile(
    r"\bfor (?:each|every) (?P<whole>[\w\-]+)(?: [\w\-]+)?,? (?P<what>(?:the |how many |a )?[\w\- ]+)"
    r"|\b(?:show|list|report)s? for (?:each|every) (?P<whole2>[\w\-]+) (?P<what2>[\w\- ]+)"
)
_STOCK_VALUE = re.compile(
    r"\b(?:total )?(?:stock|inventory|warehouse) value|value of (?:the |all )?(?:stock|inventory|goods)\b"
)
_PERIODS = {"month": "month", "day": "day", "monthly": "month", "daily": "day"}
_SPLIT_BY = re.compile(
    r"\b(?P<what>bill|total|order|check|invoice|sum)\b[^.;]*?\bsplit (?:up )?(?:by|per|between"
    r"|among) (?:the )?(?P<who>[\w\-]+)"
)
_RULE = re.compile(r"\b(?:must|may|cannot|never|no more|at most|only|not|unique|maximum)\b")


def find(draft: Draft) -> None:
    """Add the reports that the sentences ask for."""
    for scene in scenes(draft):
        if _split_bill(draft, scene):
            continue
        if (
            not (_WORD.search(scene.text) or _asked(scene))
            or _is_data(scene)
            or _RULE.search(scene.text.split(" so that ")[0])
        ):
            continue
        if _AVERAGE.search(scene.text):
            _open(draft, scene)
            rest = _MEAN_PART.sub(" ", scene.text)
            if rest == scene.text or (not _COUNT.search(rest) and not _TOTAL.search(rest)):
                continue
            scene = replace(scene, text=rest)
        if _stock_value(draft, scene) or _for_each(draft, scene) or _grouped(draft, scene):
            continue
        _single(draft, scene)


def _is_data(scene: Scene) -> bool:
    """A sentence that tells what a record has is no report."""
    first = scene.clauses[0] if scene.clauses else None
    has = (
        first is not None
        and first.verbs[0] in ("have", "belong", "contain")
        and not re.search(r"\breports?\b", scene.text)
    )
    computed = re.search(
        r"\b(?:is|are|equals?|shows?) (?:the )?(?:sum|total) of (?:its|their|the"
        r"|all)\b|\bderived from\b|\badds? up\b|\bcalculated (?:from|as|by)\b|\btimes\b|\bmultiplied\b",
        scene.text,
    )
    return has or bool(computed)


def _open(draft: Draft, scene: Scene) -> None:
    sentence = draft.document.sentences[scene.index].text
    draft.assume(
        f"How should this be reported: {sentence}?",
        "Averages and shares are left out; totals and numbers by group are there, from which they follow.",
        sentence,
    )


def _write(
    draft: Draft,
    entity: EntityDraft,
    measure: tuple[str, ...],
    groups: tuple[str, ...],
    where: tuple[Condition, ...] = (),
    within: str = "",
    name: str = "",
) -> None:
    keys = _keys(groups)
    what = name or (
        "-".join((*[re.sub(r"^.*\.", "", m) for m in measure[:1]], "of")) + "-" if measure else "number-of-"
    )
    title = name or f"{what}{words.plural(entity.words[-1])}" + (f"-by-{'-and-'.join(keys)}" if keys else "")
    path = words.kebab(title.split("-"))[:70].strip("-")
    if within and any(getattr(r, "name", "") == path for r in draft.rules.get("reports", [])):
        return
    draft.rule(
        "reports",
        Report(
            id=rule_id("report", path),
            name=path,
            label=words.label(path.split("-")),
            entity=entity.name,
            measure=measure,
            group_by=groups,
            where=where,
            within=within,
        ),
    )


def _stock_value(draft: Draft, scene: Scene) -> bool:
    if not _STOCK_VALUE.search(scene.text):
        return False
    for entity in [*scene.entities, *draft.entities]:
        held = next(
            (
                f
                for f in entity.fields.values()
                if f.type in NUMBERS
                and set(f.name.split("_")) & {"stock", "quantity"}
                and not set(f.name.split("_")) & {"minimum", "reorder", "min"}
            ),
            None,
        )
        price = next((f for f in entity.fields.values() if f.type == "money"), None)
        if held is not None and price is not None:
            _write(draft, entity, (held.name, price.name), (), name="stock-value")
            return True
    return False


def _for_each(draft: Draft, scene: Scene) -> bool:
    """'for each van the kilometres of the last 30 days'."""
    match = _FOR_EACH.search(scene.text)
    whole = entity_in(draft, match["whole"] or match["whole2"]) if match else None
    if not match or whole is None:
        return False
    what = match["what"] or match["what2"] or ""
    if not (_TOTAL.search(scene.text) or _COUNT.search(scene.text)):
        return False
    counts = bool(_COUNT.search(scene.text))
    for child, via in referring(draft, whole):
        named = entity_in(draft, what)
        measured = _measure(draft, child, what) if not counts else ()
        if measured or (counts and named is child):
            _write(draft, child, measured, (via,), of_time(child, scene.text), via)
            return True
    return False


def _grouped(draft: Draft, scene: Scene) -> bool:
    text = re.sub(
        r"\b(?:reported|shown|listed|displayed|calculated|summed up|summed|grouped|as csv"
        r"|for (?:the )?managers?|export(?:ed)?)\b",
        " ",
        scene.text,
    )
    match = next(
        (
            m
            for m in _GROUPED.finditer(re.sub(r"\s+", " ", text))
            if _TOTAL.search(m["what"])
            or _COUNT.search(m["what"])
            or re.search(r"\breports?\b|\bstatistics?\b|\boverview\b", text)
            or _asked(scene)
        ),
        None,
    )
    if match is None:
        match = _monthly(scene)
    if match is None:
        return False
    names = [
        re.sub(r"^(?:by|per|the|each)\s+", "", part.strip())
        for part in re.split(r",| and | or | per | by ", match["groups"])
        if part.strip()
    ]
    counts = bool(_COUNT.search(match["what"])) and not _TOTAL.search(match["what"].split("number of")[-1])
    for entity in _candidates(draft, scene, match["what"]):
        groups = _groups(draft, entity, names) or _groups(draft, entity, names[:1])
        measure = () if counts else _measure(draft, entity, match["what"])
        of_records = (
            not measure and scene.text.startswith("report") and entity_in(draft, match["what"]) is entity
        )
        counts = counts or of_records
        if groups and (counts or measure):
            within = (
                groups[0]
                if len(groups) == 1
                and entity.fields.get(groups[0]) is not None
                and entity.fields[groups[0]].references
                else ""
            )
            where = _conditions(draft, entity, match["what"])
            name = _called(match["what"], groups) if measure else ""
            _write(draft, entity, measure, groups, where, within, name)
            return True
    return False


_EARNED = re.compile(r"\b(income|revenue|turnover|takings|earnings|spending)\b")


def _called(what: str, groups: tuple[str, ...]) -> str:
    """'income-by-category', as it was asked for; '' where the data themselves were named."""
    earned = _EARNED.search(what)
    return f"{earned[1]}-by-{'-and-'.join(_keys(groups))}" if earned else ""


def _keys(groups: tuple[str, ...]) -> list[str]:
    return [
        re.sub(r"_id$", "", group.split(":")[0] if ":" in group else group.rsplit(".", 1)[-1])
        for group in groups
    ]


_SHOWN = re.compile(
    r"^(?:show|list|report|display|see|an? (?:report|overview|statistic) (?:of|on|about"
    r"|with))\b(?: me)?(?: all)?(?: the)? (?P<what>[\w\- ]+?) (?:per|by|for each|of each|for every)\b"
)


def _asked(scene: Scene) -> bool:
    """'Show the minutes per case', 'Report complaints by category': a number or records by group."""
    match = _SHOWN.search(scene.text)
    if not match:
        return False
    number = any(field_named(entity, match["what"], NUMBERS) is not None for entity in scene.draft.entities)
    entity = entity_in(scene.draft, match["what"])
    if number or entity is None or scene.text.startswith("report"):
        return number or entity is not None
    amounts = number_field(entity, "amount", "total", "value", "hours") is not None
    return amounts and bool(re.search(r"\b(?:month|day|and)\b", scene.text[match.end("what") :]))


def _monthly(scene: Scene) -> re.Match[str] | None:
    """'the monthly revenue' is the revenue by month."""
    match = re.search(r"\b(monthly|daily) (?P<what>[\w\- ]+)", scene.text)
    if not match or not _TOTAL.search(match["what"]):
        return None
    return _GROUPED.search(f"{match['what']} by {_PERIODS[match[1]]}")


def _candidates(draft: Draft, scene: Scene, what: str) -> list[EntityDraft]:
    """Entities whose records a report goes over: named in what is measured, in the sentence, around, all."""
    named = [m.entity for m in mentions(draft, tokenise(what))] if what.strip() else []
    near = [*named, *scene.entities, *([scene.topic] if scene.topic else [])]
    around = [child for entity in near for child, _ in referring(draft, entity)]
    ordered: list[EntityDraft] = []
    for entity in [*near, *around, *draft.entities]:
        if not any(entity is other for other in ordered):
            ordered.append(entity)
    return ordered


def _groups(draft: Draft, entity: EntityDraft, names: list[str]) -> tuple[str, ...]:
    """The fields that the groups name; () where one is unknown."""
    found: list[str] = []
    for name in names:
        period = _PERIODS.get(name, "") or {"week": "day", "year": "month", "quarter": "month"}.get(name, "")
        if name in ("week", "year", "quarter"):
            draft.assume(
                f"Reports are grouped by day or month. How should a {name} be shown?",
                f"Where a {name} is asked for, the report gives each {period}.",
            )
        if period:
            date = date_field(entity)
            far = (
                next(((p, d) for p, e in reachable(draft, entity) if (d := date_field(e)) is not None), None)
                if date is None
                else None
            )
            path = (
                f"{period}:{date.name}"
                if date is not None
                else f"{period}:{far[0]}.{far[1].name}"
                if far is not None
                else ""
            )
        else:
            other = entity_in(draft, name)
            path = _of_referred(draft, entity, name)
            path = path or (entity.reference_to(other) if other is not None else "")
            path = path or (
                f.name
                if (f := field_named(entity, name)) is not None and f.type not in ("long_text",)
                else ""
            )
            path = path or path_named(draft, entity, name)
            path = path or next(
                (prefix for prefix, reached in reachable(draft, entity) if reached is other), ""
            )
        if not path:
            return ()
        found.append(path)
    return tuple(dict.fromkeys(found))


def _of_referred(draft: Draft, entity: EntityDraft, name: str) -> str:
    """'by equipment category' is by the category of the equipment that is referred to."""
    parts = tuple(name.split())
    for split in range(1, len(parts)):
        other = next((e for e in draft.entities if e.words == parts[:split]), None)
        reference = entity.reference_to(other) if other is not None else ""
        field = field_named(other, " ".join(parts[split:])) if other is not None and reference else None
        if field is not None:
            return f"{reference}.{field.name}"
    return ""


def _measure(draft: Draft, entity: EntityDraft, what: str) -> tuple[str, ...]:
    """The numbers that are summed."""
    what = re.sub(
        r"\b(?:of|in|for|during|within|over|from) the (?:last|past|next|coming) (?:\d+ )?[a-z]+\b", " ", what
    )
    cleaned = re.sub(
        r"\b(?:totals?|sums?|show|report|reports|see|of|the|all|a|an|overview|can|managers?|per|for|over"
        r"|overall|statistics?)\b",
        " ",
        what,
    )
    cleaned = re.sub(r"\s+", " ", cleaned).strip()
    field = field_named(entity, cleaned, NUMBERS) if cleaned else None
    if field is not None and field.choices == ():
        return (field.name,)
    if re.search(r"\b(?:hours|time)\b", what):
        hours = number_field(entity, "hours", "minutes", "duration")
        return (hours.name,) if hours is not None and hours.type != "money" else ()
    money = [f for f in entity.fields.values() if f.type == "money"]
    priced = [f for f in money if set(f.name.split("_")) & {"price", "rate", "cost"}]
    if re.search(r"\b(?:revenue|turnover|sales|takings|income|earnings|price|prices)\b", what):
        return _revenue(draft, entity)
    if len(money) == 1 and not priced:
        return (money[0].name,)
    amount = number_field(entity, "amount", "total", "value", "sum", "fee")
    return (amount.name,) if amount is not None and amount.type in ("money", "decimal") else ()


def _revenue(draft: Draft, entity: EntityDraft) -> tuple[str, ...]:
    """What was earned: the amount of a record, else quantity times the price of what was sold."""
    for name in ("total", "amount", "price", "fee", "value", "revenue", "total_price"):
        field = entity.fields.get(name)
        if field is not None and field.type == "money":
            quantity = number_field(entity, "quantity", "count", "number")
            return (
                (quantity.name, name)
                if name == "price" and quantity is not None and quantity.type == "integer"
                else (name,)
            )
    earned = ("selling", "sale", "total", "paid", "takings", "income", "revenue")
    sold = next(
        (f.name for f in entity.fields.values() if f.type == "money" and set(f.name.split("_")) & {*earned}),
        "",
    )
    if sold:
        return (sold,)
    quantity = number_field(entity, "quantity", "count", "number")
    for prefix, other in reachable(draft, entity):
        price = next(
            (f for f in other.fields.values() if f.type == "money" and "price" in f.name.split("_")), None
        )
        if price is not None and "." not in prefix:
            return (
                (quantity.name, f"{prefix}.{price.name}")
                if quantity is not None and quantity.type != "money"
                else (f"{prefix}.{price.name}",)
            )
    return ()


def _conditions(draft: Draft, entity: EntityDraft, what: str) -> tuple[Condition, ...]:
    """'open deals', 'of active contracts'."""
    found: list[Condition] = []
    for word in re.findall(r"[a-z\-]+", what):
        if word in ("total", "totals", "sum", "number", "report", "monthly", "due"):
            continue
        where = of_word(draft, entity, word)
        if where and not any(field_at(draft, entity, c.left) is None for c in where):
            found += [c for c in where if c not in found]
            break
    return (*found, *of_time(entity, what))


def _single(draft: Draft, scene: Scene) -> None:
    """A total without groups: 'the sum of monthly fees of active contracts'."""
    match = re.search(
        r"\b(?:sum|total|total sum|totals|total number|number) of (?:all )?(?:the )?(?P<what>[\w\- ]+)"
        r"|\btotal (?P<what2>[\w\- ]+)|\breport (?:of|on|about) (?:the )?total (?P<what3>[\w\- ]+)",
        scene.text,
    )
    if not match:
        return
    what = match["what"] or match["what2"] or match["what3"]
    counts = bool(re.search(r"\bnumber of\b", match[0]))
    for entity in _candidates(draft, scene, what):
        measure = () if counts else _measure(draft, entity, what)
        if measure or (counts and entity_in(draft, what) is entity):
            _write(draft, entity, measure, (), _conditions(draft, entity, what))
            return


def _split_bill(draft: Draft, scene: Scene) -> bool:
    """'The bill can be split by guest': the lines of an order by who had them."""
    match = _SPLIT_BY.search(scene.text)
    if not match:
        return False
    lines = [e for e in draft.entities if e.parent]
    whole = next((e for e in scene.entities if any(line.reference_to(e) for line in lines)), None)
    line = next((e for e in lines if whole is None or e.reference_to(whole)), None)
    if line is None:
        return False
    who = words.singular(match["who"])
    known = field_named(line, who)
    field = known.name if known is not None else ensure(line, who, "text").name
    amount = line_amount(draft, line)
    parent = line.parent
    if amount:
        _sum_of_order(draft, line, parent, amount)
        _write(draft, line, (amount,), (field,), (), parent, name=words.kebab((match["what"], "by", who)))
    return True


def _sum_of_order(draft: Draft, line: EntityDraft, parent: str, amount: str) -> None:
    from streams.agents.business_analyzer.rule_derivations import sum_into

    whole = draft.find(line.fields[parent].references)
    summed = any(
        isinstance(d, Derivation) and whole is not None and d.entity == whole.name and d.child == line.name
        for d in draft.rules.get("derivations", [])
    )
    if whole is not None and not summed:
        sum_into(draft, whole, line, amount, "total")
