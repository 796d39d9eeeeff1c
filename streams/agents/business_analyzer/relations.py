"""References that sentences tell: 'belongs to', 'connects a and b', 'is made by a guest for a room'."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.specification import Field
from streams.agents.business_analyzer import field_types, lexicon, naming, people, words
from streams.agents.business_analyzer.clauses import Clause, clauses
from streams.agents.business_analyzer.declarations import objects, subject_words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.entity_fields import refer
from streams.agents.business_analyzer.inline_constraints import in_parentheses
from streams.agents.business_analyzer.phrases import Phrase, noun_phrases
from streams.agents.business_analyzer.tokens import Token

_BELONG = frozenset("belong pertain refer relate".split())
_JOIN = frozenset(
    "reduce increase settle affect connect link join relate match pair concern cover involve combine"
    " associate tie reference regard".split()
)
_TIE = frozenset("assign link attach connect allocate relate associate tie".split())
_OFFERING = frozenset("offer sell provide publish own operate run employ".split())
_ORDER_TO = frozenset("link assign attach connect allocate add book".split())
_MADE = frozenset(
    "make place give issue report request raise log plan run teach serve teach prescribe perform carry"
    " store assess organise organize"
    " hand pick deliver ship buy purchase send register create store record log book reserve schedule"
    " order submit raise"
    " file grade keep open post write take hold enter be".split()
)
_OWNING = frozenset(
    "give pay place order book hold submit request make reserve own rent file post offer sell open write"
    " report"
    " keep".split()
)
_TO = frozenset({"to", "with", "for", "by", "per", "against", "of", "on", "about", "in", "from", "at"})
_ONE = frozenset({"a", "an", "the", "one", "each", "every", "exactly"})
_PERIODS = frozenset({"day", "week", "month"})
_CONDITIONS = frozenset({"if", "when", "unless", "whenever", "while", "after", "before", "once", "until"})


def relate(draft: Draft) -> None:
    """Add the references between entities that the sentences tell of."""
    for sentence in draft.document.sentences:
        text = in_parentheses(sentence.text)
        found = clauses(text)
        for clause in found:
            if clause.lead in _CONDITIONS or clause.negative:
                continue
            _of_clause(draft, clause)
        if found and not found[0].negative:
            _for_each(draft, found[0])
        _several(draft, sentence.low)
    _quotas(draft)


_SEVERAL = re.compile(
    r"\b(?:several|many|multiple|more than one) (?P<part>[\w\-]+) (?:of|for|per|in) (?:one|an?|each"
    r"|every|the same)"
    r" (?P<whole>[\w\-]+)\b"
)


def _several(draft: Draft, text: str) -> None:
    """'There may be several copies of one book': a copy is one of a book."""
    for match in _SEVERAL.finditer(text):
        part, whole = draft.resolve((match["part"],)), draft.resolve((match["whole"],))
        if part is not None and whole is not None and part is not whole:
            add_reference(part, whole, True)


def _of_clause(draft: Draft, clause: Clause) -> None:
    subject = subject_entity(draft, clause)
    verb = clause.verbs[0]
    if subject is not None:
        if verb in _BELONG and not clause.passive:
            _to(draft, subject, clause, {"to"}, required=_surely(clause))
        elif clause.passive and verb in _TIE and _person_to_thing(draft, clause, subject):
            pass
        elif clause.passive and verb in _TIE:
            _to(
                draft,
                subject,
                clause,
                {"to", "with", "for"},
                required=clause.modal == "must" or verb not in ("assign", "allocate"),
            )
        elif (clause.passive and verb in _MADE) or (
            verb == "be" and clause.rest[:1] and clause.rest[0].tag == "PREP"
        ):
            _made(draft, subject, clause)
            _times(draft, subject, clause)
            if clause.passive and _surely(clause):
                _made_for(draft, subject, clause)
        elif verb in _JOIN and not people.is_person(subject.words[-1]):
            for _, phrase, other in _entities_in(draft, clause.rest):
                if other is not subject and not (phrase.plural and verb == "cover"):
                    add_reference(subject, other, required=True)
        elif clause.passive and _surely(clause):
            _made_for(draft, subject, clause)
        if verb in ("have", "contain", "include") or clause.passive:
            _placed(draft, clause)
        offers = set(clause.verbs) & _OFFERING
        if not clause.passive and (
            offers or (set(clause.verbs) & _OWNING and people.is_person(subject.words[-1]))
        ):
            _owned(draft, subject, clause)
    elif clause.passive and verb in _TIE:
        _person_to_thing(draft, clause, None)
    if set(clause.verbs) & _ORDER_TO and not clause.passive:
        _ordered(draft, clause)
    if set(clause.verbs) & (lexicon.MAKING | _OWNING | lexicon.BOOKING) and not clause.passive:
        _object_of(draft, clause)


def subject_entity(draft: Draft, clause: Clause) -> EntityDraft | None:
    """The entity that the subject of the clause names."""
    phrases = noun_phrases(clause.subject)
    if not phrases:
        return None
    placed = any(token.tag == "PREP" for token in clause.subject)
    phrase = phrases[0] if placed and clause.subject[0].tag != "PREP" else phrases[-1]
    return draft.resolve(subject_words(phrase))


def add_reference(
    entity: EntityDraft, other: EntityDraft, required: bool, name: tuple[str, ...] = ()
) -> None:
    """A reference, where there is none; a text field of the same name gives way."""
    if entity.reference_to(other) or other.reference_to(entity):
        return
    plain = words.snake(name or other.words)
    entity.fields.pop(plain, None)
    refer(entity, other, required, name)


def _surely(clause: Clause) -> bool:
    return clause.modal not in ("can", "may", "might", "could") and "optionally" not in clause.adverbs


def _entities_in(draft: Draft, tokens: tuple[Token, ...]) -> Iterator[tuple[str, Phrase, EntityDraft]]:
    """Each known entity with its phrase and the preposition before it ('' for none)."""
    for phrase in noun_phrases(tokens):
        entity = draft.resolve(subject_words(phrase))
        if entity is not None:
            start = phrase.start
            while start and tokens[start - 1].tag == "ADV":
                start -= 1
            before = tokens[start - 1] if start else None
            yield (before.low if before is not None and before.tag in ("PREP", "TO") else ""), phrase, entity


def _to(draft: Draft, subject: EntityDraft, clause: Clause, prepositions: set[str], required: bool) -> None:
    linked = False
    for preposition, phrase, other in _entities_in(draft, clause.rest):
        if (preposition in prepositions or (linked and not preposition)) and other is not subject:
            joined = (e.reference_to(subject) and e.reference_to(other) for e in draft.entities)
            if clause.passive and any(joined):
                return
            add_reference(subject, other, required)
            linked = True
        elif linked or phrase.start > 4:
            break
    if linked:
        return
    if clause.rest[:1] and clause.rest[0].low in prepositions and clause.passive:
        _person_text(draft, subject, clause.rest[1:])


def _person_text(draft: Draft, subject: EntityDraft, tokens: tuple[Token, ...]) -> None:
    """'assigned to agents', of whom no data are kept: the agent's name."""
    phrases = noun_phrases(tokens)
    if not phrases or phrases[0].start or not people.is_person(phrases[0].head):
        return
    parts = subject_words(phrases[0])
    name = naming.field_name(parts, subject.words)
    if name and draft.resolve(parts) is None and parts[-1] not in lexicon.ANYONE:
        subject.put(Field(name=name, label=words.label(parts), type="text"))


