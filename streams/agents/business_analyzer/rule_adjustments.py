"""Stock and balances that other records raise and lower."""

from __future__ import annotations

import re

from schemas.specification import Adjustment, Field
from streams.agents.business_analyzer import words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_fields import NUMBERS, drop_mere_name, number_field, refer
from streams.agents.business_analyzer.rule_scenes import Scene, entity_in, field_anywhere, rule_id, scenes
from streams.agents.business_analyzer.word_sets import word_set

_IN = word_set(
    "delivery receipt deposit purchase restock intake return refill top-up credit arrival replenishment "
    "income contribution refund earning"
)
_OUT = word_set(
    "withdrawal sale issue consumption removal dispense debit redemption usage dispatch spending payout "
    "outgoing pick disposal loss use"
)
_HELD = word_set("stock quantity balance inventory points credit credits level amount budget")
_RAISES = re.compile(
    r"\b(?:increases?|raises?|adds? to|adds? [\w ]*to|grows?|tops? up|goes up|credits?|(?:added|credited"
    r"|paid) (?:in)?to)\b"
)
_LOWERS = re.compile(
    r"\b(?:reduces?|decreases?|lowers?|subtracts?|deducts?|takes?|draws? down|diminish(?:es)?|consumes?"
    r"|debits?"
    r"|(?:deducted|subtracted|taken|withdrawn|removed|drawn) from)\b"
)
_MOVES_WITH = re.compile(
    r"\b(?:stock|balance|quantity|points) (?:(?P<down>goes down|decreases|falls|drops|shrinks|sinks"
    r"|is reduced|is lowered|is decreased)"
    r"|(?P<up>goes up|increases|rises|grows|is increased|is raised)) (?:by|with|on|for|after|through"
    r"|at)(?: the quantity of)?"
    r" (?:each|every|an?|the|any) (?P<what>[\w\-]+)"
)
_CHANGES = re.compile(r"\b(?:change|changes|adjust|adjusts|update|updates|affect|affects)\b")
_FLOOR = re.compile(
    r"\b(?:never|not|cannot|may not|must not|no)\b[^.;]{0,40}\b(?:below|under|less than|negative"
    r"|minus)\b|\bnever negative\b|\bmore than (?:is|there is|are|what is)?[^.;]{0,20}\b(?:stock|available"
    r"|left|balance)\b"
    r"|\b(?:larger|greater|higher|more) than (?:the |its )?(?:current |available )?(?:stock|balance"
    r"|quantity)\b|\bexceeds? the (?:stock|balance)\b"
    r"|\bout of stock\b|\binsufficient\b|\benough (?:stock|balance|funds|credit)"
    r"|\bsufficient\b|\boverdraw\w*\b|\bif [^.;]{0,20}(?:in stock|available)\b|\bcannot (?:sell|withdraw"
    r"|issue)[^.;]{0,30} more\b|\bat least (?:0|zero)\b"
)


def find(draft: Draft) -> None:
    """Add the adjustments, with references and amounts where the records lack them."""
    floor = any(_FLOOR.search(scene.text) for scene in scenes(draft))
    for movement, sign, scene in _movements(draft):
        holder, held = _holder(draft, movement, scene)
        if holder is None or held is None:
            continue
        _adjust(draft, movement, sign, holder, held, floor)


def _movements(draft: Draft) -> list[tuple[EntityDraft, int, Scene]]:
    """Records that raise or lower, with the sentence that says so."""
    found: dict[tuple[str, int], tuple[EntityDraft, int, Scene]] = {}
    named = [scene for scene in scenes(draft) if _speaks_of_holding(scene)]
    for scene in scenes(draft):
        moved = _MOVES_WITH.search(scene.text)
        what = entity_in(draft, moved["what"]) if moved else None
        if moved and what is not None:
            found.setdefault(
                (what.name, -1 if moved["down"] else 1), (what, -1 if moved["down"] else 1, scene)
            )
        for sign, pattern in ((1, _RAISES), (-1, _LOWERS)):
            for match in pattern.finditer(scene.text):
                entity = _before(scene, match.start())
                if entity is not None and _touches_holding(scene, match.end()):
                    found.setdefault((entity.name, sign), (entity, sign, scene))
    if not named:
        return list(found.values())
    for scene in named:
        _missing(draft, scene)
    for entity in draft.entities:
        sign = 1 if entity.words[-1] in _IN else -1 if entity.words[-1] in _OUT else 0
        if sign and not any(name == entity.name for name, _ in found):
            found[(entity.name, sign)] = (entity, sign, named[0])
    return list(found.values())


