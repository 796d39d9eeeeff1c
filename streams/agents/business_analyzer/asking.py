"""Questions that block: too vague, out of scope, contradictory. Their ids follow from their order alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from schemas.specification import Question
from streams.agents.business_analyzer import scope
from streams.agents.business_analyzer.draft import Draft

OUT_OF_SCOPE = "out of its scope"


def vague(draft: Draft) -> tuple[Question, ...]:
    """What a buildable requirement tells, where this one names no data."""
    about = draft.document.sentences[0].text[:200] if draft.document.sentences else ""
    return (
        Question(
            id="",
            text="Which things should the service keep, and which data belong to each of them?",
            about=about,
            reason="No kind of record with data of its own can be read from the requirement, so nothing can"
            " be built.",
            suggestions=(
                "A customer has a name and an e-mail. An order has a customer, a date and an amount.",
            ),
        ),
        Question(
            id="",
            text="Who uses the service, and what do they do with it, step by step?",
            about=about,
            reason="Operations and roles follow from what people do.",
            suggestions=("Staff create orders; managers approve them and see totals by month.",),
        ),
    )


def truncated(draft: Draft) -> None:
    """Notes that not all of a very long requirement was read."""
    draft.assume(
        "The requirement is very long. Which part of it matters most?",
        "What stands beyond the first 40,000 characters, 600 sentences or 60 things is left out.",
    )


def not_ours(draft: Draft, what: str) -> tuple[Question, ...]:
    """The requirement asks for something that is no data service."""
    return (
        Question(
            id="",
            text=f"This asks for {what}. Which records, rules and reports around it should a service keep?",
            about=draft.document.sentences[0].text[:200] if draft.document.sentences else "",
            reason=f"What is built here is a service that keeps data, with an API and a web page; this is"
            f" {OUT_OF_SCOPE}.",
            suggestions=(
                "Name the data to keep, for example: A match has two players, a date and a score.",
                "Withdraw the requirement.",
            ),
        ),
    )


def numbered(questions: Iterable[Question], asked: int = 0) -> tuple[Question, ...]:
    """Questions with ids Q01, Q02, ... in their order, after those that were asked before."""
    return tuple(
        replace(question, id=f"Q{asked + number + 1:02d}") for number, question in enumerate(questions)
    )


def scope_question(draft: Draft) -> tuple[Question, ...]:
    """The question for what is out of scope, none where it is in scope.

    Entities with data of their own outweigh a word such as 'game': a tournament planner is a data service.
    """
    text = " ".join(sentence.text for sentence in draft.document.sentences) + " " + draft.document.title
    what = scope.out_of_scope(text)
    rich = sum(len(entity.fields) >= 2 and entity.declared for entity in draft.entities)
    fields = sum(len(entity.fields) for entity in draft.entities)
    return not_ours(draft, what) if what and not (rich >= 1 and fields >= 4) else ()