def _person_to_thing(draft: Draft, clause: Clause, person: EntityDraft | None) -> bool:
    """'Technicians are assigned to repairs': the repair has a technician, by reference or by name."""
    phrases = noun_phrases(clause.subject)
    if not phrases or not people.is_person(phrases[-1].head):
        return False
    for preposition, _, thing in _entities_in(draft, clause.rest):
        if preposition in ("to", "with") and not people.is_person(thing.words[-1]):
            if person is not None:
                add_reference(thing, person, required=False)
            else:
                _person_text(draft, thing, clause.subject)
            return True
    return False


def _made(draft: Draft, subject: EntityDraft, clause: Clause) -> None:
    """'is made by a guest for a room': by people, for one thing."""
    previous = ""
    for preposition, phrase, other in _entities_in(draft, clause.rest):
        used = preposition or (previous if clause.rest[phrase.start - 1 : phrase.start] else "")
        previous = used
        if used not in _TO or other is subject or other.reference_to(subject):
            continue
        if used == "by" and not people.is_person(other.words[-1]):
            continue
        single = not phrase.plural or used == "per"
        several = used == "for" and phrase.plural and not phrase.determiner and clause.passive
        if (several and not people.is_person(other.words[-1])) or (
            single
            and (phrase.determiner in ("a", "an", "one", "the", "each", "every", "exactly") or used == "per")
        ):
            add_reference(subject, other, _surely(clause))


def _made_for(draft: Draft, subject: EntityDraft, clause: Clause) -> None:
    """'Goals are agreed for each appraisal': whatever is done, it is done for one thing."""
    for phrase in noun_phrases(clause.rest):
        before = clause.rest[phrase.start - 1].low if phrase.start else ""
        whole = (
            draft.resolve(phrase.words[:-1]) if phrase.words[-1] in ("date", "day", "month", "year") else None
        )
        if before in ("for", "per") and whole is not None and phrase.determiner in ("each", "every"):
            add_reference(subject, whole, True)
            kind, _ = field_types.infer(phrase.words[-1:])
            subject.put(
                Field(name=phrase.words[-1], label=words.label(phrase.words[-1:]), type=kind, required=True)
            )
    for preposition, phrase, other in _entities_in(draft, clause.rest):
        one = phrase.determiner in ("a", "an", "one", "each", "every") or preposition == "per"
        at = preposition in ("at", "in", "on", "from", "to", "with") and phrase.determiner != "every"
        wanted = (
            (preposition in ("for", "per", "against") or at)
            and one
            and not phrase.plural
            and other is not subject
        )
        if wanted and not other.reference_to(subject):
            add_reference(subject, other, True)


