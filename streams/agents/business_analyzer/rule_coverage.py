"""Sentences that speak of a rule, but from which none was read: each becomes an open question."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from streams.agents.business_analyzer.draft import Draft

_RULE = re.compile(
    r"\b(?:cannot|can't|can not|must|mustn't|may not|never|no longer|only|at most|at least|no more than"
    r"|unless|not allowed|forbidden"
    r"|automatically|has to|have to|maximum|minimum|nobody|needs?|requires?|limited to|refused"
    r"|prevent\w*|ensure\w*"
    r"|notif\w+|remind\w*|warn\w*|e-?mailed)\b",
    re.IGNORECASE,
)
_MOST = 25


def ask(draft: Draft, analysed: Callable[[Draft], None]) -> None:
    """Note an open question for each sentence without which the result is the same.

    Args:
        draft: the finished draft, with the document that it was read from.
        analysed: reads an empty draft of a document in full.
    """
    doubtful = [i for i, sentence in enumerate(draft.document.sentences) if _RULE.search(sentence.text)][
        :_MOST
    ]
    if not doubtful:
        return
    known = {question.about for question in draft.assumptions}
    whole = _result(draft)
    for index in doubtful:
        text = draft.document.sentences[index].text
        if index in draft.rules.get("_explained", []) or text in known or text[:300] in known:
            continue
        left = tuple(s for i, s in enumerate(draft.document.sentences) if i != index)
        other = Draft(document=replace(draft.document, sentences=left))
        analysed(other)
        if _result(other) == whole:
            draft.assume(
                f"What has the service to do for this: {text[:200]}?",
                "Nothing is built for it, as its rule was not understood.",
                text,
            )


def _result(draft: Draft) -> tuple[object, ...]:
    """All that a document says of entities, roles and rules."""
    fields = sorted(
        (entity.name, tuple(sorted(map(repr, entity.fields.values())))) for entity in draft.entities
    )
    rules = sorted(
        repr(rule) for name, kept in draft.rules.items() if not name.startswith("_") for rule in kept
    )
    return (*fields, *rules, *sorted(draft.roles))
