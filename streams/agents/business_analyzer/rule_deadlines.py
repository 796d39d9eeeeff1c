"""Due dates and times within which something has to be done."""

from __future__ import annotations

import re

from schemas.specification import Case, Derivation, Effect, Field, FieldType
from streams.agents.business_analyzer import lexicon, words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.rule_derivations import derive
from streams.agents.business_analyzer.rule_fields import (
    TIMES,
    ensure,
    is_taken,
)
from streams.agents.business_analyzer.rule_scenes import (
    Scene,
    field_named,
    referring,
    rule_id,
    scenes,
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
_MINUTES = {"minute": 1, "hour": 60, "day": 1_440, "week": 10_080}
_DAYS = {"day": 1, "week": 7, "month": 30, "hour": 1}


def find(draft: Draft) -> None:
    """Add due dates, and deadlines by kind with the moment at which they are met."""
    for scene in scenes(draft):
        _due(draft, scene)
        _targets(draft, scene)


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
