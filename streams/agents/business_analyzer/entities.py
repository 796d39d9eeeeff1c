"""The entities of a requirement with their fields and references."""

from __future__ import annotations

import re

from streams.agents.business_analyzer import (
    circumstances,
    deeds,
    entity_fields,
    explicit_entities,
    field_statements,
    field_types,
    lexicon,
    nominal_records,
    passing_mentions,
    people,
    pronouns,
    relations,
    role_reading,
    state_lists,
    told_records,
    words,
)
from streams.agents.business_analyzer.clauses import Clause, clauses
from streams.agents.business_analyzer.declarations import (
    Declaration,
    declarations,
    is_data,
    objects,
    subject_words,
)
from streams.agents.business_analyzer.draft import Draft, EntityDraft, Words
from streams.agents.business_analyzer.lexicon import CONTAINERS
from streams.agents.business_analyzer.phrases import Phrase, noun_phrases
from streams.agents.business_analyzer.restating import canonical
from streams.agents.business_analyzer.tokens import tokenise


def collect(draft: Draft) -> None:
    """Fill the draft with entities, fields and references."""
    draft.document = nominal_records.resolved(pronouns.resolved(draft.document))
    declared = [
        declaration
        for index, sentence in enumerate(draft.document.sentences)
        for declaration in declarations(sentence.text, index)
    ]
    for explicit in draft.document.entities:
        explicit_entities.add_name(draft, explicit)
    _names(draft, declared)
    _same_things(draft)
    _handled_objects(draft)
    _prefer_common_names(draft)
    for explicit in draft.document.entities:
        explicit_entities.add_fields(draft, explicit)
    own = frozenset(declaration.subject for declaration in declared if not declaration.nested)
    for declaration in declared:
        entity_fields.declared_fields(draft, declaration, own)
    relations.relate(draft)
    circumstances.find(draft)
    deeds.find(draft)
    passing_mentions.find(draft)
    state_lists.find(draft)
    field_statements.apply(draft)
    _drop_mere_containers(draft)
    _drop_passing_names(draft)
    role_reading.roles(draft)


def _drop_mere_containers(draft: Draft) -> None:
    """'The menu has dishes': the menu is the list of dishes, not a record."""
    for entity in list(draft.entities):
        if entity.explicit or entity.fields or entity.words[-1] not in CONTAINERS or len(entity.words) > 1:
            continue
        draft.entities.remove(entity)
        for other in draft.entities:
            for made in [f for f in other.fields.values() if f.references == entity.name]:
                del other.fields[made.name]
                other.parent = "" if other.parent == made.name else other.parent


def _same_things(draft: Draft) -> None:
    """'Recipients are employees': another name for them."""
    for sentence in draft.document.sentences:
        for clause in clauses(sentence.text):
            named, kinds = noun_phrases(clause.subject), noun_phrases(clause.rest)
            if clause.verbs != ("be",) or clause.passive or clause.negative or len(named) != 1 or not kinds:
                continue
            known = draft.resolve(kinds[0].words)
            bare = named[0].plural and kinds[0].plural and not kinds[0].start and not kinds[0].determiner
            if known is not None and bare and draft.resolve(named[0].words) is None:
                known.aliases.add(named[0].words)


_NOTED = (
    "booked|entered|recorded|logged|registered|tracked|noted|documented|captured|kept|stored|written|managed"
)


def _drop_passing_names(draft: Draft) -> None:
    """What only one sentence names, beside things with data, and nothing is said of, is no record."""
    if sum(entity.declared and len(entity.fields) > 1 for entity in draft.entities) < 2:
        return
    referred = {made.references for entity in draft.entities for made in entity.fields.values()}
    for entity in list(draft.entities):
        if entity.explicit or entity.declared or entity.fields or entity.states or entity.name in referred:
            continue
        one, several = " ".join(entity.words), " ".join((*entity.words[:-1], words.plural(entity.words[-1])))
        named = re.compile(rf"\b(?:{re.escape(one)}|{re.escape(several)})\b")
        kept = re.compile(rf"\b(?:{re.escape(one)}|{re.escape(several)}) (?:is|are) (?:{_NOTED})\b")
        if any(kept.search(sentence.low) for sentence in draft.document.sentences):
            continue
        if sum(bool(named.search(sentence.low)) for sentence in draft.document.sentences) < 2:
            draft.entities.remove(entity)


def _asked_for(draft: Draft) -> dict[str, set[Words]]:
    """What 'employees request trips' makes of 'request': another name for such a trip."""
    found: dict[str, set[Words]] = {}
    for sentence in draft.document.sentences:
        for clause in clauses(canonical(sentence.text)):
            for verb in set(clause.verbs) & {"request", "report", "claim"}:
                found.setdefault(verb, set()).update(subject_words(phrase) for phrase in objects(clause))
    return found