def _missing(draft: Draft, scene: Scene) -> None:
    """Movements that are named as such, but of which no data is told."""
    for index, token in enumerate(scene.tokens):
        noun = words.singular(token.low)
        following = scene.tokens[index + 1].tag if index + 1 < len(scene.tokens) else "P"
        if (
            token.tag == "N"
            and following != "N"
            and noun in ("delivery", "receipt", "deposit", "withdrawal", "issue", "sale", "purchase")
            and draft.resolve((noun,)) is None
        ):
            draft.add((noun,))


def _speaks_of_holding(scene: Scene) -> bool:
    """Whether the sentence tells that the amount held follows from the records."""
    text = scene.text
    holds = re.search(r"\b(?:stock|balance|inventory|quantity|points|credits?)\b", text)
    return bool(
        holds
        and (_FLOOR.search(text) or _RAISES.search(text) or _LOWERS.search(text) or _CHANGES.search(text))
    )


def _before(scene: Scene, position: int) -> EntityDraft | None:
    """The entity named last before a position of the text, as the subject of the verb there."""
    start = max(scene.text.rfind(",", 0, position), scene.text.rfind(" and a", 0, position), 0)
    part = scene.text[start:position]
    candidates = [
        e for e in scene.entities if re.search(rf"\b(?:{e.words[-1]}|{words.plural(e.words[-1])})\b", part)
    ]
    named = [mention.entity for mention in scene.mentions]
    return candidates[-1] if candidates else named[0] if named and "," in scene.text[:position] else None


def _touches_holding(scene: Scene, position: int) -> bool:
    rest = scene.text[position : position + 50]
    return bool(re.search(r"\b(?:stock|balance|quantity|inventory|points|credits?|it|level|budget)\b", rest))


def _holder(draft: Draft, movement: EntityDraft, scene: Scene) -> tuple[EntityDraft | None, Field | None]:
    """The record with the number that changes: referred to, else the one that has such a number."""
    referred = [
        e for f in movement.fields.values() if f.references and (e := draft.find(f.references)) is not None
    ]
    others = [
        e for e in draft.entities if e is not movement and e not in referred and e.words[-1] not in _IN | _OUT
    ]
    for entity in (*referred, *others):
        held = [f for f in entity.fields.values() if f.type in NUMBERS and set(f.name.split("_")) & _HELD]
        held = [
            f
            for f in held
            if not set(f.name.split("_")) & {"reorder", "minimum", "min", "target", "max", "maximum", "limit"}
        ]
        if held:
            return entity, next((f for f in held if "stock" in f.name or "balance" in f.name), held[0])
    named = field_anywhere(scene, "stock", NUMBERS) or field_anywhere(scene, "balance", NUMBERS)
    return named if named and named[0] is not movement else (None, None)


def _adjust(
    draft: Draft, movement: EntityDraft, sign: int, holder: EntityDraft, held: Field, floor: bool
) -> None:
    drop_mere_name(movement)
    via = refer(movement, holder)
    amount = number_field(movement, "quantity", "amount", "points", "units", "pieces", "count", "number")
    if amount is None:
        name = "amount" if held.type == "money" else "quantity"
        amount = movement.put(
            Field(
                name=name,
                label=words.label((name,)),
                type=held.type,
                required=True,
                minimum="0",
                exclusive_minimum=True,
            )
        )
    movement.change(amount.name, required=True)
    if not amount.minimum or amount.minimum == "0":
        movement.change(amount.name, minimum="0", exclusive_minimum=True)
    lowest = "0" if floor else ""
    if floor:
        holder.change(held.name, minimum="0", required=False, default=held.default or "0")
    if held.type == "integer" and amount.type != "integer":
        holder.change(held.name, type=amount.type)
    draft.rule(
        "adjustments",
        Adjustment(
            id=rule_id(movement.name, "changes", holder.name, held.name),
            entity=movement.name,
            via=via,
            target=held.name,
            amount=amount.name,
            sign=sign,
            floor=lowest if sign < 0 else "",
            message=f"There is not enough {held.label.lower()}." if sign < 0 else "",
        ),
    )
