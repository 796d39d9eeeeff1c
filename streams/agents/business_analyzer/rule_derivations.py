"""Fields that the service computes: totals, products, differences, counts."""

from __future__ import annotations

import re

from schemas.specification import Derivation
from schemas.specification.rules import DerivationKind
from streams.agents.business_analyzer import words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_fields import (
    NUMBERS,
    as_number,
    ensure,
    money_or_number,
    number_field,
    safe_name,
)
from streams.agents.business_analyzer.rule_scenes import (
    Scene,
    entity_in,
    field_anywhere,
    field_at,
    field_named,
    path_named,
    reachable,
    referring,
    rule_id,
    scenes,
)

_NP = (
    r"(?:the |an? |its |their |each |every )?[a-z][\w\-']*(?: "
    r"(?!is\b|are\b|must\b|equals?\b|times\b|and\b|shows?\b)[\w\-']+){0,6}?"
)
_TIMES_OF = re.compile(
    rf"(?P<what>{_NP}) (?:is|are|equals?|=|is calculated (?:as|from|by)|is computed (?:as|from|by)"
    rf"|results from|follows from|is derived from|are calculated (?:as|from"
    rf"|by))(?: always)? (?:the product of )?"
    r"(?:the |its )?(?P<a>[\w\- ]+?) (?P<op>times|multiplied by|x|\*|by|and|minus|less|plus)(?: the"
    r"| its)? (?P<b>[\w\- ]+?)(?=$|[,;.]| and the | plus (?:the )?[\w ]+$)"
)
_SUM = re.compile(
    rf"(?P<what>{_NP}) (?:is|are|equals?|is calculated as|is computed as|results from|shows?|has|contains"
    rf"|is always)(?: always| automatically)? (?:derived from|calculated from|computed from|worked out from"
    rf"|the sum of"
    rf"|the sums of|the total of|added up from|summed from|made up of|the sum over|sum of)(?: all)?(?: the"
    rf"| its| their)? (?P<of>[\w\- ]+)"
)
_ADDS_UP = re.compile(
    r"(?P<what>[\w\- ]+?) (?:adds? up|sums? up|totals|sums)(?: all)?(?: the| its)? (?P<of>[\w\- ]+)"
)
_DIFFERENCE = re.compile(
    rf"(?P<what>{_NP}) (?:is|equals|is calculated as|results from) (?:the )?difference (?:between"
    rf"|of) (?:the )?(?P<a>[\w\- ]+?) and (?:the )?(?P<b>[\w\- ]+)"
)
_COUNT = re.compile(
    r"(?P<whole>[\w\- ]+?) (?:shows?|has|knows?|displays?|keeps?) (?:the )?number of (?:its |their "
    r"|the )?(?P<of>[\w\-]+)$"
)
_KINDS: dict[str, DerivationKind] = {"minus": "difference", "less": "difference", "plus": "sum"}


def find(draft: Draft) -> None:
    """Add the computed fields."""
    for scene in scenes(draft):
        for part in re.split(r",? and (?=the )|; ", scene.text):
            _product(draft, scene, part)
            _sum(draft, scene, part)
            _difference(draft, scene, part)
        _count(draft, scene)


def derive(draft: Draft, entity: EntityDraft, rule: Derivation) -> None:
    """Keep the rule; its field is read only, and computed once."""
    if any(
        isinstance(d, Derivation) and (d.entity, d.field) == (entity.name, rule.field)
        for d in draft.rules.get("derivations", [])
    ):
        return
    entity.change(
        rule.field,
        read_only=True,
        required=False,
        unique=False,
        minimum="",
        maximum="",
        multiple_of="",
        exclusive_minimum=False,
        default="",
    )
    draft.rule("derivations", rule)


def _target(
    draft: Draft, scene: Scene, phrase: str, fallback: EntityDraft | None = None
) -> tuple[EntityDraft, str] | None:
    """The entity and field that is computed; the field is new where it is not known."""
    known = field_anywhere(scene, phrase, NUMBERS) if not re.search(r"\b(?:total|sum)$", phrase) else None
    bare = re.sub(r"^(?:the|an?|its|their|each|every)\s+", "", phrase.strip())
    of = re.match(r"^(?P<what>.+?) of (?:the |an? |each |its )?(?P<whole>[\w\- ]+)$", bare)
    owner = entity_in(draft, of["whole"] if of else bare) or fallback or scene.topic
    if known is not None and (owner is None or known[0] is owner or not of):
        return known[0], known[1].name
    if owner is None:
        return None
    name = (
        of["what"]
        if of
        else " ".join(
            w for w in bare.split() if words.singular(w) not in owner.words and w not in ("of", "the")
        )
        or "total"
    )
    field = field_named(owner, name, NUMBERS)
    if field is not None and field.name.split("_")[-1] == words.singular(name.split()[-1]):
        return owner, field.name
    made = safe_name(name, owner) or "total"
    return owner, ensure(owner, made, money_or_number(made), read_only=True).name