def _names(draft: Draft, declared: list[Declaration]) -> None:
    asked_for = _asked_for(draft)
    for declaration in declared:
        same = next(
            (e for w in asked_for.get(declaration.subject[-1], ()) if (e := draft.resolve(w)) is not None),
            None,
        )
        if same is not None and draft.resolve(declaration.subject) is None:
            same.aliases.add(declaration.subject)
            continue
        data = len(declaration.attributes) > 1 and any(is_data(a) for a in declaration.attributes)
        data = data and not (declaration.nested and field_types.is_data_head(declaration.subject[-1]))
        if declaration.weak or not _is_thing(declaration.subject, declared=True, with_data=data):
            continue
        known = draft.resolve(declaration.subject)
        if known is None:
            known = _add(draft, declaration)
        if known is not None:
            known.declared = True
            known.aliases.add(declaration.subject)
            known.source = known.source or draft.document.sentences[declaration.sentence].text


def _add(draft: Draft, declaration: Declaration) -> EntityDraft | None:
    """A generic part ('lines' of an invoice) gets the name of its owner in front."""
    subject = declaration.subject
    if len(subject) == 1 and subject[0] in lexicon.GENERIC_PARTS:
        owner = declaration.owner or _owner_of(draft, subject[0])
        if owner:
            entity = draft.add((*owner, *subject))
            if entity is not None:
                entity.aliases.add(subject)
            return entity
    return draft.add(subject)


def _owner_of(draft: Draft, part: str) -> Words:
    """The entity that is said to have these parts."""
    several = words.plural(part)
    for sentence in draft.document.sentences:
        for clause in clauses(canonical(sentence.text)):
            if clause.verbs[0] in ("have", "contain", "include", "consist") and re.search(
                rf"\b({several}|{part})\b", clause.rest_text
            ):
                phrases = noun_phrases(clause.subject)
                if phrases and phrases[-1].head not in (part,):
                    return subject_words(phrases[-1])
    return ()


def _is_thing(subject: Words, declared: bool = False, with_data: bool = False) -> bool:
    head = subject[-1]
    if not re.search(r"[a-z]", head):
        return False
    if (
        head in lexicon.NOT_THINGS
        and not with_data
        and not ((declared or len(subject) > 1) and head in lexicon.DATA_THINGS)
    ):
        return False
    return with_data or not (
        field_types.is_data_head(head) and len(subject) == 1 and head not in lexicon.DATA_THINGS
    )


def _handled_objects(draft: Draft) -> None:
    """Things that people create, keep or work on, though no attribute is named."""
    for sentence in draft.document.sentences:
        if told_records.told(sentence.text):
            continue
        for clause in clauses(sentence.text):
            for phrase in _created(clause):
                subject = subject_words(phrase)
                if _kept_as_deed(draft, clause):
                    continue
                if (
                    draft.resolve(subject) is None
                    and _is_thing(subject)
                    and _concrete(draft, subject, phrase)
                ):
                    entity = draft.add(subject)
                    if entity is not None:
                        entity.source = sentence.text
        for phrase in _tracked(sentence.text):
            subject = subject_words(phrase)
            if draft.resolve(subject) is None and _is_thing(subject) and not people.is_person(subject[-1]):
                draft.add(subject)


def _kept_as_deed(draft: Draft, clause: Clause) -> bool:
    """'Parents order lunches' where the text speaks of orders: the order is the record, not the lunch."""
    deeds_named = set(clause.verbs) & lexicon.BOOKING
    if not deeds_named or clause.passive:
        return False
    return any(
        re.search(rf"\b(?:an?|each|every|all|the|their|own) {verb}s?\b|^{verb}s\b", sentence.low)
        for verb in deeds_named
        for sentence in draft.document.sentences
    )


def _defining(clause: Clause, subject: list[Phrase]) -> bool:
    """'A sailing is a ship on a route at a departure time' tells what a record joins."""
    if clause.verbs != ("be",) or clause.modal or len(subject) != 1 or people.is_person(subject[0].head):
        return False
    kinds = noun_phrases(clause.rest)
    one = ("a", "an", "one")
    joined = [phrase for phrase in kinds if phrase.determiner in one]
    if (
        joined
        and joined[0].start == 1
        and clause.rest[0].low == "for"
        and not field_types.is_data_head(joined[0].head)
    ):
        return subject[0].determiner in (*one, "each", "every")
    return (
        subject[0].determiner in (*one, "each", "every")
        and len(joined) > 1
        and not joined[0].start
        and clause.rest[joined[1].start - 1].tag in ("PREP", "TO")
    )


