"""Notices: low stock, a budget nearly used, a value out of range."""

from __future__ import annotations

import re

from schemas.specification import Condition, Field, Notice
from schemas.specification.condition import Operator
from streams.agents.business_analyzer import words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_derivations import sum_into
from streams.agents.business_analyzer.rule_fields import NUMBERS, TIMES, as_number, number_field
from streams.agents.business_analyzer.rule_scenes import (
    Scene,
    entity_in,
    field_anywhere,
    field_named,
    referring,
    rule_id,
    scenes,
)
from streams.agents.business_analyzer.rule_states import machine_of
from streams.agents.business_analyzer.state_words import matching

_TELLS = re.compile(
    r"\b(?:notif\w+|notices?|warn\w*|alert\w*|remind\w*|informed|inform|message is sent|e-?mail is sent"
    r"|gets? (?:an? )?(?:message|e-?mail|notification|alert|warning)|flagged|raised)\b"
)
_UNDER = re.compile(
    r"\b(?:when|if|as soon as|once|whenever|when(?:ever)? the)?\b ?(?P<left>[\w\- ]+?) (?:falls?|drops?"
    r"|goes|sinks?|is|are|gets?|runs?|becomes?|rises?|climbs?|exceeds?|reach(?:es)?|passes|stays?"
    r"|lies?)(?: to| down)? ?"
    r"(?P<op>under|below|less than|lower than|smaller than|above|over|more than|higher than|greater than"
    r"|at or below|at most|at least|beyond|down to)? ?(?:the |its |their "
    r"|an? )?(?P<right>\d+(?:\.\d+)? ?%?(?: of (?:the |its )?[\w\- ]+?)?|[\w\-]+(?: [\w\-]+){0,3}?)(?=,"
    r"| an? | the | send| warn| notif| so | then|$|\.)"
)
_SHARE = re.compile(
    r"(?P<n>\d+(?:\.\d+)?) ?% of (?:the |its |their |an? )?(?P<what>[\w\- ]+?)(?= is\b| are\b| has\b|,|$"
    r"|\.| have\b)"
)
_REACHED = re.compile(
    r"\b(?:when|if|as soon as|once) (?:the |its |an? )?(?P<what>[\w\- ]+?) (?:is|are|has been"
    r"|gets?) (?:reached|exceeded|used up|exhausted|hit|passed|achieved|spent)\b"
)
_OUT = re.compile(
    r"\b(?:when|if|as soon as|once) (?:the |an? )?(?P<what>[\w\- ]+?) (?:runs? out|is (?:out of stock|empty"
    r"|sold out|used up|exhausted))\b"
)
_BECOMES = re.compile(
    r"\b(?:when|if|as soon as|once|whenever) (?:the |an? |their |his |her |its )?(?P<what>[\w\- ]+?) (?:is"
    r"|gets|becomes|has been|was) (?P<state>[a-z]+)\b"
)
_DAYS_BEFORE = re.compile(
    r"\b(?P<n>\d+) (?P<unit>day|hour|week)s? before (?:the |its |their )?(?P<what>[\w\- ]+)"
)
_LESS: dict[str, Operator] = {
    "under": "lt",
    "below": "lt",
    "less than": "lt",
    "lower than": "lt",
    "smaller than": "lt",
    "at or below": "le",
    "at most": "le",
    "down to": "le",
    "above": "gt",
    "over": "gt",
    "more than": "gt",
    "higher than": "gt",
    "greater than": "gt",
    "beyond": "gt",
    "at least": "ge",
}


def find(draft: Draft) -> None:
    """Add the notices."""
    for scene in scenes(draft):
        if not _TELLS.search(scene.text) or (_is_guard(scene) and "when" not in scene.text):
            continue
        made = (
            _share(draft, scene)
            or _before(draft, scene)
            or _reached(draft, scene)
            or _runs_out(draft, scene)
            or _threshold(draft, scene)
            or _state(draft, scene)
        )
        if (
            not made
            and re.search(r"\b(?:notif\w+|warn\w*|alert\w*|remind\w*|e-?mails?|inform\w*)\b", scene.text)
            and re.search(r"\b(?:when|if|before|after|as soon as|once)\b", scene.text)
        ):
            _open(draft, scene)


def _is_guard(scene: Scene) -> bool:
    return bool(re.search(r"\bcannot\b|\bmust not\b", scene.text))