def _product(draft: Draft, scene: Scene, text: str) -> None:
    match = _TIMES_OF.search(text)
    if not match or (match["op"] in ("and", "by") and "product of" not in match[0]):
        return
    holders = [*scene.entities, *([scene.topic] if scene.topic else []), *draft.entities]
    for entity in holders:
        for side in ("a", "b"):
            written = field_named(entity, match[side], frozenset({"text"}))
            if written is not None:
                as_number(entity, written)
        pair = (
            path_named(draft, entity, match["a"], NUMBERS),
            path_named(draft, entity, match["b"], NUMBERS),
        )
        if not all(pair) or pair[0] == pair[1]:
            continue
        owner = entity_in(draft, match["what"])
        target = _target(draft, scene, match["what"], entity)
        if target is None or (target[0] is not entity and owner is not None and owner is not entity):
            return
        name = (
            target[1]
            if target[0] is entity
            else ensure(entity, safe_name(match["what"], entity) or "amount", "money", read_only=True).name
        )
        if (
            match["op"] == "plus"
            and set(pair[1].split("_")) & {"vat", "tax", "rate", "percent", "percentage", "surcharge"}
            and path_type(draft, entity, pair[1]) != "money"
        ):
            derive(
                draft,
                entity,
                Derivation(
                    id=rule_id(entity.name, name),
                    entity=entity.name,
                    field=name,
                    kind="product",
                    operands=pair[:1],
                    percents=pair[1:],
                ),
            )
            return
        kind = _KINDS.get(match["op"], "product")
        if name not in pair:
            derive(
                draft,
                entity,
                Derivation(
                    id=rule_id(entity.name, name), entity=entity.name, field=name, kind=kind, operands=pair
                ),
            )
        return


def _sum(draft: Draft, scene: Scene, text: str) -> None:
    match = _SUM.search(text) or _ADDS_UP.search(text)
    if not match:
        return
    of = re.sub(
        r"^(?:the|its|their|all)\s+",
        "",
        re.split(r" (?:and|which|can|that|so|when|for each|per|in|with)\b", match["of"])[0],
    )
    child, operand = _summed(draft, scene, of, match["what"])
    if child is None:
        return
    parent = _parent_of(draft, scene, child, match["what"])
    if parent is None or parent is child:
        return
    operand = operand or line_amount(draft, child)
    if not operand:
        return
    name = _total_name(parent, match["what"], of)
    _sum_of_children(draft, parent, child, operand, name)


def _summed(draft: Draft, scene: Scene, of: str, what: str) -> tuple[EntityDraft | None, str]:
    """The children that are summed and their field, '' where the text names only the children."""
    parts = re.match(r"^(?P<what>.+?) of (?:its |the |their |all (?:its |the )?)?(?P<whole>[\w\- ]+)$", of)
    if parts:
        child = entity_in(draft, parts["whole"])
        field = field_named(child, parts["what"], NUMBERS) if child is not None else None
        if child is not None and field is not None:
            return child, field.name
        if child is not None and re.search(r"\b(?:amounts?|totals?|prices?)\b", parts["what"]):
            return child, ""
    named = entity_in(draft, of)
    if named is not None:
        return _line_instead(draft, named), ""
    owner = entity_in(draft, what) or scene.topic
    for child, _ in referring(draft, owner) if owner is not None else []:
        field = field_named(child, of, NUMBERS)
        if field is not None:
            return child, field.name
        if re.search(r"\b(?:amounts?|lines?|items?|positions?)\b", of):
            return child, ""
    return None, ""


def _line_instead(draft: Draft, named: EntityDraft) -> EntityDraft:
    """The bill adds up the dishes of the order: its items, not those of the menu."""
    from streams.agents.business_analyzer.rule_state_steps import line_of

    return line_of(draft, named)


def _parent_of(draft: Draft, scene: Scene, child: EntityDraft, what: str) -> EntityDraft | None:
    named = entity_in(draft, what)
    parents = [
        other
        for field in child.fields.values()
        if field.references and (other := draft.find(field.references)) is not None
    ]
    if named is not None and named in parents:
        return named
    owner = draft.find(child.fields[child.parent].references) if child.parent in child.fields else None
    if owner is not None:
        return owner
    topic = scene.topic
    return topic if topic in parents else parents[0] if len(parents) == 1 else None