def _created(clause: Clause) -> list[Phrase]:
    """Objects of verbs that make or keep a record."""
    if clause.negative or clause.lead in ("if", "unless"):
        return []
    if clause.passive:
        if clause.rest[:1] and clause.rest[0].low == "as":
            return []
        making = [verb for verb in clause.verbs if verb in lexicon.MAKING]
        noted = [verb for verb in clause.verbs if verb in lexicon.NOTING]
        subjects = noun_phrases(clause.subject)
        if noted and not clause.modal:
            chosen = [
                phrase
                for phrase in subjects
                if (phrase.plural and phrase.determiner not in ("these", "those", "the"))
                or (not phrase.determiner and len(subjects) == 1)
            ]
            if chosen or not set(noted) & lexicon.BOOKING:
                return chosen
        if any(verb in lexicon.MAKING | lexicon.BOOKING for verb in clause.verbs) and not clause.modal:
            return [phrase for phrase in subjects[-1:] if phrase.determiner in ("a", "an", "each", "every")]
        return subjects[-1:] if making and clause.modal else []
    actor = noun_phrases(clause.subject)
    if (
        actor
        and not people.is_person(actor[-1].head)
        and set(clause.verbs) & lexicon.KEEPING
        and actor[-1].head not in lexicon.CONTAINERS
    ):
        return []
    if not actor and clause.verbs[0] in ("list", "report"):
        return []
    if clause.verbs[0] == "run" and clause.rest[:1] and clause.rest[0].low in ("a", "an", "the", "our"):
        return []
    if _defining(clause, actor):
        return actor
    if any(verb in lexicon.MAKING for verb in clause.verbs):
        return [phrase for phrase in objects(clause) if phrase.words]
    return []


def _tracked(text: str) -> list[Phrase]:
    """'keep track of tasks', 'a list of suppliers'."""
    match = re.search(r"\b(?:keep|keeps|keeping) (?:track|a record|records|a list) of (.+)$", text, re.I)
    match = match or re.search(
        r"(?<!by )(?<!of )(?<!a )(?<!the )\b(?:tracks?|manages?|tracking|managing|organi[sz]es?)"
        r" (?!(?:number|code|id)s?\b)(.+)$",
        text,
        re.IGNORECASE,
    )
    if not match:
        return []
    tokens = tokenise(f"manage {match[1]}")[1:]
    stop = next(
        (i for i, t in enumerate(tokens) if t.tag in ("PREP", "TO", "SUB", "V") and not t.group), len(tokens)
    )
    return noun_phrases(tokens[:stop])


def _concrete(draft: Draft, subject: Words, phrase: Phrase) -> bool:
    if people.is_person(subject[-1]) and not phrase.plural and phrase.determiner not in ("a", "an", "new"):
        return False
    if field_types.is_data_head(subject[-1]) or subject[-1] in ("place", "spot", "seat", "slot"):
        return False
    if words.verb_lemma(subject[-1]) and not phrase.plural and not phrase.determiner:
        return False
    declared = {f.name.lower().partition("(")[0].strip() for e in draft.document.entities for f in e.fields}
    if " ".join(subject) in declared or words.snake(subject) in declared:
        return False
    known_fields = {name for entity in draft.entities for name in entity.fields}
    return words.snake(subject) not in known_fields


def _prefer_common_names(draft: Draft) -> None:
    """'support tickets' that the text mostly calls tickets are tickets."""
    text = " ".join(sentence.low for sentence in draft.document.sentences)
    for entity in draft.entities:
        if len(entity.words) > 1 and entity.words[-1] in ("request", "record", "entry", "form"):
            # 'trip requests' that the text goes on to call trips
            bare = entity.words[:-1]
            named = re.search(rf"\b(?:an?|the|each|every) {' '.join(bare)}\b(?! {entity.words[-1]})", text)
            if named and draft.resolve(bare) is None:
                entity.aliases.add(bare)
        if entity.explicit or len(entity.words) < 2 or entity.words[-1] in lexicon.GENERIC_PARTS:
            continue
        short = entity.words[-1:]
        others = [e for e in draft.entities if e is not entity and e.words[-1:] == short]
        several = words.plural(short[0])
        long_form = " ".join(entity.words)
        long_several = " ".join((*entity.words[:-1], several))
        alone = (
            rf"\b(?:{re.escape(short[0])}|{re.escape(several)})\b"
            r"(?! (?:number|date|code|id|type|status|total|line|item|name)s?\b)"
        )
        longs = len(re.findall(rf"\b(?:{re.escape(long_form)}|{re.escape(long_several)})\b", text))
        if not others and len(re.findall(alone, text)) - longs > longs and short[0] not in lexicon.NOT_THINGS:
            entity.aliases.add(entity.words)
            entity.words = short