def _times(draft: Draft, subject: EntityDraft, clause: Clause) -> None:
    """'is booked for a service, on a date and at a start time': the date and the time."""
    for phrase in noun_phrases(clause.rest):
        before = clause.rest[phrase.start - 1].low if phrase.start else ""
        if (
            before not in ("on", "at", "from", "until", "for")
            or phrase.determiner not in ("a", "an")
            or phrase.plural
        ):
            continue
        kind, _ = field_types.infer(phrase.words)
        if (
            kind in ("date", "datetime")
            and draft.resolve(phrase.words) is None
            and field_types.is_data_head(phrase.head)
        ):
            name = naming.field_name(phrase.words, subject.words)
            subject.put(Field(name=name, label=words.label(phrase.words), type=kind, required=True))


def _placed(draft: Draft, clause: Clause) -> None:
    """'Items on a list have ...'."""
    found = list(_entities_in(draft, clause.subject))
    if len(found) == 2 and found[1][0] in ("on", "in", "of", "for", "at") and not found[1][1].plural:
        first, second = found[0][2], found[1][2]
        one = found[1][1].determiner in ("a", "an", "each", "every", "one") or not clause.passive
        if first is not second and one and not (clause.passive and people.is_person(first.words[-1])):
            person = people.is_person(first.words[-1]) and not people.is_person(second.words[-1])
            add_reference(second if person else first, first if person else second, True)


def _owned(draft: Draft, subject: EntityDraft, clause: Clause) -> None:
    """'A customer places orders': the order has a customer."""
    for phrase in objects(clause):
        other = draft.resolve(subject_words(phrase))
        if other is None or other is subject or people.is_person(other.words[-1]):
            continue
        if not subject.reference_to(other):
            add_reference(other, subject, True)


def _ordered(draft: Draft, clause: Clause) -> None:
    """'Managers assign tickets to agents', 'recruiters add notes to an application'."""
    things = [draft.resolve(subject_words(phrase)) for phrase in objects(clause)]
    thing = next((item for item in things if item is not None), None)
    if thing is None:
        return
    for preposition, _, other in _entities_in(draft, clause.rest):
        if preposition == "to" and other is not thing and not other.reference_to(thing):
            add_reference(thing, other, clause.verbs[0] == "add")


def _object_of(draft: Draft, clause: Clause) -> None:
    """'A customer places an order at a restaurant', 'nurses record vital signs of patients'."""
    things = [draft.resolve(subject_words(phrase)) for phrase in objects(clause)]
    if len(things) != 1 or things[0] is None or people.is_person(things[0].words[-1]):
        return
    for preposition, phrase, other in _entities_in(draft, clause.rest):
        single = phrase.determiner in _ONE and not phrase.plural
        given = preposition == "to" and bool(set(clause.verbs) & {"give", "make", "pay", "send", "donate"})
        held = single and phrase.determiner in ("a", "an") and objects(clause)[0].determiner in ("a", "an")
        of_several = (preposition == "of" and (phrase.plural or held)) or given
        for_one = preposition in ("at", "to", "from", "for", "on", "in", "against", "about") and single
        if (of_several or for_one) and other is not things[0] and other.words[-1] not in _PERIODS:
            add_reference(things[0], other, _surely(clause) or clause.modal in ("can", "may"))
    if objects(clause)[0].determiner in ("a", "an"):
        _times(draft, things[0], clause)


def _for_each(draft: Draft, clause: Clause) -> None:
    """'For each sample, tests are ordered', 'during a meeting decisions are written down'."""
    subject = clause.subject
    if not subject or subject[0].low not in ("for", "during", "per", "within", "on", "in", "at", "under"):
        return
    found = list(_entities_in(draft, subject))
    if (
        not found
        or found[0][1].start != 1
        or found[0][1].determiner not in ("each", "every", "a", "an", "the", "one")
    ):
        return
    whole = found[0][2]
    parts = [entity for _, _, entity in found[1:]]
    if not clause.passive and clause.verbs[0] in lexicon.MAKING:
        parts = [e for phrase in objects(clause) if (e := draft.resolve(subject_words(phrase))) is not None]
    for part in parts:
        if part is not whole:
            add_reference(part, whole, True)


def _quotas(draft: Draft) -> None:
    """What is sold in quotas of something with seats, belongs to it, where nothing else says so."""
    capacity = re.compile(r"(^|_)(seats|capacity|places|spots)$")
    holders = [e for e in draft.entities if any(capacity.search(name) for name in e.fields)]
    if len(holders) != 1:
        return
    for entity in draft.entities:
        if (
            any(name.endswith(("quota", "allotment", "contingent")) for name in entity.fields)
            and entity is not holders[0]
        ):
            add_reference(entity, holders[0], True)