def _open(draft: Draft, scene: Scene) -> None:
    sentence = draft.document.sentences[scene.index].text
    draft.assume(f"Who is told what, and when: {sentence}?", "No notice is raised for it.", sentence)


def write(draft: Draft, entity: EntityDraft, condition: Condition, message: str) -> None:
    """One notice."""
    draft.rule(
        "notices",
        Notice(
            id=rule_id(entity.name, "notice", condition.left, condition.right),
            entity=entity.name,
            condition=condition,
            message=message,
        ),
    )


def _share(draft: Draft, scene: Scene) -> bool:
    """'warn at 80 % of the budget': what the children sum to against the budget."""
    match = _SHARE.search(scene.text)
    found = field_anywhere(scene, match["what"], NUMBERS) if match else None
    if not match or found is None:
        return False
    entity, top = found
    factor = f"{float(match['n']) / 100:g}"
    used = _used(draft, scene, entity, top)
    if not used:
        return False
    condition = Condition(left=used, operator="ge", right=top.name, right_factor=factor)
    write(draft, entity, condition, f"{match['n']} % of the {top.label.lower()} is used.")
    return True


def _used(draft: Draft, scene: Scene, entity: EntityDraft, top: Field) -> str:
    """The field with what is used of a budget: computed already, or the sum of the children's numbers."""
    for rule in draft.rules.get("derivations", []):
        if getattr(rule, "entity", "") == entity.name and getattr(rule, "kind", "") in (
            "sum_of_children",
            "count_of_children",
        ):
            return str(getattr(rule, "field", ""))
    spent = next(
        (
            f.name
            for f in entity.fields.values()
            if f.type in NUMBERS
            and f is not top
            and set(f.name.split("_")) & {"spent", "used", "actual", "current", "logged", "consumed"}
        ),
        "",
    )
    if spent:
        return spent
    for child, _ in referring(draft, entity):
        hours = re.search(r"\bhours?\b", f"{top.label} {scene.text}".lower())
        number = number_field(child, "hours") if hours else None
        number = number or number_field(
            child, "amount", "cost", "total", "value", "hours", "quantity", "price"
        )
        if number is not None:
            return sum_into(
                draft,
                entity,
                child,
                number.name,
                f"used_{number.name}"
                if number.name not in ("amount",)
                else f"total_{words.snake((words.plural(child.words[-1]),))}",
            )
    return ""


def _reached(draft: Draft, scene: Scene) -> bool:
    match = _REACHED.search(scene.text)
    found = field_anywhere(scene, match["what"]) if match else None
    if not match or found is None or found[1].type not in NUMBERS | {"text"}:
        return False
    entity, top = found
    used = _used(draft, scene, entity, top)
    top = as_number(entity, top, entity.fields.get(used))
    if top.type not in NUMBERS:
        return False
    if used and used != top.name:
        exceeded = "exceeded" in match[0]
        write(
            draft,
            entity,
            Condition(left=used, operator="gt" if exceeded else "ge", right=top.name),
            f"The {top.label.lower()} is {'exceeded' if exceeded else 'reached'}.",
        )
    return bool(used)


def _runs_out(draft: Draft, scene: Scene) -> bool:
    match = _OUT.search(scene.text)
    entity = entity_in(draft, match["what"]) if match else None
    stock = number_field(entity, "stock", "quantity", "count", "balance") if entity is not None else None
    if entity is None or stock is None:
        return False
    write(
        draft,
        entity,
        Condition(left=stock.name, operator="le", right="=0"),
        f"The {entity.label.lower()} has run out.",
    )
    return True


def _threshold(draft: Draft, scene: Scene) -> bool:
    for match in _UNDER.finditer(scene.text):
        operator = _operator(match)
        left = re.sub(r"^.*\b(?:when|if|as soon as|once|whenever)\b ?", "", match["left"])
        found = field_anywhere(scene, left, NUMBERS)
        if operator == "gt" and _exceeds(draft, scene, left, match["right"].strip()):
            return True
        if operator is not None and found is None:
            found = _unlisted(draft, left)
        if operator is None or found is None:
            continue
        entity, field = found
        right = match["right"].strip()
        number = re.fullmatch(r"(\d+(?:\.\d+)?)(?: [\w\- ]+)?", right)
        if number:
            write(
                draft,
                entity,
                Condition(left=field.name, operator=operator, right=f"={number[1]}"),
                _message(field, operator, number[1]),
            )
            return True
        other = field_named(entity, right, NUMBERS) or _level(entity, field, right)
        if other is not None and other.name != field.name:
            write(
                draft,
                entity,
                Condition(left=field.name, operator=operator, right=other.name),
                _message(field, operator, f"the {other.label.lower()}"),
            )
            return True
    return False


