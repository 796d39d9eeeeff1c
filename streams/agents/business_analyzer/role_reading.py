"""The roles of people: who acts in the sentences, in user stories and in JSON."""

from __future__ import annotations

import re

from streams.agents.business_analyzer import lexicon, people
from streams.agents.business_analyzer.clauses import clauses
from streams.agents.business_analyzer.declarations import subject_words
from streams.agents.business_analyzer.draft import Draft, Words
from streams.agents.business_analyzer.phrases import noun_phrases


def roles(draft: Draft) -> None:
    """Fill the roles of the draft."""
    for role in draft.document.roles:
        _role(draft, tuple(role.lower().split()))
    for sentence in draft.document.sentences:
        if sentence.role:
            _role(draft, tuple(sentence.role.split()))
        for clause in clauses(sentence.text):
            acting = (
                clause.modal in ("can", "may", "")
                and not clause.passive
                and clause.verbs[0] not in ("have", "be")
            )
            if acting:
                for phrase in noun_phrases(clause.subject):
                    if people.is_person(phrase.head) and phrase.head not in lexicon.ANYONE:
                        _role(draft, subject_words(phrase))
            for match in re.finditer(
                r"\bby (?:an? |the |their )?([a-z][a-z-]+(?: [a-z][a-z-]+)?)", clause.rest_text
            ):
                parts = tuple(match[1].split())
                for candidate in (parts, parts[:1]):
                    if (
                        clause.passive
                        and people.is_person(candidate[-1])
                        and candidate[-1] not in lexicon.ANYONE
                    ):
                        _role(draft, candidate)
                        break


def _role(draft: Draft, phrase: Words) -> None:
    kept = tuple(
        word
        for word in phrase
        if re.search(r"[a-z]", word) and word not in ("the", "a", "an", "one", "any", "every", "each")
    )
    name = people.role_name(kept) if kept else ""
    if name and name not in draft.roles and len(draft.roles) < 30:
        draft.roles.append(name)
