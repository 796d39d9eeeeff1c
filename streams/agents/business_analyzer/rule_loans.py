"""Things that are lent: each loan is a record with its borrower, its due date and its return."""

from __future__ import annotations

import re

from schemas.specification import Derivation, Effect, Limit
from streams.agents.business_analyzer import people, words
from streams.agents.business_analyzer.clauses import Clause
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.phrases import noun_phrases
from streams.agents.business_analyzer.rule_comparisons import pair_of
from streams.agents.business_analyzer.rule_fields import ensure, new_entity, number_field, refer, take
from streams.agents.business_analyzer.rule_scenes import Scene, entity_in, mentions, rule_id, scenes
from streams.agents.business_analyzer.rule_states import machine_of, write
from streams.agents.business_analyzer.rule_transitions import Cycle, Transition
from streams.agents.business_analyzer.state_facts import Facts

_LENDING = {"borrow": "loan", "lend": "loan", "loan": "loan", "rent": "rental"}
_DAYS = re.compile(
    r"\bfor (?:up to |at most |a maximum of )?(?P<n>\d+) (?P<unit>day|week|hour)s?\b|\b(?:due|returned|back"
    r"|brought back|due back) (?:in|after|within) (?P<n2>\d+) (?P<unit2>day|week|hour)s?\b"
)
_FACTOR = {"day": 1, "week": 7, "hour": 1}


def find(draft: Draft) -> None:
    """Add the loans of a lending process."""
    for scene in scenes(draft):
        for clause in scene.clauses:
            verb = next((verb for verb in clause.verbs if verb in _LENDING), "")
            thing = _thing(scene, clause) if verb else None
            if (
                thing is None
                or clause.negative
                or thing.words[-1] in ("loan", "rental")
                or _planned(draft, verb)
            ):
                continue
            loan = _loan(draft, scene, thing, _LENDING[verb])
            if loan is None:
                return
            _borrower(draft, scene, clause, loan)
            _process(draft, loan, thing, _LENDING[verb])
            return


def _planned(draft: Draft, verb: str) -> bool:
    """Whether the loans are bookings of a period ahead, which are told apart by their dates."""
    loan = draft.resolve((_LENDING[verb],))
    return loan is not None and pair_of(loan) is not None


def _thing(scene: Scene, clause: Clause) -> EntityDraft | None:
    tokens = clause.subject if clause.passive else clause.rest
    named = [m.entity for m in mentions(scene.draft, tokens) if not people.is_person(m.entity.words[-1])]
    return named[0] if named else None


def _loan(draft: Draft, scene: Scene, thing: EntityDraft, kind: str) -> EntityDraft | None:
    known = draft.resolve((kind,)) or draft.resolve(("lending",)) or draft.resolve(("borrowing",))
    known = known or next(
        (e for e in draft.entities if e.declared and e.words[-1] in ("rental", "hire")), None
    )
    returned = any("return" in clause.verbs for other in scenes(draft) for clause in other.clauses)
    if known is None and kind == "rental" and not returned:
        return None
    loan = known or new_entity(draft, (kind,))
    if loan is not None and loan is not thing:
        loan.source = loan.source or scene.text
        refer(loan, thing)
        loan.aliases |= {("loan",), ("lending",)} if kind == "loan" else set()
        return loan
    return None


def _borrower(draft: Draft, scene: Scene, clause: Clause, loan: EntityDraft) -> None:
    """Who borrows: a record of people where there is one or none is kept in another way."""
    phrases = [] if clause.passive else [p for p in noun_phrases(clause.subject) if people.is_person(p.head)]
    role = phrases[0].words if phrases else tuple(scene.role.split("_")) if scene.role else ()
    if not role or role[-1] in ("user", "person", "staff", "librarian", "employee-of-staff"):
        return
    person = draft.resolve(role)
    if any(
        name in loan.fields
        for name in (words.snake(role), f"{words.snake(role)}_name", f"{words.snake(role)}_id", "borrower")
    ):
        return
    if person is None:
        person = draft.add(role)
        if person is not None:
            ensure(person, "name", "text", required=True)
    if person is not None and person is not loan:
        refer(loan, person)


def _process(draft: Draft, loan: EntityDraft, thing: EntityDraft, kind: str) -> None:
    for verb in ("borrow", "lend", "rent", "return", "take", "bring", "loan"):
        take(draft, thing, verb)
    active = "borrowed" if kind == "loan" else "rented"
    roles = tuple(dict.fromkeys(role for scene in scenes(draft) if (role := _returning(scene))))
    started = next(
        (
            f.name
            for f in loan.fields.values()
            if f.type in ("date", "datetime") and not f.name.startswith(("due", "return"))
        ),
        "",
    )
    started = started or ensure(loan, f"{words.snake((kind,))}_date", "date", default="today").name
    _due(draft, loan, started)
    ensure(loan, "returned_at", "datetime", read_only=True)
    loan.change("returned_at", read_only=True, required=False, type="datetime")
    if machine_of(draft, loan) is None:
        cycle = Cycle(states=(active, "returned"), initial=active, free=False)
        cycle.transitions = [Transition(name="return", target="returned", sources=(active,), roles=roles)]
        write(draft, Facts(entity=loan), cycle)
    draft.rule(
        "effects",
        Effect(
            id=rule_id(loan.name, "return time"),
            entity=loan.name,
            on="return",
            field="returned_at",
            value="now",
        ),
    )
    _availability(draft, loan, thing)


def _returning(scene: Scene) -> str:
    """The role that a story gives the return to; anybody may where the text names none."""
    return scene.role if any("return" in clause.verbs for clause in scene.clauses) else ""


def _due(draft: Draft, loan: EntityDraft, started: str) -> None:
    for scene in scenes(draft):
        benefit = draft.document.sentences[scene.index].benefit.lower()
        match = _DAYS.search(scene.text) or _DAYS.search(benefit)
        near = (
            any(verb in _LENDING or verb == "return" for clause in scene.clauses for verb in clause.verbs)
            or entity_in(draft, scene.text) is loan
        )
        if not match or not near:
            continue
        unit = match["unit"] or match["unit2"]
        days = int(match["n"] or match["n2"]) * _FACTOR[unit]
        name = "due_date"
        loan.fields.pop(name, None)
        ensure(loan, name, "datetime" if unit == "hour" else "date", read_only=True)
        draft.rule(
            "derivations",
            Derivation(
                id=rule_id(loan.name, name),
                entity=loan.name,
                field=name,
                kind="offset",
                operands=(started,),
                amount=f"={days}",
                unit="hours" if unit == "hour" else "days",
            ),
        )
        return


def _availability(draft: Draft, loan: EntityDraft, thing: EntityDraft) -> None:
    """A thing can be lent as often as there are copies of it, once where none are counted."""
    reference = loan.reference_to(thing)
    copies = number_field(thing, "copies", "stock", "quantity", "available", "units", "pieces", "count")
    counted = (
        copies is not None
        and copies.type == "integer"
        and set(copies.name.split("_"))
        & {"copies", "stock", "quantity", "available", "units", "pieces", "count"}
    )
    maximum = f"{reference}.{copies.name}" if copies is not None and counted else "=1"
    draft.rule(
        "limits",
        Limit(
            id=rule_id(loan.name, "availability"),
            entity=loan.name,
            measure="count",
            group_by=(reference,),
            maximum=maximum,
            ignoring_states=("returned",),
            message=f"No {thing.label.lower()} is available.",
        ),
    )