_OF_WHAT = re.compile(
    r"(?:the |its )?(?P<what>stock|quantity|balance|level|inventory|credit|fill level) of (?:an? |the "
    r"|each )?(?P<whole>[\w\- ]+)$"
)


def _unlisted(draft: Draft, left: str) -> tuple[EntityDraft, Field] | None:
    """'the stock of a book', where a book has not been said to have a stock."""
    match = _OF_WHAT.search(left.strip())
    entity = entity_in(draft, match["whole"]) if match else None
    if not match or entity is None:
        return None
    name = words.snake(match["what"].split())
    return entity, entity.put(
        Field(name=name, label=words.label((name,)), type="integer", minimum="0", default="0")
    )


def _exceeds(draft: Draft, scene: Scene, left: str, right: str) -> bool:
    """'when a category exceeds its monthly limit': what its records sum to."""
    entity = entity_in(draft, left)
    top = (
        field_named(entity, right, NUMBERS)
        if entity is not None and field_named(entity, left, NUMBERS) is None
        else None
    )
    used = _used(draft, scene, entity, top) if entity is not None and top is not None else ""
    if entity is None or top is None or not used or used == top.name:
        return False
    write(
        draft,
        entity,
        Condition(left=used, operator="gt", right=top.name),
        f"The {top.label.lower()} is exceeded.",
    )
    return True


def _operator(match: re.Match[str]) -> Operator | None:
    if match["op"]:
        return _LESS[match["op"]]
    verb = match[0]
    if re.search(r"\bexceeds?\b|\bpasses\b", verb):
        return "gt"
    return "ge" if re.search(r"\breach(?:es)?\b", verb) else None


def _message(field: Field, operator: str, bound: str) -> str:
    return f"{field.label} is {'below' if operator in ('lt', 'le') else 'above'} {bound}."


def _level(entity: EntityDraft, field: Field, phrase: str) -> Field | None:
    """'its reorder level' as a new field of the entity, where the text has not listed it."""
    if not re.search(r"\b(?:level|minimum|threshold|limit|maximum|point|mark|stock|quantity)\b", phrase):
        return None
    name = words.snake(phrase.split())[:40]
    if name in entity.fields:
        return entity.fields[name]
    return entity.put(
        Field(name=name, label=words.label(phrase.split()), type=field.type, minimum="0", default="0")
    )


def _state(draft: Draft, scene: Scene) -> bool:
    """'when a request is approved, the employee is notified'."""
    for match in _BECOMES.finditer(scene.text):
        entity = entity_in(draft, match["what"])
        machine = machine_of(draft, entity) if entity is not None else None
        state = matching(machine.states, match["state"]) if machine is not None else ""
        if entity is not None and machine is not None and state and state != machine.initial:
            write(
                draft,
                entity,
                Condition(left=machine.field, operator="eq", right=f"={state}"),
                f"{entity.label} is {state.replace('_', ' ')}.",
            )
            return True
    return False


def _before(draft: Draft, scene: Scene) -> bool:
    """'remind 3 days before the due date': a list, as nothing runs by itself between two requests."""
    from streams.agents.business_analyzer.rule_conditions import unfinished
    from streams.agents.business_analyzer.rule_listings import write as listing

    match = _DAYS_BEFORE.search(scene.text)
    found = field_anywhere(scene, match["what"], TIMES) if match else None
    if not match or found is None:
        return False
    entity, field = found
    days = int(match["n"]) * {"day": 1, "week": 7, "hour": 1}[match["unit"]]
    base = "today" if field.type == "date" else "now"
    soon = f"{base}+{days * (60 if match['unit'] == 'hour' else 1)}{'m' if match['unit'] == 'hour' else 'd'}"
    where = (
        Condition(left=field.name, operator="ge", right=base),
        Condition(left=field.name, operator="le", right=soon),
        *unfinished(draft, entity),
    )
    listing(draft, entity, "due soon", where)
    sentence = draft.document.sentences[scene.index].text
    draft.assume(
        f"How is this reminder sent: {sentence}?",
        "Nothing is sent; the records it is about are in the list 'due soon'.",
        sentence,
    )
    return True
