"""Fields that the service computes: totals, products, due dates, running numbers, codes."""

from __future__ import annotations

import re

from schemas.specification import Case, Derivation, Effect, Field, FieldType
from schemas.specification.rules import DerivationKind
from streams.agents.business_analyzer import lexicon, words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_fields import (
    NUMBERS,
    TIMES,
    as_number,
    ensure,
    is_taken,
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
    rf"|is always)(?: always| automatically)? (?:derived from|calculated from|computed from|the sum of"
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
_SEQUENCE = re.compile(
    r"\b(?:ascending|consecutive(?:ly)?|sequential(?:ly)?|running|continuous(?:ly)?|auto[- ]?increment\w*"
    r"|incrementing|counts? up|increasing|numbered consecutively|without gaps)\b"
)
_ASSIGNED = re.compile(
    r"(?P<what>[\w\- ]*?\bnumbers?) (?:is|are) (?:assigned|given|set|generated|created"
    r"|counted up) (?:automatically|by the system|in ascending order)"
)
_CODE = re.compile(
    r"(?P<what>[\w\- ]*?\b(?:code|token|key|pin|voucher code|tracking number|reference)s?) (?:is"
    r"|are) (?:generated|created|made|issued|assigned)(?: automatically| by the system| at random"
    r"| randomly)?"
)
_NEEDS_CODE = re.compile(
    r"\b(?P<what>(?:each|every|the|its|an?|unique|own)? ?(?:[\w\-]+ )?(?:ticket|access|booking|confirmation"
    r"|qr|entry|pickup|pick-up|door|admission)[ -]code|unique (?:access |random )?code|qr code)s?\b"
)
_DUE = re.compile(
    r"\b(?:due|payable|to be paid|must be paid|has to be paid|returned|to be returned|be back|valid"
    r"|expires?) (?:in|after|within|for)? ?(?P<n>\d+) (?P<unit>day|week|hour|month)s?(?: (?:after|from"
    r"|of) (?:the |its )?(?P<base>[\w\- ]+))?"
)
_WITHIN = re.compile(
    r"\b(?:(?P<bare>[a-z]+)(?= (?:have|has|must|need|should)\b)"
    r"|(?P<case>[a-z]+)(?: (?:priority|severity))? (?P<things>[\w\-]+)|(?P<other>others?|all others?"
    r"|the (?:others?|rest)|normal ones|everything else|all)(?: (?:priorities|ones"
    r"|tickets))?)[^,;.]*?\b(?:within|in|after) (?:an? |1 )?(?P<n>\d+)? ?(?P<unit>minute|hour|day|week)s?"
)
_KINDS: dict[str, DerivationKind] = {"minus": "difference", "less": "difference", "plus": "sum"}
_MINUTES = {"minute": 1, "hour": 60, "day": 1_440, "week": 10_080}
_DAYS = {"day": 1, "week": 7, "month": 30, "hour": 1}


def find(draft: Draft) -> None:
    """Add the computed fields."""
    for scene in scenes(draft):
        for part in re.split(r",? and (?=the )|; ", scene.text):
            _product(draft, scene, part)
            _sum(draft, scene, part)
            _difference(draft, scene, part)
        _count(draft, scene)
        _sequence(draft, scene)
        _code(draft, scene)
        _due(draft, scene)
        _targets(draft, scene)


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
    from streams.agents.business_analyzer.rule_state_facts import line_of

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


def _sequence(draft: Draft, scene: Scene) -> None:
    """'a number (unique, ascending)'."""
    match = _SEQUENCE.search(scene.text)
    assigned = _ASSIGNED.search(scene.text)
    if match:
        before = scene.text[: match.start()]
        names = re.findall(r"(?:[a-z][\w\-]* ){0,2}(?:number|no|nr|id)s?\b", before) or re.findall(
            r"\bnumbers?\b", scene.text
        )
    elif assigned:
        names = [assigned["what"]]
    else:
        return
    if not names:
        return
    phrase = re.sub(
        r"^(?:an?|the|has|have|and|with|its)\s+",
        "",
        re.sub(r"^(?:an?|the|has|have|and|with|its)\s+", "", names[-1].strip()),
    )
    found = field_anywhere(scene, phrase)
    if found is None and scene.topic is not None:
        found = (
            scene.topic,
            ensure(scene.topic, words.singular(safe_name(phrase, scene.topic)) or "number", "integer"),
        )
    if found is not None and found[1].type in ("text", "integer", "decimal"):
        entity, field = found
        entity.change(field.name, type="integer", max_length=0)
        derive(
            draft,
            entity,
            Derivation(
                id=rule_id(entity.name, field.name), entity=entity.name, field=field.name, kind="sequence"
            ),
        )


def _code(draft: Draft, scene: Scene) -> None:
    match = _CODE.search(scene.text)
    found = field_anywhere(scene, match["what"], frozenset({"text"})) if match else None
    if found is None and not match:
        match = _NEEDS_CODE.search(scene.text)
        found = (
            field_anywhere(scene, match["what"], frozenset({"text"}))
            if match and scene.topic is not None
            else None
        )
    if not match:
        return
    if found is None and scene.topic is not None:
        topic = scene.topic
        found = topic, ensure(topic, "code", "text", read_only=True)
    if found is not None and "code" not in _entered(draft, found[0]):
        derive(
            draft,
            found[0],
            Derivation(
                id=rule_id(found[0].name, found[1].name),
                entity=found[0].name,
                field=found[1].name,
                kind="code",
            ),
        )


def _entered(draft: Draft, entity: EntityDraft) -> set[str]:
    return {
        name
        for d in draft.rules.get("derivations", [])
        if isinstance(d, Derivation) and d.entity == entity.name and d.kind == "code"
        for name in (d.field,)
    }


def _due(draft: Draft, scene: Scene) -> None:
    """'payable within 30 days of the issue date'."""
    match = _DUE.search(scene.text)
    entity = scene.topic
    if (
        not match
        or entity is None
        or (re.search(r"\b(?:expires?|valid)\b", match[0]) and "due" not in match[0])
    ):
        return
    if is_taken(draft, entity, "return"):
        return
    if any(
        isinstance(d, Derivation) and d.entity == entity.name and d.kind == "offset"
        for d in draft.rules.get("derivations", [])
    ):
        return
    base = field_named(entity, match["base"], TIMES) if match["base"] else None
    base_name = (
        base.name
        if base is not None
        else next(
            (
                f.name
                for f in entity.fields.values()
                if f.type in TIMES and not f.read_only and "due" not in f.name
            ),
            "created_at",
        )
    )
    hours = match["unit"] == "hour"
    name = next(
        (
            f.name
            for f in entity.fields.values()
            if f.type in TIMES and set(f.name.split("_")) & {"due", "deadline"}
        ),
        "due_date",
    )
    date = base_name != "created_at" and entity.fields[base_name].type == "date" and not hours
    kind: FieldType = "date" if date else "datetime"
    ensure(entity, name, kind, read_only=True)
    entity.change(name, type=kind)
    amount = int(match["n"]) * _DAYS[match["unit"]]
    derive(
        draft,
        entity,
        Derivation(
            id=rule_id(entity.name, name),
            entity=entity.name,
            field=name,
            kind="offset",
            operands=(base_name,),
            amount=f"={amount}",
            unit="hours" if hours else "days",
        ),
    )


def _targets(draft: Draft, scene: Scene) -> None:
    """'Urgent tickets must get a first answer within one hour, others within a day'."""
    entity = next((e for e in (*scene.entities, scene.topic) if e is not None), None)
    if entity is not None and _one_target(draft, scene, entity):
        return
    choice = _choice_named(entity, scene.text) if entity is not None else None
    if entity is None or choice is None:
        return
    cases: dict[str, int] = {}
    default = 0
    for match in _WITHIN.finditer(scene.text):
        minutes = int(match["n"] or 1) * _MINUTES[match["unit"]]
        value = words.snake((match["case"] or words.singular(match["bare"] or ""),))
        if value in choice.choices:
            cases[value] = minutes
        elif match["other"]:
            default = minutes
    if not cases:
        return
    _answer_time(draft, scene, entity, choice, cases, default)


_ONE_TARGET = re.compile(
    r"\b(?:must|has to|have to|should|needs? to) (?:be )?(?P<step>[a-z]+)(?: [\w ]+?)? within (?P<n>\d+"
    r"|an?) (?P<unit>minute|hour|day|week)s?$"
)


def _one_target(draft: Draft, scene: Scene, entity: EntityDraft) -> bool:
    """'Complaints must be answered within 5 days': the same time for all."""
    match = _ONE_TARGET.search(scene.text)
    if not match or _choice_named(entity, scene.text) is not None:
        return False
    number = int(match["n"]) if match["n"].isdigit() else 1
    days = match["unit"] in ("day", "week")
    amount = number * {"day": 1, "week": 7, "hour": 60, "minute": 1}[match["unit"]]
    done = f"{words.participle(words.verb_lemma(match['step']) or match['step'])}_at"
    ensure(entity, "due_at", "datetime", read_only=True)
    ensure(entity, done, "datetime", read_only=True)
    derive(
        draft,
        entity,
        Derivation(
            id=rule_id(entity.name, "due at"),
            entity=entity.name,
            field="due_at",
            kind="offset",
            operands=("created_at",),
            amount=f"={amount}",
            unit="days" if days else "minutes",
        ),
    )
    draft.rules.setdefault("_deadlines", []).append((entity.name, "due_at", done))
    _done_effect(draft, entity, done, match["step"], False)
    return True


def _choice_named(entity: EntityDraft, text: str) -> Field | None:
    for field in entity.fields.values():
        if (
            field.type == "choice"
            and any(
                re.search(
                    rf"\b(?:{re.escape(value.replace('_', ' '))}|{re.escape(words.plural(value))})\b", text
                )
                for value in field.choices
            )
            and re.search(r"\bwithin\b|\bin \d|\bafter\b", text)
            and field.name.split("_")[-1]
            not in (
                "status",
                "state",
                "stage",
            )
        ):
            return field
    return None


def _answer_time(
    draft: Draft, scene: Scene, entity: EntityDraft, choice: Field, cases: dict[str, int], default: int
) -> None:
    step = re.search(
        r"\b(?:first )?(?:answer|answered|response|reply|replied|resolved|solved|done|completed|processed"
        r"|handled|delivered|repaired|fixed|closed)\b",
        scene.text,
    )
    word = step[0] if step else "done"
    first = "answer" in word or "repl" in word or "response" in word
    due, done = ("first_answer_due", "first_answer_at") if first else ("due_at", f"{word.split()[-1]}_at")
    ensure(entity, due, "datetime", read_only=True)
    ensure(entity, done, "datetime", read_only=True)
    hours = all(minutes % 60 == 0 for minutes in (*cases.values(), default))
    per = 60 if hours else 1
    listed = tuple(
        Case(value=value, amount=str(cases.get(value, default) // per))
        for value in choice.choices
        if cases.get(value, default)
    )
    derive(
        draft,
        entity,
        Derivation(
            id=rule_id(entity.name, due),
            entity=entity.name,
            field=due,
            kind="offset",
            operands=("created_at",),
            amount=f"={default // per}" if default else "",
            unit="hours" if hours else "minutes",
            case_field=choice.name,
            cases=listed,
        ),
    )
    draft.rules.setdefault("_deadlines", []).append((entity.name, due, done))
    _done_effect(draft, entity, done, word, first)


def _done_effect(draft: Draft, entity: EntityDraft, done: str, word: str, first: bool) -> None:
    from schemas.specification import Action, Condition

    empty = (Condition(left=done, operator="is_null"),)
    if first:
        for child, via in referring(draft, entity):
            if child.words[-1] in lexicon.GENERIC_PARTS | {
                "reply",
                "answer",
                "response",
                "comment",
                "message",
            }:
                author = child.fields.get("author")
                asking = {"customer", "client", "guest", "user", "member", "requester", "reporter", "visitor"}
                staff = tuple(c for c in author.choices if c not in asking) if author is not None else ()
                when = (
                    (Condition(left="author", operator="in", right=f"={','.join(staff)}"),) if staff else ()
                )
                draft.rule(
                    "effects",
                    Effect(
                        id=rule_id(child.name, "sets", done),
                        entity=child.name,
                        on="create",
                        when=when,
                        via=via,
                        only_if=empty,
                        field=done,
                        value="now",
                    ),
                )
                return
    verb = words.verb_lemma(word.split()[-1])
    names = [
        a.name for a in draft.rules.get("actions", []) if isinstance(a, Action) and a.entity == entity.name
    ]
    on = (
        verb
        if verb in names
        else next(
            (n for n in names if n in ("resolve", "solve", "complete", "finish", "close", "answer")), ""
        )
    )
    if on:
        draft.rule(
            "effects",
            Effect(
                id=rule_id(entity.name, on, "sets", done),
                entity=entity.name,
                on=on,
                only_if=empty,
                field=done,
                value="now",
            ),
        )
    else:
        from streams.agents.business_analyzer.rule_actions import mark

        mark(draft, entity, verb or "answer", done)


def path_type(draft: Draft, entity: EntityDraft, path: str) -> str:
    """The type of the field at a path, '' for none."""
    field = field_at(draft, entity, path)
    return field.type if field is not None else ""