def _total_name(parent: EntityDraft, what: str, of: str) -> str:
    """The name of the sum: a field that stands there, what the text calls it, else total."""
    bare = re.sub(r"^(?:the|an?|its|their|each|every)\s+", "", what.strip())
    bare = re.sub(r"\bof (?:the |an? |each |its )?[\w\- ]+$", "", bare).strip()
    known = field_named(parent, bare, NUMBERS)
    if known is not None:
        return known.name
    left = [
        word
        for word in bare.split()
        if words.singular(word) not in parent.words and word not in ("bill", "the", "it", "shows")
    ]
    if not left and len(of.split()) > 1:
        left = ["total", *[w for w in of.split(" of ")[0].split() if w not in ("its", "the", "all")]]
    return words.snake(left)[:40] or "total"


def _sum_of_children(draft: Draft, parent: EntityDraft, child: EntityDraft, operand: str, name: str) -> str:
    source = child.fields[operand]
    kind = "money" if source.type == "money" else source.type
    known = parent.fields.get(name)
    if known is not None and known.type not in NUMBERS:
        name = f"total_{name}"
    ensure(parent, name, kind, read_only=True)
    parent.change(name, type=kind)
    rule = Derivation(
        id=rule_id(parent.name, name),
        entity=parent.name,
        field=name,
        kind="sum_of_children",
        operands=(operand,),
        child=child.name,
        via=child.reference_to(parent),
    )
    derive(draft, parent, rule)
    return name


def sum_into(draft: Draft, parent: EntityDraft, child: EntityDraft, operand: str, name: str) -> str:
    """A computed field with the sum of its children's field; one that is there already is used."""
    for rule in draft.rules.get("derivations", []):
        if (
            isinstance(rule, Derivation)
            and rule.entity == parent.name
            and rule.child == child.name
            and rule.operands == (operand,)
            and not rule.where
        ):
            return rule.field
    return _sum_of_children(draft, parent, child, operand, name)


def line_amount(draft: Draft, child: EntityDraft) -> str:
    """The amount of a line: a field that says so, else quantity times price with the tax."""
    for name in ("amount", "total", "line_total", "subtotal", "sum"):
        field = child.fields.get(name)
        if field is not None and field.type in NUMBERS:
            return name
    quantity = number_field(child, "quantity", "count", "hours", "units", "pieces", "number")
    quantity_name = quantity.name if quantity is not None and quantity.type != "money" else ""
    price = next(
        (
            f.name
            for f in child.fields.values()
            if f.type == "money" and set(f.name.split("_")) & {"price", "rate", "cost", "fee"}
        ),
        "",
    )
    if not price:
        price = next(
            (
                f"{prefix}.{f.name}"
                for prefix, other in reachable(draft, child)
                if f"{prefix}" != child.parent and "." not in prefix
                for f in other.fields.values()
                if f.type == "money" and set(f.name.split("_")) & {"price", "rate", "cost", "fee"}
            ),
            "",
        )
    if not price or not quantity_name:
        single = number_field(child, "amount", "price", "value", "cost")
        return single.name if single is not None else ""
    percents = tuple(
        f.name for f in child.fields.values() if f.type in NUMBERS and set(f.name.split("_")) & {"tax", "vat"}
    )
    ensure(child, "amount", "money", read_only=True)
    rule = Derivation(
        id=rule_id(child.name, "amount"),
        entity=child.name,
        field="amount",
        kind="product",
        operands=(quantity_name, price),
        percents=percents,
    )
    derive(draft, child, rule)
    return "amount"


def _difference(draft: Draft, scene: Scene, text: str) -> None:
    match = _DIFFERENCE.search(text)
    if not match:
        return
    for entity in [*scene.entities, *([scene.topic] if scene.topic else []), *draft.entities]:
        pair = (
            path_named(draft, entity, match["a"], NUMBERS),
            path_named(draft, entity, match["b"], NUMBERS),
        )
        target = _target(draft, scene, match["what"], entity) if all(pair) and pair[0] != pair[1] else None
        if target is not None and target[0] is entity and target[1] not in pair:
            if re.match(r"start|begin|old|first", pair[0]):
                pair = (pair[1], pair[0])
            derive(
                draft,
                entity,
                Derivation(
                    id=rule_id(entity.name, target[1]),
                    entity=entity.name,
                    field=target[1],
                    kind="difference",
                    operands=pair,
                ),
            )
            return


def _count(draft: Draft, scene: Scene) -> None:
    match = _COUNT.search(scene.text)
    whole = entity_in(draft, match["whole"]) if match else None
    child = entity_in(draft, match["of"]) if match else None
    if match and whole is not None and child is not None and child.reference_to(whole):
        name = f"number_of_{words.snake((match['of'],))}"
        ensure(whole, name, "integer", read_only=True)
        derive(
            draft,
            whole,
            Derivation(
                id=rule_id(whole.name, name),
                entity=whole.name,
                field=name,
                kind="count_of_children",
                child=child.name,
                via=child.reference_to(whole),
            ),
        )


def path_type(draft: Draft, entity: EntityDraft, path: str) -> str:
    """The type of the field at a path, '' for none."""
    field = field_at(draft, entity, path)
    return field.type if field is not None else ""
