"""Where and when: 'arrives at a dock at a planned time', 'works in a department', 'is held in a room'."""

from __future__ import annotations

from schemas.specification import Field
from streams.agents.business_analyzer import field_types, lexicon, naming, people, words
from streams.agents.business_analyzer.clauses import Clause, clauses
from streams.agents.business_analyzer.declarations import subject_words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.inline_constraints import in_parentheses
from streams.agents.business_analyzer.phrases import Phrase, noun_phrases
from streams.agents.business_analyzer.relations import add_reference, subject_entity

_GOING = frozenset(
    "belong come arrive go depart leave start begin end finish happen occur run work live sit stand stay fall"
    " refer concern travel head originate relate pertain apply report teach specialise specialize"
    " play".split()
)
_DONE = frozenset(
    "hold schedule store keep place locate park serve teach deliver ship house perform plan stage base give"
    " run carry organise organize assign".split()
)
_KEPT = frozenset(["keep", "store", "locate", "park", "house", "place", "base"])
_OF_GOING = frozenset("from to at in on for with under".split())
_OF_DONE = frozenset("from in at on".split())
_ONE = frozenset({"a", "an", "one", "exactly"})
_STOP = frozenset("way case list basis time moment day end start place system order table front back".split())


def find(draft: Draft) -> None:
    """Add a reference for a thing that is known, and a field for what is not, to declared things."""
    for sentence in draft.document.sentences:
        for clause in clauses(in_parentheses(sentence.text)):
            entity = subject_entity(draft, clause)
            verbs = _DONE if clause.passive else _GOING
            if (
                entity is None
                or clause.negative
                or clause.lead
                in ("if", "when", "unless", "after", "before", "once", "until", "while", "whenever")
            ):
                continue
            if clause.verbs == ("be",) and not clause.passive and clause.rest[:1]:
                _defined(draft, entity, clause)
            held = clause.verbs == ("take",) and clause.rest[:1] and clause.rest[0].low == "place"
            if not held and not verbs & set(clause.verbs[:1]):
                continue
            _of_clause(draft, entity, clause)


def _defined(draft: Draft, entity: EntityDraft, clause: Clause) -> None:
    """'A sailing is a ship on a route at a departure time': it joins what its definition names."""
    phrases = noun_phrases(clause.rest)
    if len(phrases) < 2 or phrases[0].start or phrases[0].determiner not in _ONE:
        return
    for number, phrase in enumerate(phrases):
        before = clause.rest[phrase.start - 1] if phrase.start else None
        placed = before is not None and before.low in _OF_GOING
        known = draft.resolve(subject_words(phrase)) is not None
        if phrase.determiner in _ONE and (known if number == 0 else placed):
            _one(draft, entity, clause, phrase)


def _of_clause(draft: Draft, entity: EntityDraft, clause: Clause) -> None:
    for phrase in noun_phrases(clause.rest):
        before = clause.rest[phrase.start - 1].low if phrase.start else ""
        prepositions = _OF_DONE if clause.passive else _OF_GOING
        if (
            clause.passive
            and before == "in"
            and phrase.plural
            and clause.verbs[0] in ("keep", "store", "locate")
        ):
            other = draft.resolve(subject_words(phrase))
            if other is not None and other is not entity:
                add_reference(entity, other, True)
        if before not in prepositions or phrase.determiner not in _ONE or phrase.plural:
            continue
        _one(draft, entity, clause, phrase)


def _one(draft: Draft, entity: EntityDraft, clause: Clause, phrase: Phrase) -> None:
    parts = subject_words(phrase)
    surely = clause.modal in ("", "must", "shall", "will", "should")
    other = draft.resolve(parts)
    if other is not None:
        if other is not entity:
            add_reference(entity, other, surely)
        return
    if entity.explicit or (parts[-1] in lexicon.NOT_THINGS | _STOP and len(parts) < 2) or len(parts) > 3:
        return
    kind, _ = field_types.infer(parts)
    name = naming.field_name(parts, entity.words)
    known = any(known == name or known.startswith(f"{name}_") for known in entity.fields)
    if not name or known or (people.is_person(parts[-1]) and clause.passive):
        return
    entity.put(
        Field(
            name=name,
            label=words.label(parts),
            type=kind if kind in ("text", "date", "datetime", "time") else "text",
            required=surely,
        )
    )
